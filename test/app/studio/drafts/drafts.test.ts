import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openCatalog } from '../../../../src/app/catalog/catalog.ts';
import { DRAFT_KEEP_DAYS, DRAFTS_PER_PERSON_MAX } from '../../../../src/app/limits.ts';
import type { DraftService } from '../../../../src/app/studio/drafts/draft-service.ts';
import { openDrafts } from '../../../../src/app/studio/drafts/drafts.ts';
import type { Actor } from '../../../../src/core/access/actor.ts';
import { openServerDatabase, type ServerDatabase } from '../../../../src/database/open-server-database.ts';
import { openDraftStore } from '../../../../src/state/studio/drafts.ts';
import { localBase } from '../../../../src/studio/local-base.ts';
import { stateAddresses } from '../../../support/databases/state-addresses.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';

const address = stateAddresses();
const SIGNAL = new AbortController().signal;
const ANNA: Actor = {
  kind: 'key',
  id: 'anna',
  name: 'Anna',
  right: 'author',
  address: '127.0.0.1',
  requestId: 'request-1',
};
const BEN: Actor = { ...ANNA, id: 'ben', name: 'Ben' };
const FILE = `# kept\r\nmetadata: { name: 'people' }\r\n`;
const EDIT = { intent: 'edit', connectorId: 'people' } as const;

describe.each(['SQLite', 'Postgres'])('the drafts in %s', (engine) => {
  const folders = temporaryFolders();
  let database: ServerDatabase;
  let drafts: DraftService;
  let cwd: string;
  let ms: number;

  beforeAll(async () => {
    database = await openServerDatabase(await address(engine));
  });
  afterAll(() => database.close());
  beforeEach(() => {
    ms = Date.parse('2026-11-29T10:00:00.000Z');
    cwd = folders.make();
    mkdirSync(join(cwd, 'connectors'));
    writeFileSync(join(cwd, 'connectors', 'people.yaml'), FILE);
    const clock = { now: () => new Date(ms), elapsedMs: () => ms };
    drafts = openDrafts({
      store: openDraftStore(database, clock),
      base: () => Promise.resolve(localBase(cwd)),
      catalog: openCatalog({ directory: 'connectors', policyFile: undefined, cwd, clock }),
      folder: 'connectors',
      clock,
    });
  });
  afterEach(() => database.guarded(({ knex }) => knex('studio_drafts').delete()));
  afterAll(() => {
    folders.removeAll();
  });

  const auditActions = () =>
    database.guarded(async ({ knex }) => {
      const rows = await knex('audit_events').orderBy('id').select('*');
      return rows.map(({ actor_id, action, object_name }) => [actor_id, action, object_name]);
    });

  test('keeps every byte of the file that it starts from, with its blob', async () => {
    const draft = await drafts.create(EDIT, ANNA, SIGNAL);
    expect(draft).toMatchObject({ path: 'connectors/people.yaml', text: FILE, version: 1 });
    expect(draft.base?.text).toBe(FILE);
    expect(draft.base?.blob).toMatch(/^[0-9a-f]{40}$/);
    expect(await drafts.find(draft.id, ANNA)).toEqual(draft);
  });

  test('returns the same draft when a person edits a connector twice', async () => {
    const [one, other] = await Promise.all([
      drafts.create(EDIT, ANNA, SIGNAL),
      drafts.create(EDIT, ANNA, SIGNAL),
    ]);
    expect(other.id).toBe(one.id);
    expect((await drafts.create(EDIT, ANNA, SIGNAL)).id).toBe(one.id);
    expect((await drafts.create(EDIT, BEN, SIGNAL)).id).not.toBe(one.id);
    expect(await drafts.list(ANNA)).toHaveLength(1);
  });

  test('hides a draft from every other person', async () => {
    const { id, version } = await drafts.create(EDIT, ANNA, SIGNAL);
    const unknown = expect.objectContaining({ code: 'DRAFT_UNKNOWN' });
    await expect(drafts.find(id, BEN)).rejects.toEqual(unknown);
    await expect(drafts.save(id, { text: 'x', version }, BEN)).rejects.toEqual(unknown);
    await expect(drafts.discard(id, BEN)).rejects.toEqual(unknown);
    expect((await drafts.find(id, ANNA)).text).toBe(FILE);
  });

  test('refuses a change of an older version, and overwrites nothing', async () => {
    const { id } = await drafts.create(EDIT, ANNA, SIGNAL);
    const saved = await drafts.save(id, { text: 'a: 1\n', version: 1 }, ANNA);
    expect(saved.version).toBe(2);
    const late = drafts.save(id, { text: 'b: 1\n', version: 1 }, ANNA);
    await expect(late).rejects.toMatchObject({ code: 'DRAFT_CHANGED' });
    expect((await drafts.find(id, ANNA)).text).toBe('a: 1\n');
  });

  test.each([0, 2_147_483_648, 2 ** 53, 1.5, NaN])(
    'refuses the version %d as an older one',
    async (version) => {
      const { id } = await drafts.create(EDIT, ANNA, SIGNAL);
      const late = { text: 'a: 1\n', version };
      await expect(drafts.save(id, late, ANNA)).rejects.toMatchObject({ code: 'DRAFT_CHANGED' });
      const moved = drafts.rebase(id, { ...late, base: null }, ANNA);
      await expect(moved).rejects.toMatchObject({ code: 'DRAFT_CHANGED' });
      expect((await drafts.find(id, ANNA)).text).toBe(FILE);
    },
  );

  test('keeps the last readable text beside one that is not YAML', async () => {
    const { id } = await drafts.create(EDIT, ANNA, SIGNAL);
    await drafts.save(id, { text: 'a: 1\n', version: 1 }, ANNA);
    const broken = await drafts.save(id, { text: 'a: [1\n', version: 2 }, ANNA);
    expect(broken).toMatchObject({ text: 'a: [1\n', readableText: 'a: 1\n' });
  });

  test('gives a new connector the file of its name, and a clone none until it has another name', async () => {
    const order = { intent: 'create', connectorId: '', text: 'metadata: { name: orders }\n' } as const;
    expect((await drafts.create(order, ANNA, SIGNAL)).path).toBe('connectors/orders.yaml');
    const clone = await drafts.create({ intent: 'clone', connectorId: 'people' }, ANNA, SIGNAL);
    expect(clone).toMatchObject({ path: '', base: null });
    const hostile = await drafts.save(clone.id, { text: 'metadata: { name: ../x }', version: 1 }, ANNA);
    expect(hostile.path).toBe('');
    const named = await drafts.save(clone.id, { text: 'metadata: { name: people-2 }', version: 2 }, ANNA);
    expect(named.path).toBe('connectors/people-2.yaml');
  });

  test.each(['../../etc/passwd', 'unknown', ''])('does not find the connector %j', async (connectorId) => {
    const order = { intent: 'edit', connectorId } as const;
    await expect(drafts.create(order, ANNA, SIGNAL)).rejects.toMatchObject({ code: 'DEFINITION_UNKNOWN' });
  });

  test.each([
    ['more than 1 MiB', 'ä'.repeat(524_289)],
    ['NUL', 'a: "\0"'],
    ['half a pair', 'a: \ud800'],
  ])('refuses a text with %s', async (_what, text) => {
    const { id } = await drafts.create(EDIT, ANNA, SIGNAL);
    await expect(drafts.save(id, { text, version: 1 }, ANNA)).rejects.toMatchObject({
      code: 'DRAFT_REFUSED',
    });
    expect((await drafts.find(id, ANNA)).version).toBe(1);
  });

  test('removes a draft that was not changed for 30 days, and refuses more drafts than the limit', async () => {
    const order = { intent: 'create', connectorId: '', text: '' } as const;
    for (let made = 0; made < DRAFTS_PER_PERSON_MAX; made += 1) await drafts.create(order, ANNA, SIGNAL);
    await expect(drafts.create(order, ANNA, SIGNAL)).rejects.toMatchObject({ code: 'DRAFT_REFUSED' });
    ms += DRAFT_KEEP_DAYS * 86_400_000;
    expect(await drafts.list(ANNA)).toHaveLength(DRAFTS_PER_PERSON_MAX);
    ms += 1;
    expect(await drafts.list(ANNA)).toEqual([]);
  });

  test('records who created and discarded a draft', async () => {
    const before = (await auditActions()).length;
    const { id } = await drafts.create(EDIT, ANNA, SIGNAL);
    await drafts.discard(id, ANNA);
    expect((await auditActions()).slice(before)).toEqual([
      ['anna', 'draft.create', id],
      ['anna', 'draft.discard', id],
    ]);
    await expect(drafts.find(id, ANNA)).rejects.toMatchObject({ code: 'DRAFT_UNKNOWN' });
  });

  test('requires the right author for everything but reading', async () => {
    const viewer = { ...ANNA, right: 'read' } as const;
    const { id } = await drafts.create(EDIT, ANNA, SIGNAL);
    const missing = { code: 'RIGHT_MISSING' };
    await expect(drafts.create(EDIT, viewer, SIGNAL)).rejects.toMatchObject(missing);
    await expect(drafts.find(id, viewer)).rejects.toMatchObject(missing);
    await expect(drafts.list(viewer)).rejects.toMatchObject(missing);
    await expect(drafts.save(id, { text: 'x', version: 1 }, viewer)).rejects.toMatchObject(missing);
    await expect(drafts.discard(id, viewer)).rejects.toMatchObject(missing);
    expect((await drafts.original('people', viewer, SIGNAL)).text).toBe(FILE);
  });
});
