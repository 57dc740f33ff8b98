import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Actor } from '../../../src/core/access/actor.ts';
import { parseKeyRing } from '../../../src/core/secrets/managed/key-ring.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { openServerDatabase, type ServerDatabase } from '../../../src/database/open-server-database.ts';
import { openSecretStore } from '../../../src/state/secrets/secret-store.ts';
import { openDraftStore } from '../../../src/state/studio/drafts.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
const actor: Actor = { kind: 'key', id: 'ada', name: 'Ada', right: 'admin', address: null, requestId: 'r' };
const ringOf = (id: string) => parseKeyRing(`${id}:${randomBytes(32).toString('base64')}`, 'KEYS');

describe('a change with an event of the audit log', () => {
  let database: ServerDatabase;
  const lines: unknown[] = [];
  const log = { info: (_message: string, fields?: { audit?: unknown }) => void lines.push(fields?.audit) };
  const events = () => database.guarded(({ knex }) => knex('audit_events').orderBy('id').pluck('action'));
  beforeAll(async () => {
    database = await openServerDatabase({ file: join(folders.make(), 'state.db') });
  });
  afterAll(async () => {
    await database.close();
    folders.removeAll();
  });

  test('is one line of the log as well, for drafts and secrets', async () => {
    const drafts = openDraftStore(database, systemClock, log);
    const draft = { id: 'd', actorId: 'ada', intent: 'create', connectorId: '', path: '', text: '' } as const;
    const times = { createdAt: '2026-01-01', updatedAt: '2026-01-01' };
    await drafts.add({ ...draft, readableText: '', base: null, version: 1, ...times }, 9, actor);
    await drafts.remove('d', actor);
    await drafts.remove('d', actor);
    const secrets = openSecretStore(database, log);
    const by = { actor, now: new Date() };
    const settings = { name: 'crm', allowedHosts: [], allowedConnectors: [], note: '' };
    await secrets.set({ ...settings, value: 'x', keys: () => ringOf('a') }, by);
    expect(lines).toEqual(['draft.create', 'draft.discard', 'secret.set']);
    expect(await events()).toEqual(lines);
  });

  test('is not logged when it is rolled back', async () => {
    const before = lines.length;
    const secrets = openSecretStore(database, log);
    await expect(secrets.rotate(ringOf('b'), { actor, now: new Date() })).rejects.toThrow();
    expect(lines).toHaveLength(before);
    expect(await events()).toHaveLength(before);
  });
});
