import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BridgeError } from '../../src/core/errors.ts';
import type { DeletePolicy } from '../../src/definitions/connector/types.ts';
import type { Job, Ports } from '../../src/pipeline/ports/job.ts';
import type { Column, Source } from '../../src/pipeline/ports/ports.ts';
import { runConnector } from '../../src/pipeline/run.ts';
import type { KnownRecord, State } from '../../src/pipeline/ports/state-port.ts';
import { openState } from '../../src/state/run/open-state.ts';
import { deliveryFates } from '../support/pipeline/delivery-fates.ts';
import { ALL_GOES_WELL, FlakyIndex } from '../support/pipeline/flaky-index.ts';
import { mappingOf } from '../support/pipeline/mapping.ts';
import { jobOf } from '../support/pipeline/planning.ts';
import { rowsSource } from '../support/pipeline/rows-source.ts';
import { portsOf } from '../support/processes/running.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const COLUMNS: Column[] = [
  { name: 'id', kind: 'text' },
  { name: 'title', kind: 'text' },
  { name: 'readers', kind: 'text' },
];
const IDS = ['a', 'b', 'c', 'd', 'é'];
/** Each shows a document in another way, so that a change of it makes every row a change. */
const TEMPLATES = ['{{ title }}', 'Hello {{ title }}'] as const;
/** What may end a run of such a history; anything else is a bug. */
const EXPECTED_ENDS = [
  'SOURCE_UNREACHABLE',
  'SOURCE_REFUSED',
  'ARTIFACT_MISSING',
  'RECONCILIATION_REFUSED',
  'RUN_ID_TAKEN',
];

/** One moment of a table, by id. A row without readers does not become a document. */
type Table = ReadonlyMap<string, { readonly title: string; readonly readers: string }>;

const row = fc.record({
  id: fc.constantFrom(...IDS),
  title: fc.constantFrom('one', 'two', 'three'),
  readers: fc.constantFrom('x@example.com', 'y@example.com', ''),
});
const tableOf = (ofRow: typeof row) =>
  fc
    .uniqueArray(ofRow, { selector: ({ id }) => id, maxLength: IDS.length })
    .map((listed): Table => new Map(listed.map(({ id, ...rest }) => [id, rest])));
const rows = tableOf(row);
/** A table in which every row becomes a document. */
const goodRows = tableOf(row.map((drawn) => ({ ...drawn, readers: drawn.readers || 'x@example.com' })));
const fate = deliveryFates(IDS.length);
const rarely = fc.nat(5).map((drawn) => drawn === 0);
const history = fc.array(
  fc.record({
    rows,
    fates: fc.array(fate, { maxLength: 3 }),
    template: fc.constantFrom(...TEMPLATES),
    sameId: rarely,
    full: rarely,
    resend: rarely,
    reconcile: rarely,
    dry: rarely,
  }),
  { minLength: 1, maxLength: 6 },
);

const folders = temporaryFolders();
let state: State;
let folder: string;
let worlds = 0;

beforeAll(async () => {
  folder = folders.make();
  state = await openState({ file: ':memory:', readOnly: false });
});
afterAll(async () => {
  await state.close();
  folders.removeAll();
});

/** A connector that nothing is known of, and the index that it feeds. */
class World {
  readonly index = new FlakyIndex();
  readonly #name = `connector-${(worlds += 1)}`;
  readonly #target = `stores/${this.#name}`;
  #runs = 0;

  /** @returns whether the run did all that it was to do. */
  async run(source: Source, template: string, job: Partial<Job> = {}, sameId = false): Promise<boolean> {
    if (!sameId || this.#runs === 0) this.#runs += 1;
    const given = jobOf({
      runId: `${this.#name}-${this.#runs}`,
      connectorId: this.#name,
      target: this.#target,
      prefix: this.#name,
      mapping: mappingOf({ contentTemplate: template, aclUsersField: 'readers' }),
      quarantine: { maxCount: 1_000, maxRatio: 1, maxConsecutive: 1_000 },
      // Even an empty listing is believed.
      allowDeletes: 1_000,
      ...job,
    });
    try {
      await runConnector(given, this.#ports(source, given.sends), new AbortController().signal);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof BridgeError) || !EXPECTED_ENDS.includes(thrown.code)) throw thrown;
      return false;
    }
  }

  /** Whether a run is published and not committed: then the index may be ahead of the state. */
  async isBetween(): Promise<boolean> {
    return (await state.unfinishedRuns(this.#name)).length > 0;
  }

  async records(): Promise<KnownRecord[]> {
    const { scope } = await state.position(this.#name, this.#target);
    return state.lookup(
      scope,
      IDS.map((id) => `hr:${id}`),
    );
  }

  #ports(source: Source, sends: boolean): Ports {
    const writesOnly = { deliver: () => Promise.resolve({ upserts: 0, deletes: 0, rejected: 0 }) };
    return portsOf({ source, state, destination: sends ? this.index : writesOnly }, folder);
  }
}

const wireRows = (table: Table) => [...table].map(([id, { title, readers }]) => [id, title, readers]);
const fullSource = (table: Table) => rowsSource({ columns: COLUMNS, rows: wireRows(table) });

/** Says that nothing changed when it is given what it gave with the same rows; `told` gets a number each time. */
function conditionalSource(table: Table, told: number[]): Source {
  const rowsNow = wireRows(table).toSorted();
  const tag = JSON.stringify(rowsNow);
  return {
    ...fullSource(table),
    read(checkpoint, signal) {
      if (checkpoint === tag) told.push(told.length);
      const listed = checkpoint === tag ? ({ rows: [], unchanged: true } as const) : { rows: rowsNow };
      return rowsSource({ columns: COLUMNS, checkpoint: tag, ...listed }).read(checkpoint, signal);
    },
  };
}

/** One row a run, and after the last the first again. */
function roundSource(table: Table) {
  const rowsNow = wireRows(table);
  const checkpoints: (string | undefined)[] = [];
  const source: Source = {
    listing: 'delta',
    read(checkpoint, signal) {
      checkpoints.push(checkpoint);
      const at = Number(checkpoint ?? 0);
      const end = at + 1 >= rowsNow.length;
      const part = {
        rows: rowsNow.slice(at, at + 1),
        checkpoint: String(end ? 0 : at + 1),
        truncated: !end,
      };
      return rowsSource({ columns: COLUMNS, recurring: true, ...part }).read(checkpoint, signal);
    },
    columns: () => Promise.resolve(COLUMNS),
    close: () => Promise.resolve(),
  };
  return { ...source, checkpoints };
}

/** What the index should hold of a table. */
function expected(table: Table, template: string): Map<string, unknown> {
  const documents = [...table].filter(([, { readers }]) => readers !== '');
  return new Map(
    documents.map(([id, { title, readers }]) => [
      `hr:${id}`,
      { title, content: template.replace('{{ title }}', title), acl_users: [readers] },
    ]),
  );
}

function held({ documents }: FlakyIndex): Map<string, unknown> {
  return new Map(
    [...documents].map(([docId, { title, content, acl_users }]) => [docId, { title, content, acl_users }]),
  );
}

/** No record says of a document that the index has it, unless it does; and the index has none that no record knows. */
async function expectNoFalseClaim(world: World): Promise<void> {
  const records = await world.records();
  for (const { docId, checksum } of records) {
    // The index may have any version of a document with an unknown outcome.
    const indexed = checksum === '' ? '' : world.index.documents.get(docId)?.checksum;
    expect([docId, indexed]).toEqual([docId, checksum]);
  }
  const known = new Set(records.map(({ docId }) => docId));
  for (const docId of world.index.documents.keys()) expect(known).toContain(docId);
}

describe('over any history of deliveries that fail in any way', () => {
  test('no record claims what the index may not have, and one clean run makes the index equal to the table', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (moments) => {
        const world = new World();
        for (const { rows: table, fates, template, sameId, full, reconcile, dry } of moments) {
          world.index.fates = [...fates];
          const before = world.index.deliveries;
          await world.run(fullSource(table), template, { full, reconcile, sends: !dry }, sameId);
          // That of the run before, which was published, and its own.
          expect(world.index.deliveries - before).toBeLessThanOrEqual(dry ? 0 : 2);
          if (!(await world.isBetween())) await expectNoFalseClaim(world);
        }
        const { rows: table, template } = moments.at(-1) ?? { rows: new Map(), template: TEMPLATES[0] };
        world.index.fates = [];
        expect(await world.run(fullSource(table), template)).toBe(true);
        expect(held(world.index)).toEqual(expected(table, template));
        await expectNoFalseClaim(world);

        const deliveries = world.index.deliveries;
        expect(await world.run(fullSource(table), template)).toBe(true);
        expect(world.index.deliveries).toBe(deliveries);
      }),
      { numRuns: 40 },
    );
  });

  test('a delta query reads again what was not taken, so that one clean run brings every row up to date', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (moments) => {
        const world = new World();
        const table = new Map<string, { title: string; readers: string }>();
        const versions = new Map<string, number>();
        let version = 0;
        const deltaSource: Source = {
          listing: 'delta',
          read(checkpoint, signal) {
            const changed = [...table].filter(([id]) => (versions.get(id) ?? 0) > Number(checkpoint ?? 0));
            const listed = {
              columns: COLUMNS,
              rows: wireRows(new Map(changed)),
              checkpoint: String(version),
            };
            return rowsSource(listed).read(checkpoint, signal);
          },
          columns: () => Promise.resolve(COLUMNS),
          close: () => Promise.resolve(),
        };
        for (const { rows: changes, fates, template, sameId, full, dry } of moments) {
          for (const [id, content] of changes) {
            table.set(id, content);
            versions.set(id, (version += 1));
          }
          world.index.fates = [...fates];
          await world.run(deltaSource, template, { full, sends: !dry }, sameId);
          if (!(await world.isBetween())) await expectNoFalseClaim(world);
        }
        const template = moments.at(-1)?.template ?? TEMPLATES[0];
        world.index.fates = [];
        expect(await world.run(deltaSource, template)).toBe(true);
        expect(held(world.index)).toEqual(expected(table, template));
        await expectNoFalseClaim(world);
      }),
      { numRuns: 40 },
    );
  });

  test('an operation that outlives its run never reads what another attempt of the same run id has published', async () => {
    const world = new World();
    const one = new Map([['a', { title: 'one', readers: 'x@example.com' }]]);
    const two = new Map([['b', { title: 'two', readers: 'x@example.com' }]]);
    world.index.fates = [{ ...ALL_GOES_WELL, end: 'fails', late: true }];
    expect(await world.run(fullSource(one), TEMPLATES[0])).toBe(false);
    world.index.fates = [{ ...ALL_GOES_WELL, end: 'fails unasked' }];
    expect(await world.run(fullSource(two), TEMPLATES[0], {}, true)).toBe(false);
    world.index.fates = [];
    expect(await world.run(fullSource(one), TEMPLATES[0])).toBe(true);
    expect(held(world.index)).toEqual(expected(one, TEMPLATES[0]));
    await expectNoFalseClaim(world);
  });

  test('a source that says when nothing changed hides nothing, though it may be again as it was before', async () => {
    // Few moments and often the same, so that a source comes back to what an earlier run was told.
    const moments = fc
      .array(fc.oneof({ arbitrary: goodRows, weight: 5 }, rows), { minLength: 2, maxLength: 2 })
      .chain((tables) =>
        fc.array(
          fc.record({
            table: fc.constantFrom(...tables),
            fates: fc.option(fate, { nil: undefined }).map((drawn) => (drawn === undefined ? [] : [drawn])),
            template: fc.constantFrom(TEMPLATES[0], TEMPLATES[0], TEMPLATES[0], ...TEMPLATES),
            deletePolicy: fc.constantFrom('auto_delete_missing', 'auto_delete_missing', 'never_delete'),
            allowDeletes: fc.constantFrom(0, 1_000),
            full: rarely,
            resend: rarely,
            reconcile: rarely,
            dry: rarely,
          }),
          { minLength: 2, maxLength: 7 },
        ),
      );
    const told: number[] = [];
    await fc.assert(
      fc.asyncProperty(moments, async (runs) => {
        const world = new World();
        for (const { table, fates, template, dry, ...job } of runs) {
          world.index.fates = [...fates];
          const deleteLimit = { count: 0, ratio: 0 };
          await world.run(conditionalSource(table, told), template, { ...job, deleteLimit, sends: !dry });
          if (!(await world.isBetween())) await expectNoFalseClaim(world);
        }
        const { table, template } = runs.at(-1) ?? { table: new Map(), template: TEMPLATES[0] };
        world.index.fates = [];
        expect(await world.run(conditionalSource(table, told), template)).toBe(true);
        expect(held(world.index)).toEqual(expected(table, template));
        await expectNoFalseClaim(world);

        const [deliveries, before] = [world.index.deliveries, told.length];
        expect(await world.run(conditionalSource(table, told), template)).toBe(true);
        expect(world.index.deliveries).toBe(deliveries);
        // Each run processes rows without readers again.
        expect(told.length - before).toBe(expected(table, template).size === table.size ? 1 : 0);
      }),
      { numRuns: 25 },
    );
    expect(told.length).toBeGreaterThan(0);
  });

  test.each([
    { ...ALL_GOES_WELL, documents: ['unknown and applied'] as const },
    { ...ALL_GOES_WELL, end: 'fails', applied: 1 } as const,
  ])(
    'a source that equals its state before a delivery of unknown outcome is read again: %j',
    async (fate) => {
      const world = new World();
      const [one, other] = ['one', 'other'].map(
        (title): Table => new Map([['a', { title, readers: 'x@example.com' }]]),
      );
      const told: number[] = [];
      await world.run(conditionalSource(one!, told), TEMPLATES[0]);
      world.index.fates = [fate];
      await world.run(conditionalSource(other!, told), TEMPLATES[0]);
      await world.run(conditionalSource(one!, told), TEMPLATES[0]);
      expect(told).toEqual([]);
      expect(held(world.index)).toEqual(expected(one!, TEMPLATES[0]));
      await world.run(conditionalSource(one!, told), TEMPLATES[0]);
      expect(told).toHaveLength(1);
    },
  );

  test('a listing that goes round brings every row up to date in one clean round, also rows that were refused', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (moments) => {
        const world = new World();
        const table = new Map<string, { title: string; readers: string }>();
        for (const { rows: changes, fates, template, sameId, dry } of moments) {
          for (const [id, content] of changes) table.set(id, content);
          world.index.fates = [...fates];
          await world.run(roundSource(table), template, { sends: !dry }, sameId);
          if (!(await world.isBetween())) await expectNoFalseClaim(world);
        }
        const template = moments.at(-1)?.template ?? TEMPLATES[0];
        world.index.fates = [];
        for (let part = 0; part <= IDS.length; part++) {
          expect(await world.run(roundSource(table), template)).toBe(true);
        }
        expect(held(world.index)).toEqual(expected(table, template));
        await expectNoFalseClaim(world);
      }),
      { numRuns: 12 },
    );
  });

  test('a listing that goes round passes a row that was refused, and brings it again with the next round', async () => {
    const world = new World();
    const table = new Map(IDS.map((id) => [id, { title: id, readers: 'x@example.com' }]));
    world.index.fates = [
      { ...ALL_GOES_WELL, documents: ['refused'] },
      { ...ALL_GOES_WELL, documents: ['unknown and not applied'] },
    ];
    const places: (string | undefined)[] = [];
    const indexed: number[] = [];
    for (let part = 0; part < IDS.length + 2; part++) {
      const source = roundSource(table);
      await world.run(source, TEMPLATES[0]);
      places.push(...source.checkpoints);
      indexed.push(world.index.documents.size);
    }
    expect(places).toEqual([undefined, '1', '2', '3', '4', '0', '1']);
    expect(indexed).toEqual([0, 0, 1, 2, 3, 4, 5]);
  });

  const table = new Map(['a', 'b'].map((id) => [id, { title: id, readers: 'x@example.com' }]));
  const [a, b] = [...table].map(([id, content]) => new Map([[id, content]]));
  const changes = (rows: Table, deleted: readonly string[] = []) =>
    rowsSource({
      columns: COLUMNS,
      rows: [...wireRows(rows), ...deleted.map((id) => [id, null, null])],
      listing: 'delta',
      deletes: deleted.map((_, at) => rows.size + at),
    });
  const none: Table = new Map();

  describe.each([
    { ...ALL_GOES_WELL, documents: ['unknown and not applied'] as const },
    { ...ALL_GOES_WELL, documents: ['unknown and applied'] as const },
    { ...ALL_GOES_WELL, end: 'fails', applied: 0 } as const,
  ])('a delete of unknown outcome: %j', (fate) => {
    test('is repeated by the next run, although its source does not report the delete again', async () => {
      const world = new World();
      await world.run(changes(table), TEMPLATES[0]);
      world.index.fates = [fate];
      await world.run(changes(none, ['a']), TEMPLATES[0]);
      await world.run(changes(none), TEMPLATES[0]);
      expect(held(world.index)).toEqual(expected(b!, TEMPLATES[0]));
      await expectNoFalseClaim(world);
    });

    test('is repeated by the next run, if the document was soft-deleted before', async () => {
      const world = new World();
      await world.run(changes(table), TEMPLATES[0]);
      await world.run(changes(none, ['a']), TEMPLATES[0], { deletePolicy: 'soft_delete_only' });
      world.index.fates = [fate];
      await world.run(changes(none), TEMPLATES[0]);
      await world.run(changes(none), TEMPLATES[0]);
      expect(held(world.index)).toEqual(expected(b!, TEMPLATES[0]));
      await expectNoFalseClaim(world);
    });

    test('is repeated by the next run, although its row, which had lost its readers, is gone', async () => {
      const world = new World();
      await world.run(changes(table), TEMPLATES[0]);
      world.index.fates = [fate];
      await world.run(changes(new Map([['a', { title: 'a', readers: '' }]])), TEMPLATES[0]);
      await world.run(changes(none), TEMPLATES[0]);
      expect(held(world.index)).toEqual(expected(b!, TEMPLATES[0]));
      await expectNoFalseClaim(world);
    });

    test('is not repeated once the source has the document again, nor under a policy that keeps documents', async () => {
      const world = new World();
      await world.run(changes(table), TEMPLATES[0]);
      world.index.fates = [fate];
      await world.run(changes(none, ['a']), TEMPLATES[0]);
      const before = held(world.index);
      for (const deletePolicy of ['soft_delete_only', 'never_delete'] as const)
        await world.run(changes(none), TEMPLATES[0], { deletePolicy });
      expect(held(world.index)).toEqual(before);
      await world.run(changes(a!), TEMPLATES[0]);
      await world.run(changes(none), TEMPLATES[0]);
      expect(held(world.index)).toEqual(expected(table, TEMPLATES[0]));
      await expectNoFalseClaim(world);
    });
  });

  describe.each([
    { ...ALL_GOES_WELL, documents: ['refused'] as const },
    { ...ALL_GOES_WELL, documents: ['unknown and not applied'] as const },
    { ...ALL_GOES_WELL, end: 'fails', applied: 0 } as const,
    { ...ALL_GOES_WELL, end: 'is refused' } as const,
  ])('a document that its row withdrew, because it has no readers any more: %j', (fate) => {
    const unread = new Map([['a', { title: 'a', readers: '' }]]);
    const never = { deletePolicy: 'never_delete' } as const;

    /** The document of `a` stays in the index for two runs. */
    async function withdrawn(deletePolicy: DeletePolicy): Promise<World> {
      const world = new World();
      await world.run(changes(table), TEMPLATES[0], { deletePolicy });
      world.index.fates = [fate, fate];
      await world.run(changes(unread), TEMPLATES[0], { deletePolicy });
      await world.run(changes(none), TEMPLATES[0], { deletePolicy });
      world.index.fates = [];
      return world;
    }

    test.each(['auto_delete_missing', 'soft_delete_only', 'never_delete'] as const)(
      'is deleted under %s by a listing of changes that does not name the row, which is gone',
      async (deletePolicy) => {
        const world = await withdrawn(deletePolicy);
        await world.run(changes(none), TEMPLATES[0], { deletePolicy, allowDeletes: 0 });
        expect(held(world.index)).toEqual(expected(b!, TEMPLATES[0]));
        expect((await world.records()).map(({ docId }) => docId)).toEqual(['hr:b']);
      },
    );

    test('is deleted alone by a policy that keeps documents, however the source says that its rows are gone', async () => {
      for (const deletePolicy of ['soft_delete_only', 'never_delete'] as const) {
        for (const source of [fullSource(none), changes(none, ['a', 'b'])]) {
          const world = await withdrawn(deletePolicy);
          await world.run(source, TEMPLATES[0], { deletePolicy });
          expect(held(world.index)).toEqual(expected(b!, TEMPLATES[0]));
        }
      }
    });

    test('is sent again when its row has readers again, and is kept then', async () => {
      const world = await withdrawn('never_delete');
      await world.run(changes(a!), TEMPLATES[0], never);
      await world.run(changes(none), TEMPLATES[0], never);
      expect(held(world.index)).toEqual(expected(table, TEMPLATES[0]));
      await expectNoFalseClaim(world);
    });

    test('is not left to its earlier readers when its row had others for a moment, and is gone', async () => {
      const world = await withdrawn('never_delete');
      world.index.fates = [fate, fate];
      const others = new Map([['a', { title: 'a', readers: 'y@example.com' }]]);
      await world.run(changes(others), TEMPLATES[0], never);
      world.index.fates = [];
      await world.run(changes(none), TEMPLATES[0], never);
      expect(world.index.documents.get('hr:a')?.acl_users).not.toEqual(['x@example.com']);
      await expectNoFalseClaim(world);
    });
  });

  test('no document that its row withdrew stays in the index, under any policy and in any listing', async () => {
    const moments = fc.array(
      fc.record({
        rows,
        removed: fc.subarray(IDS),
        fates: fc.array(fate, { maxLength: 2 }),
        deletePolicy: fc.constantFrom<DeletePolicy>(
          'auto_delete_missing',
          'soft_delete_only',
          'never_delete',
        ),
        read: fc.constantFrom('changes', 'changes', 'pushes', 'all'),
        sameId: rarely,
      }),
      { minLength: 2, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(moments, async (history) => {
        const world = new World();
        const table = new Map<string, { title: string; readers: string }>();
        /** The readers of the last row of each id that a run has read. */
        const read = new Map<string, string>();
        const noting = (listed: Table, source: Source): Source => ({
          ...source,
          read(checkpoint, signal) {
            for (const [id, { readers }] of listed) read.set(id, readers);
            return source.read(checkpoint, signal);
          },
        });
        for (const { rows: changed, removed, fates, deletePolicy, read: how, sameId } of history) {
          const gone = removed.filter((id) => table.has(id) && !changed.has(id));
          for (const [id, content] of changed) table.set(id, content);
          for (const id of gone) table.delete(id);
          world.index.fates = [...fates];
          const source =
            how === 'all'
              ? noting(table, fullSource(table))
              : noting(changed, changes(changed, how === 'pushes' ? gone : []));
          await world.run(source, TEMPLATES[0], { deletePolicy }, sameId);
        }
        world.index.fates = [];
        expect(await world.run(changes(none), TEMPLATES[0], { deletePolicy: 'never_delete' })).toBe(true);
        const unread = [...read].filter(([, readers]) => readers === '').map(([id]) => `hr:${id}`);
        expect([...world.index.documents.keys()].filter((docId) => unread.includes(docId))).toEqual([]);
        await expectNoFalseClaim(world);
      }),
      { numRuns: 40 },
    );
  });
});
