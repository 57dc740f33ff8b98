import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeletePolicy } from '../../src/definitions/connector/types.ts';
import type { Job } from '../../src/pipeline/ports/job.ts';
import type { Column, Source } from '../../src/pipeline/ports/ports.ts';
import { KnownRecords } from '../support/pipeline/known-records.ts';
import { mappingOf } from '../support/pipeline/mapping.ts';
import { runOver, type Planned } from '../support/pipeline/planning.ts';
import { rowsSource } from '../support/pipeline/rows-source.ts';

const COLUMNS: Column[] = [
  { name: 'id', kind: 'text' },
  { name: 'title', kind: 'text' },
  { name: 'readers', kind: 'text' },
];
const IDS = ['a', 'b', 'c', 'd', 'é'];
const POLICIES: readonly DeletePolicy[] = ['auto_delete_missing', 'soft_delete_only', 'never_delete'];
const JOB: Partial<Job> = {
  mapping: mappingOf({ aclUsersField: 'readers' }),
  quarantine: { maxCount: 1_000, maxRatio: 1, maxConsecutive: 1_000 },
  deleteLimit: { count: 0, ratio: 0 },
};
const ALLOWED = 1_000;

interface Content {
  readonly title: string;
  /** Empty: the row has no reader, so it is not a document. */
  readonly readers: string;
}
type Table = ReadonlyMap<string, Content>;

/** One run: what the source has then, how it is read, and what the connector's file says then. */
interface Moment {
  readonly table: Table;
  readonly policy: DeletePolicy;
  /**
   * `changes`: only what changed, rows that went away unseen. `pushes`: the same, with a delete for each row that went away.
   * `conditional`: all, unless nothing changed since the checkpoint.
   */
  readonly read: 'all' | 'part' | 'conditional' | 'changes' | 'pushes';
  readonly allowed: boolean;
  readonly newMapping: boolean;
}

const tables: fc.Arbitrary<Table> = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom(...IDS),
      title: fc.constantFrom('one', 'two'),
      readers: fc.constantFrom('x@example.com', 'x@example.com', 'x@example.com', ''),
    }),
    { selector: ({ id }) => id, maxLength: IDS.length },
  )
  .map((rows) => new Map(rows.map(({ id, ...content }) => [id, content])));
const histories: fc.Arbitrary<Moment[]> = fc.array(
  fc.record({
    table: tables,
    policy: fc.constantFrom(...POLICIES),
    read: fc.constantFrom('all', 'all', 'part', 'conditional', 'changes', 'pushes'),
    allowed: fc.boolean(),
    newMapping: fc.nat(4).map((drawn) => drawn === 0),
  }),
  { minLength: 1, maxLength: 8 },
);

const wireRows = (table: Table) => [...table].map(([id, { title, readers }]) => [id, title, readers]);

function fullSource(table: Table, truncated = false): Source {
  return rowsSource({ columns: COLUMNS, rows: wireRows(table), truncated });
}

/** Says that nothing changed when it is given the checkpoint that it gave with the same rows. */
function conditionalSource(table: Table): Source {
  const rows = wireRows(table).toSorted();
  const tag = JSON.stringify(rows);
  return {
    ...fullSource(table),
    read: (checkpoint, signal) =>
      rowsSource({
        columns: COLUMNS,
        checkpoint: tag,
        ...(checkpoint === tag ? { rows: [], unchanged: true } : { rows }),
      }).read(checkpoint, signal),
  };
}

function changesSource(before: Table, now: Table, saysDeletes: boolean): Source {
  const changed = [...now].filter(([id, { title, readers }]) => {
    const old = before.get(id);
    return old?.title !== title || old.readers !== readers;
  });
  const gone = saysDeletes ? [...before.keys()].filter((id) => !now.has(id)) : [];
  const rows = [...wireRows(new Map(changed)), ...gone.map((id) => [id, null, null])];
  return rowsSource({
    columns: COLUMNS,
    rows,
    listing: 'delta',
    deletes: gone.map((_, index) => changed.length + index),
  });
}

/** A connector's records and the index that it feeds. */
class World {
  readonly known = new KnownRecords();
  readonly index = new Map<string, string>();
  #before: Table = new Map();
  #version = 1;

  async run({ table, policy, read, allowed, newMapping }: Moment): Promise<Planned> {
    const sources: Record<Moment['read'], () => Source> = {
      all: () => fullSource(table),
      part: () => fullSource(table, true),
      conditional: () => conditionalSource(table),
      changes: () => changesSource(this.#before, table, false),
      pushes: () => changesSource(this.#before, table, true),
    };
    this.#version += Number(newMapping);
    const planned = await runOver(sources[read](), this.known, {
      ...JOB,
      mapping: mappingOf({ aclUsersField: 'readers' }, { version: `v${this.#version}` }),
      deletePolicy: policy,
      ...(allowed ? { allowDeletes: ALLOWED } : {}),
    });
    for (const line of planned.found.upserts) {
      const { doc_id, title } = JSON.parse(line) as { doc_id: string; title: string };
      this.index.set(doc_id, title);
    }
    for (const docId of planned.found.deletes) this.index.delete(docId);
    this.#before = table;
    return planned;
  }

  marked(): string[] {
    return [...this.known.byId.values()]
      .filter(({ kind }) => kind === 'soft-deleted')
      .map(({ docId }) => docId);
  }
}

/** What the index should have of a table. */
const expected = (table: Table) =>
  new Map(
    [...table].flatMap(([id, { title, readers }]) => (readers === '' ? [] : [[`hr:${id}`, title] as const])),
  );
const sorted = (index: ReadonlyMap<string, string>) => [...index].sort();
const cleanRun = (table: Table, read: Moment['read'] = 'all'): Moment => ({
  table,
  policy: 'auto_delete_missing',
  read,
  allowed: true,
  newMapping: false,
});

describe('over any history of delete policies', () => {
  it.each(['all', 'conditional'] as const)(
    'a complete listing under auto_delete_missing with deletes allowed makes the index equal to the source: %s',
    async (read) => {
      await fc.assert(
        fc.asyncProperty(histories, async (moments) => {
          const world = new World();
          for (const moment of moments) {
            await world.run(moment);
            // The state knows every document of the index, and no other.
            expect([...world.known.byId.keys()].sort()).toEqual([...world.index.keys()].sort());
          }
          const { table } = moments.at(-1) ?? { table: new Map() };
          await world.run(cleanRun(table, read));
          expect(sorted(world.index)).toEqual(sorted(expected(table)));
          expect(world.marked()).toEqual([]);
          const { tally, found } = await world.run(cleanRun(table, read));
          expect(found.staged.filter(({ op }) => op !== 'set_aside')).toEqual([]);
          expect(tally.missing).toBe(0);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('pushes under auto_delete_missing with deletes allowed leave nothing that was marked before', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (moments) => {
        const world = new World();
        for (const moment of moments) await world.run({ ...moment, read: 'pushes' });
        const { table } = moments.at(-1) ?? { table: new Map() };
        await world.run(cleanRun(table, 'pushes'));
        expect(world.marked()).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('no policy but auto_delete_missing takes a document with readers out of the index', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (moments) => {
        const world = new World();
        for (const moment of moments) {
          const before = new Map(world.index);
          await world.run(moment);
          if (moment.policy === 'auto_delete_missing' && moment.allowed) continue;
          const gone = [...before.keys()].filter((docId) => !world.index.has(docId));
          const unread = [...moment.table].filter(([, { readers }]) => readers === '');
          const mayGo = unread.map(([id]) => `hr:${id}`);
          // A push that says so deletes at once; the guard is asked about what is missing alone.
          if (moment.policy === 'auto_delete_missing' && moment.read === 'pushes') continue;
          expect(mayGo).toEqual(expect.arrayContaining(gone));
        }
      }),
      { numRuns: 40 },
    );
  });
});
