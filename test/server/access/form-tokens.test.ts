import { describe, expect, test } from '@jest/globals';
import { FORM_TOKEN_HOURS_MAX } from '../../../src/server/limits.ts';
import { openFormTokens } from '../../../src/server/access/form-tokens.ts';
import { startGuardedServer } from '../../support/http/guarded-server.ts';
import { parsedObject } from '../../support/files/json.ts';

const HOUR_MS = 3_600_000;

describe('form tokens', () => {
  let nowMs = 1_000 * HOUR_MS;
  const clock = { now: () => new Date(nowMs), elapsedMs: () => nowMs };
  const tokens = openFormTokens(Buffer.alloc(32, 1), clock);

  test('are accepted for their subject alone, until they expire', () => {
    const token = tokens.make('sso:ada');
    expect(tokens.accepts(token, 'sso:ada')).toBe(true);
    expect(tokens.accepts(token, 'sso:bob')).toBe(false);
    nowMs += FORM_TOKEN_HOURS_MAX * HOUR_MS;
    expect(tokens.accepts(token, 'sso:ada')).toBe(true);
    nowMs += HOUR_MS;
    expect(tokens.accepts(token, 'sso:ada')).toBe(false);
    expect(tokens.make('sso:ada')).not.toBe(token);
  });

  test('cannot be made younger, and nothing else is accepted for one', () => {
    const token = tokens.make('sso:ada');
    const [hour, proof = ''] = token.split('.');
    const forged = `${Number(hour) + 1}.${proof}`;
    for (const sent of [
      forged,
      `${hour}.`,
      proof,
      '',
      `NaN.${proof}`,
      `${hour}.${proof}.x`,
      undefined,
      7,
      [token],
    ]) {
      expect(tokens.accepts(sent, 'sso:ada')).toBe(false);
    }
  });

  test('of a user of a proxy expire while the secret and the user stay', async () => {
    const signOn = { header: 'x-forwarded-user', right: 'operate' } as const;
    const server = await startGuardedServer({ access: { signOn, trustedProxies: ['127.0.0.1'] } });
    const user = { 'x-forwarded-user': 'ada', origin: server.url };
    const { text } = await server.request('/test/read', { headers: user });
    const headers = { ...user, 'x-csrf-token': String(parsedObject(text)?.['form_token']) };
    const operate = async () => (await server.request('/test/operate', { method: 'POST', headers })).status;
    expect(await operate()).toBe(200);
    server.clock.advance((FORM_TOKEN_HOURS_MAX + 1) * 3_600);
    expect(await operate()).toBe(403);
    await server.stop();
  });
});
