import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { keyIdOf } from '../../../../src/core/secrets/access-key.ts';
import {
  FAILED_ATTEMPTS_PER_MINUTE,
  KEY_CACHE_MS,
  REFUSED_KEY_REPEAT_SECONDS,
  REFUSED_KEY_WARNINGS_PER_MINUTE,
} from '../../../../src/server/limits.ts';
import { openBrowser } from '../../../support/server/browser.ts';
import { startGuardedServer, type GuardedServer } from '../../../support/http/guarded-server.ts';
import { parsedObject } from '../../../support/files/json.ts';
import { SERVER_ACTOR } from '../../../../src/core/access/audit-log.ts';

const ADMIN_KEY = 'an-admin-key-of-the-environment';
/** Keys expire by the clock of the database. */
const EXPIRY = '2026-01-01T00:00:00.000Z';

let server: GuardedServer;
/** Every test connects from another address. */
let address = '';
let tests = 0;

beforeAll(async () => {
  server = await startGuardedServer({ access: { adminKey: ADMIN_KEY, trustedProxies: ['127.0.0.1'] } });
});
afterAll(() => server.stop());
beforeEach(() => {
  tests += 1;
  address = `203.0.113.${tests}`;
  // Another minute, with a count of warnings of its own.
  server.clock.advance(60);
  server.lines.length = 0;
});

const ask = async (key: string, from = address) => {
  const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': from };
  return (await server.request('/test/read', { headers })).status;
};
const warnings = () =>
  server.lines
    .map((line) => parsedObject(line))
    .filter((line) => line?.['level'] === 'warn')
    .map((line) => ({ ...line, time: undefined, level: undefined }));

async function revokedKey(): Promise<string> {
  const key = await server.makeKey('read');
  await server.state.keys.revoke(idOf(key), server.clock.now(), SERVER_ACTOR);
  return key;
}

function idOf(key: string): string {
  return keyIdOf(key) ?? '';
}

async function refusedBy(reason: string): Promise<number> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'x-forwarded-for': '198.51.100.1' };
  const { text } = await server.request('/metrics', { headers });
  const found = new RegExp(
    `^gemini_sync_bridge_refused_keys_total\\{reason="${reason}"\\} (\\d+)$`,
    'm',
  ).exec(text);
  return Number(found?.[1]);
}

test('an address that sends too many wrong keys is one warning, however many follow', async () => {
  for (let sent = 0; sent < FAILED_ATTEMPTS_PER_MINUTE - 1; sent += 1) await ask(`wrong-key-number-${sent}`);
  expect(warnings()).toEqual([]);
  for (let sent = 0; sent < FAILED_ATTEMPTS_PER_MINUTE; sent += 1) await ask(`wrong-key-number-${sent}`);
  expect(warnings()).toEqual([
    {
      message: expect.stringContaining('as many wrong keys as it may'),
      address,
      wrong_keys: FAILED_ATTEMPTS_PER_MINUTE,
    },
  ]);
  expect(server.lines.join()).not.toContain('wrong-key-number');
});

test('wrong keys of the login page count for the same warning', async () => {
  const browser = openBrowser(server);
  server.lines.length = 0;
  for (let sent = 0; sent < FAILED_ATTEMPTS_PER_MINUTE; sent += 1) await browser.logIn(`wrong-${sent}`);
  expect(warnings()).toEqual([
    expect.objectContaining({ wrong_keys: FAILED_ATTEMPTS_PER_MINUTE, address: '127.0.0.1' }),
  ]);
});

test('the use of a revoked or expired key is said by its id, and again after an hour', async () => {
  const revoked = await revokedKey();
  const expired = await server.makeKey('read', { expiresAt: EXPIRY });
  for (const key of [revoked, expired, revoked, expired]) expect(await ask(key)).toBe(401);
  const both = [
    { message: 'a key was used that is revoked', key: idOf(revoked), key_name: 'to read', address },
    { message: 'a key was used that is expired', key: idOf(expired), key_name: 'to read', address },
  ];
  expect(warnings()).toEqual(both);
  server.clock.advance(REFUSED_KEY_REPEAT_SECONDS);
  await ask(revoked);
  expect(warnings()).toEqual([...both, both[0]]);
  for (const key of [revoked, expired]) expect(server.lines.join()).not.toContain(key);
});

test('a request with the id of a revoked key but not the key causes no warning', async () => {
  const revoked = await revokedKey();
  await ask(`${revoked.slice(0, -4)}AAAA`);
  expect(warnings()).toEqual([]);
});

test('a flood causes a limited number of warnings per minute, and one that says that there were more', async () => {
  const keys: string[] = [];
  for (let made = 0; made < REFUSED_KEY_WARNINGS_PER_MINUTE + 5; made += 1) keys.push(await revokedKey());
  server.clock.advance(KEY_CACHE_MS / 1_000);
  for (const [index, key] of keys.entries()) await ask(key, `198.51.100.${index}`);
  expect(warnings()).toHaveLength(REFUSED_KEY_WARNINGS_PER_MINUTE + 1);
  expect(warnings().at(-1)).toMatchObject({ message: expect.stringContaining('further warnings') });
  server.clock.advance(60);
  await ask(await revokedKey(), '198.51.100.200');
  expect(warnings()).toHaveLength(REFUSED_KEY_WARNINGS_PER_MINUTE + 2);
});

test('the metrics count refused keys by reason, and what was refused for its address', async () => {
  const before = { unknown: await refusedBy('unknown'), blocked: await refusedBy('blocked') };
  const revoked = await refusedBy('revoked');
  await ask(await revokedKey());
  for (let sent = 0; sent < FAILED_ATTEMPTS_PER_MINUTE; sent += 1) await ask('wrong');
  expect(await refusedBy('revoked')).toBe(revoked + 1);
  expect(await refusedBy('unknown')).toBe(before.unknown + FAILED_ATTEMPTS_PER_MINUTE - 1);
  expect(await refusedBy('blocked')).toBe(before.blocked + 1);
});
