import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AccessKey } from '../../../src/core/secrets/access-key.ts';
import { openAccessKeys } from '../../../src/state/server/access-keys.ts';
import { openServerDatabase, type ServerDatabase } from '../../../src/database/open-server-database.ts';
import { openSessionStore } from '../../../src/state/server/session-store.ts';
import { stateAddresses } from '../../support/databases/state-addresses.ts';
import { SERVER_ACTOR } from '../../../src/core/access/audit-log.ts';

const address = stateAddresses();

const NOW = new Date('2026-11-22T08:00:00.000Z');
const LATER = new Date('2026-11-22T09:00:00.000Z');

const key = (id: string, more: Partial<AccessKey> = {}): AccessKey => ({
  id,
  name: `key ${id}`,
  right: 'read',
  connectorId: null,
  hash: 'ab',
  createdAt: NOW.toISOString(),
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  ...more,
});

describe.each(['SQLite', 'Postgres'])('in %s', (engine) => {
  let servers: ServerDatabase[];
  beforeAll(async () => {
    const place = await address(engine);
    servers = [await openServerDatabase(place), await openServerDatabase(place)];
  });
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  test('keys are kept, listed newest first, used and revoked', async () => {
    const keys = openAccessKeys(servers[0]!);
    expect(await keys.any()).toBe(false);
    const older = key('a');
    const newer = key('b', {
      right: 'push',
      connectorId: 'hr',
      createdAt: LATER.toISOString(),
      expiresAt: '2027',
    });
    await keys.add(older, SERVER_ACTOR);
    await keys.add(newer, SERVER_ACTOR);
    expect(await keys.any()).toBe(true);
    expect(await keys.list()).toEqual([newer, older]);
    expect(await keys.find('b')).toEqual(newer);
    expect(await keys.find('c')).toBeUndefined();
    await keys.noteUse('a', LATER);
    expect(await keys.revoke('a', NOW, SERVER_ACTOR)).toEqual({
      ...older,
      revokedAt: NOW.toISOString(),
      lastUsedAt: LATER.toISOString(),
    });
    expect(await keys.revoke('a', LATER, SERVER_ACTOR)).toMatchObject({ revokedAt: NOW.toISOString() });
    expect(await keys.revoke('c', NOW, SERVER_ACTOR)).toBeUndefined();
    await expect(keys.add(older, SERVER_ACTOR)).rejects.toThrow();
  });

  test('of servers that make the first key together, one does', async () => {
    const first = servers.map((server) => openAccessKeys(server));
    await servers[0]!.guarded(({ knex }) => knex('access_keys').delete());
    const made = await Promise.all(
      ['a1', 'b1', 'c1', 'd1'].map((id, n) => first[n % 2]!.addFirst(key(id), SERVER_ACTOR)),
    );
    expect(made.filter((isMade) => isMade)).toHaveLength(1);
    expect(await first[0]!.list()).toHaveLength(1);
  });

  test('a key has expired when it has by the clock of the database', async () => {
    const keys = openAccessKeys(servers[0]!);
    const now = (await keys.now()).getTime();
    const at = (seconds: number) => new Date(now + seconds * 1_000).toISOString();
    await keys.add(key('past', { expiresAt: at(-1) }), SERVER_ACTOR);
    await keys.add(key('future', { expiresAt: at(3_600) }), SERVER_ACTOR);
    await keys.add(key('never'), SERVER_ACTOR);
    const ids = ['past', 'future', 'never'];
    const found = await Promise.all(ids.map((id) => keys.look(id)));
    expect(found.map((one) => one?.isExpired)).toEqual([true, false, false]);
    expect(await keys.look('unknown')).toBeUndefined();
  });

  test('servers that start together sign with one secret', async () => {
    const proposals = ['one', 'two', 'three', 'four'];
    const secrets = await Promise.all(
      proposals.map((proposed, n) => openSessionStore(servers[n % 2]!).signingSecret(proposed, NOW)),
    );
    expect(new Set(secrets).size).toBe(1);
    expect(proposals).toContain(secrets[0]);
  });

  test('a session that was ended is so for all servers, until it would have ended by itself', async () => {
    const [one, other] = servers.map(openSessionStore);
    await one!.end('a', 3_600);
    await one!.end('a', 3_600);
    await one!.end('over', -1);
    expect(await other!.hasEnded('a')).toBe(true);
    expect(await other!.hasEnded('b')).toBe(false);
    await other!.end('b', 3_600);
    expect([await one!.hasEnded('a'), await one!.hasEnded('over')]).toEqual([true, false]);
  });
});
