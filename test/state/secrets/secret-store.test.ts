import { execa } from 'execa';
import { describe, expect, test } from '@jest/globals';
import type { Actor } from '../../../src/core/access/actor.ts';
import { open } from '../../../src/core/secrets/managed/cipher.ts';
import { newKeyEntry, parseKeyRing, type KeyRing } from '../../../src/core/secrets/managed/key-ring.ts';
import { openDatabase, type Database, type DatabaseAddress } from '../../../src/database/database.ts';
import { openServerDatabase } from '../../../src/database/open-server-database.ts';
import { columnsOf } from '../../../src/state/secrets/tables.ts';
import { openSecretStore, type SecretStore } from '../../../src/state/secrets/secret-store.ts';
import { startedByNode } from '../../support/processes/built.ts';
import { stateAddresses } from '../../support/databases/state-addresses.ts';

const ENTRY_A = newKeyEntry('a');
const ENTRY_B = newKeyEntry('b');
const A = parseKeyRing(ENTRY_A, 'KEYS');
const B = parseKeyRing(`${ENTRY_B},${ENTRY_A}`, 'KEYS');
const ONLY_B = parseKeyRing(ENTRY_B, 'KEYS');
const OTHER_A = parseKeyRing(newKeyEntry('a'), 'KEYS');
const VALUES: Readonly<Record<string, string>> = { 'api-token': 'v1', 'hr-db': 'v2 ü' };

const actor: Actor = {
  kind: 'key',
  id: 'k1',
  name: 'Ada',
  right: 'admin',
  address: '10.0.0.9',
  requestId: 'r1',
};
const by = { actor, now: new Date('2026-11-29T10:20:30.400Z') };
const makeAddress = stateAddresses();

describe.each(['SQLite', 'Postgres'])('stored secrets in %s', (engine) => {
  async function withStore(
    work: (store: SecretStore, database: Database, address: DatabaseAddress) => Promise<void>,
  ): Promise<void> {
    const address = await makeAddress(engine);
    const server = await openServerDatabase(address);
    const database = await openDatabase(address);
    try {
      await work(openSecretStore(server), database, address);
    } finally {
      await Promise.all([server.close(), database.close()]);
    }
  }

  const set = (
    store: SecretStore,
    name: string,
    text: string | undefined,
    ring: KeyRing = A,
    hosts: string[] = [],
    connectors: string[] = ['people'],
  ) =>
    store.set(
      { name, allowedHosts: hosts, allowedConnectors: connectors, note: 'n', value: text, keys: () => ring },
      by,
    );
  const setAll = async (store: SecretStore) => {
    for (const [name, text] of Object.entries(VALUES)) await set(store, name, text);
  };
  /** The value of each secret with these keys; undefined for one that does not open. */
  const readable = async (store: SecretStore, ring: KeyRing) => {
    const rows = await store.read(Object.keys(VALUES));
    return Object.fromEntries(
      rows.map(({ name, sealed }) => [name, open('managed-secret', name, sealed, ring)]),
    );
  };

  test('keeps a secret with its settings, and says who changed it', async () => {
    await withStore(async (store) => {
      expect(await set(store, 'hr-db', 'v1', A, ['db.example.com'])).toBe('created');
      expect(await set(store, 'hr-db', 'v2', A, ['*.example.com'])).toBe('changed');
      expect(await store.list()).toEqual([
        {
          ...{ name: 'hr-db', keyId: 'a', note: 'n', lastUsedAt: null },
          ...{
            createdAt: by.now.toISOString(),
            createdBy: 'Ada',
            updatedAt: by.now.toISOString(),
            updatedBy: 'Ada',
          },
          ...{ allowedHosts: ['*.example.com'], allowedConnectors: ['people'] },
        },
      ]);
      expect(await readable(store, A)).toEqual({ 'hr-db': 'v2' });
    });
  });

  test('keeps the value when only settings change, and refuses other hosts without the value', async () => {
    await withStore(async (store) => {
      await set(store, 'hr-db', 'v1', A, ['db.example.com']);
      expect(await set(store, 'hr-db', undefined, A, ['db.example.com'])).toBe('changed');
      for (const hosts of [['evil.example'], [], ['db.example.com', 'evil.example']]) {
        await expect(set(store, 'hr-db', undefined, A, hosts)).rejects.toMatchObject({
          code: 'SECRET_VALUE_INVALID',
        });
      }
      await expect(set(store, 'new', undefined)).rejects.toMatchObject({ code: 'SECRET_VALUE_INVALID' });
      expect((await store.list()).map(({ allowedHosts }) => allowedHosts)).toEqual([['db.example.com']]);
      expect(await readable(store, A)).toEqual({ 'hr-db': 'v1' });
    });
  });

  test('encrypts again when the connectors change without a value, and only if it can be opened', async () => {
    await withStore(async (store) => {
      const change = (connectors: string[], ring: KeyRing) =>
        set(store, 'hr-db', undefined, ring, ['db.example.com'], connectors);
      await set(store, 'hr-db', 'v1', A, ['db.example.com']);
      await expect(change(['other'], ONLY_B)).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
      await expect(change(['other'], OTHER_A)).rejects.toMatchObject({ code: 'SECRETS_KEY_WRONG' });
      expect(await readable(store, A)).toEqual({ 'hr-db': 'v1' });
      await change(['other'], B);
      expect(await store.list()).toMatchObject([{ keyId: 'b', allowedConnectors: ['other'] }]);
      expect(await readable(store, ONLY_B)).toEqual({ 'hr-db': 'v1' });
      const withoutKeys = () => {
        throw new Error('No key is needed for a note.');
      };
      const settings = { name: 'hr-db', allowedHosts: ['db.example.com'], allowedConnectors: ['other'] };
      await store.set({ ...settings, note: 'new', value: undefined, keys: withoutKeys }, by);
      expect(await store.list()).toMatchObject([{ keyId: 'b', note: 'new' }]);
    });
  });

  test('writes the audit event in the transaction of the change, without the value', async () => {
    await withStore(async (store, { knex }) => {
      await set(store, 'hr-db', 'canary-7d1f0a', A);
      expect(await store.delete('hr-db', by)).toBe(true);
      expect(await store.delete('hr-db', by)).toBe(false);
      const events = await knex('audit_events').orderBy('id');
      expect(
        events.map(({ action, object_name, actor_name, request_id, outcome }) => [
          action,
          object_name,
          actor_name,
          request_id,
          outcome,
        ]),
      ).toEqual([
        ['secret.set', 'hr-db', 'Ada', 'r1', 'ok'],
        ['secret.delete', 'hr-db', 'Ada', 'r1', 'ok'],
      ]);
      expect(JSON.stringify(events)).not.toContain('canary-7d1f0a');
      await knex.schema.renameTable('audit_events', 'gone');
      await expect(set(store, 'hr-db', 'v1', A)).rejects.toThrow('audit_events');
      expect(await store.list()).toEqual([]);
    });
  });

  test('refuses a key that is not the one that was used before under its id', async () => {
    await withStore(async (store) => {
      await set(store, 'hr-db', 'v1', A);
      await expect(set(store, 'other', 'v', OTHER_A)).rejects.toMatchObject({
        code: 'SECRETS_KEY_WRONG',
        exit: 78,
      });
      await expect(store.rotate(OTHER_A, by)).rejects.toMatchObject({ code: 'SECRETS_KEY_WRONG' });
      expect(await readable(store, A)).toEqual({ 'hr-db': 'v1' });
    });
  });

  test('records the last use to the hour', async () => {
    await withStore(async (store) => {
      await set(store, 'hr-db', 'v1');
      await store.noteUse(['hr-db', 'none'], new Date('2026-11-29T11:59:59Z'));
      await store.noteUse(['hr-db'], new Date('2026-11-29T10:00:00Z'));
      expect((await store.list()).map(({ lastUsedAt }) => lastUsedAt)).toEqual(['2026-11-29T11:00:00.000Z']);
    });
  });

  describe('rotate', () => {
    test('encrypts every secret with the first key, and does nothing the second time', async () => {
      await withStore(async (store) => {
        await setAll(store);
        expect(await store.rotate(B, by)).toBe(2);
        expect(await readable(store, ONLY_B)).toEqual(VALUES);
        const before = await store.read(Object.keys(VALUES));
        expect(await store.rotate(B, by)).toBe(0);
        expect(await store.read(Object.keys(VALUES))).toEqual(before);
        expect((await store.canaries()).map(({ keyId }) => keyId)).toEqual(['a', 'b']);
      });
    });

    test('binds a secret of the first format to its limits, also when it has the first key', async () => {
      await withStore(async (store, { knex }) => {
        await knex('managed_secrets').insert({
          ...{ name: 'hr-db', key_id: '2026a', format_version: 1, note: '', last_used_at: null },
          ...{ allowed_hosts: '["db"]', allowed_connectors: '[]' },
          nonce: Buffer.from('32ff6ad79690f34fa639f282', 'hex'),
          ciphertext: Buffer.from('3aafedd681e0e3144a2b153336799ee4d1b04ca27f9baae32c1a', 'hex'),
          tag: Buffer.from('9d095c19b07ae258776f5696b7f998e3', 'hex'),
          ...{ created_at: '', created_by: 'Ada', updated_at: '', updated_by: 'Ada' },
        });
        const keys = parseKeyRing('2026a:CzBVep/E6Q4zWH2ix+wRNluApcrvFDleg6jN8hc8YYY=', 'KEYS');
        expect(await store.rotate(keys, by)).toBe(1);
        expect(await readable(store, keys)).toEqual({ 'hr-db': 'postgres://reader:pw@db/hr' });
        await knex('managed_secrets').update({ allowed_hosts: '["elsewhere"]' });
        expect(await readable(store, keys)).toEqual({ 'hr-db': undefined });
      });
    });

    test('changes nothing when one secret cannot be read, and names it', async () => {
      await withStore(async (store, { knex }) => {
        await setAll(store);
        await knex('managed_secrets')
          .where({ name: 'hr-db' })
          .update({ tag: Buffer.alloc(16) });
        const before = await store.read(Object.keys(VALUES));
        await expect(store.rotate(B, by)).rejects.toMatchObject({
          code: 'SECRET_UNREADABLE',
          message: expect.stringContaining('hr-db (key a)'),
        });
        expect(await store.read(Object.keys(VALUES))).toEqual(before);
        expect((await store.canaries()).map(({ keyId }) => keyId)).toEqual(['a']);
      });
    });

    test('does not open a row of which any column was changed in the database, and keeps no limits without the value', async () => {
      await withStore(async (store, { knex }) => {
        await setAll(store);
        const [stored] = await store.read(['hr-db']);
        if (stored === undefined) throw new Error('The secret is not stored.');
        const { sealed } = stored;
        const [allowed_hosts = '', allowed_connectors = ''] = sealed.limits;
        const row = { ...columnsOf(sealed), allowed_hosts, allowed_connectors };
        await knex('managed_secrets')
          .where({ name: 'api-token' })
          .update({ ...row });
        expect(await readable(store, A)).toEqual({ ...VALUES, 'api-token': undefined });
        const changes = [
          ...[{ key_id: 'b' }, { format_version: 1 }, { format_version: 3 }],
          ...[{ tag: Buffer.alloc(4) }, { nonce: Buffer.alloc(12) }],
          ...[{ tag: sealed.tag.subarray(0, 4) }, { ciphertext: Buffer.alloc(0) }],
          ...[{ allowed_hosts: '["evil.example"]' }, { allowed_hosts: '[ ]' }, { allowed_hosts: 'damaged' }],
          ...[{ allowed_connectors: '[]' }, { allowed_connectors: '["people","other"]' }],
        ];
        for (const change of changes) {
          await knex('managed_secrets').where({ name: 'hr-db' }).update(change);
          expect((await readable(store, B))['hr-db']).toBeUndefined();
          await expect(set(store, 'hr-db', undefined, B, [], ['third'])).rejects.toMatchObject({
            code: expect.stringMatching(/^SECRET_(UNREADABLE|VALUE_INVALID)$/),
          });
          await knex('managed_secrets')
            .where({ name: 'hr-db' })
            .update({ ...row });
        }
        expect((await readable(store, A))['hr-db']).toBe(VALUES['hr-db']);
      });
    });

    test('leaves every secret readable when its process is killed at any statement', async () => {
      await withStore(async (store, _, address) => {
        await setAll(store);
        const keys = `${ENTRY_B},${ENTRY_A}`;
        const child = startedByNode('killable-rotation.ts');
        const kill = async (statement: number) => {
          const args = [...child, JSON.stringify(address), keys, String(statement)];
          const { signal, exitCode } = await execa(process.execPath, args, { reject: false });
          expect(await readable(store, B)).toEqual(VALUES);
          expect(new Set((await store.list()).map(({ keyId }) => keyId)).size).toBe(1);
          return signal ?? exitCode;
        };
        let statements = 1;
        while ((await kill(statements)) === 'SIGKILL') statements++;
        expect(statements).toBeGreaterThan(8);
        expect(await kill(0)).toBe(0);
        expect(await readable(store, ONLY_B)).toEqual(VALUES);
      });
    });

    test('loses no secret that is set at the same time', async () => {
      await withStore(async (store, _, address) => {
        await setAll(store);
        const servers = await Promise.all([1, 2, 3].map(() => openServerDatabase(address)));
        const [one, two, three] = servers.map((server) => openSecretStore(server));
        await Promise.all([
          one?.rotate(B, by),
          two && set(two, 'hr-db', 'new', A),
          three && set(three, 'added', 'v4', A),
          one?.rotate(B, by),
        ]);
        await Promise.all(servers.map((server) => server.close()));
        await store.rotate(B, by);
        expect(await readable(store, ONLY_B)).toEqual({ ...VALUES, 'hr-db': 'new' });
        const [added] = await store.read(['added']);
        expect(added && open('managed-secret', 'added', added.sealed, ONLY_B)).toBe('v4');
      });
    });
  });
});
