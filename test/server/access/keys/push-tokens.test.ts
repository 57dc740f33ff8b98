import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOG_REFRESH_MS } from '../../../../src/app/limits.ts';
import { FAILED_ATTEMPTS_PER_MINUTE, REFUSED_KEY_REPEAT_SECONDS } from '../../../../src/server/limits.ts';
import {
  bearer,
  PUSH_TOKEN,
  startGuardedServer,
  type GuardedServer,
} from '../../../support/http/guarded-server.ts';
import { parsedObject } from '../../../support/files/json.ts';

const SUPPORT = '/v1/connectors/support-push/test';
const ORDERS = '/v1/connectors/orders-push/test';
const SECRETS: Readonly<Record<string, string>> = {
  SECRET_SUPPORT_PUSH_TOKEN: PUSH_TOKEN,
  SECRET_ORDERS_PUSH_TOKEN: 'weak1',
  SECRET_REPEATED: 'passwordpassword',
};

let server: GuardedServer;
beforeEach(async () => {
  server = await startGuardedServer({ locked: true, access: { secret: (variable) => SECRETS[variable] } });
});
afterEach(() => server.stop());

const push = async (path: string, key: string) => {
  const { status, text, headers } = await server.request(path, { method: 'POST', ...bearer(key) });
  const error = parsedObject(text)?.['error'];
  return { status, error, retryAfter: headers['retry-after'], text };
};
const reports = () =>
  server.lines.map((line) => parsedObject(line)).filter((line) => line?.['level'] === 'error');

describe('a push token that can be guessed', () => {
  test('is reported at the start by connector and variable, without its value, and stops no other', async () => {
    expect(reports()).toEqual([
      expect.objectContaining({
        connector: 'orders-push',
        variable: 'SECRET_ORDERS_PUSH_TOKEN',
        problem: expect.stringContaining('SECRET_ORDERS_PUSH_TOKEN must have at least 16 characters'),
      }),
    ]);
    expect(server.lines.join()).not.toContain('weak1');
    expect((await push(SUPPORT, PUSH_TOKEN)).status).toBe(200);
  });

  test('opens nothing, and the answer is the same for any other unknown key', async () => {
    for (const key of ['weak1', 'weak2', PUSH_TOKEN]) {
      expect(await push(ORDERS, key)).toMatchObject({
        status: 503,
        error: { code: 'PUSH_TOKEN_WEAK', hint: expect.stringContaining('keys create') },
        retryAfter: expect.stringMatching(/^\d+$/),
      });
    }
    expect((await push(SUPPORT, 'weak1')).status).toBe(401);
  });

  test('leaves the connector open to keys of the server', async () => {
    const key = await server.makeKey('push', { connectorId: 'orders-push' });
    expect((await push(ORDERS, key)).status).toBe(200);
  });

  test('counts as a wrong key, and is not logged for each request', async () => {
    for (let sent = 0; sent < FAILED_ATTEMPTS_PER_MINUTE; sent += 1) await push(ORDERS, 'weak1');
    expect((await push(ORDERS, 'weak1')).status).toBe(429);
    expect(reports()).toHaveLength(1);
    server.clock.advance(REFUSED_KEY_REPEAT_SECONDS);
    await push(ORDERS, 'weak1');
    expect(reports()).toHaveLength(2);
  });

  test('is refused when the connector names it later, and accepted again when it names a good one', async () => {
    const file = join(server.cwd, 'connectors', 'support.yaml');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, good.replace('support-push-token', 'repeated'));
    server.clock.advance(CATALOG_REFRESH_MS / 1_000);
    expect(await push(SUPPORT, 'passwordpassword')).toMatchObject({ status: 503 });
    expect(reports().at(-1)).toMatchObject({ connector: 'support-push', variable: 'SECRET_REPEATED' });
    writeFileSync(file, good);
    server.clock.advance(CATALOG_REFRESH_MS / 1_000);
    expect((await push(SUPPORT, PUSH_TOKEN)).status).toBe(200);
  });
});
