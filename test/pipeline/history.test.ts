import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Column } from '../../src/pipeline/ports/ports.ts';
import { KnownRecords } from '../support/pipeline/known-records.ts';
import { jobOf, runOver } from '../support/pipeline/planning.ts';
import { rowsSource } from '../support/pipeline/rows-source.ts';

const COLUMNS: Column[] = [
  { name: 'id', kind: 'text' },
  { name: 'title', kind: 'text' },
  { name: 'touched', kind: 'integer' },
];
/** Generous, so that nothing is held but an empty listing, which is allowed as well. */
const GENEROUS = { deleteLimit: { count: 1_000, ratio: 1 }, allowDeletes: 1_000 };

/** One moment of a table: by id its title, and how often the row was written without a change of its document. */
type Table = ReadonlyMap<string, { readonly title: string; readonly touched: number }>;

const table: fc.Arbitrary<Table> = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'a:b', 'a%3Ab', 'é'),
      title: fc.constantFrom('', 'one', 'two', 'three'),
      touched: fc.nat(2),
    }),
    { selector: ({ id }) => id, maxLength: 8 },
  )
  .map((rows) => new Map(rows.map(({ id, ...rest }) => [id, rest])));
const history = fc.array(fc.record({ table, batchRows: fc.integer({ min: 1, max: 4 }) }), {
  minLength: 1,
  maxLength: 8,
});

const sourceOf = (rows: Table, batchRows: number, listing: 'full' | 'delta' = 'full') =>
  rowsSource({
    columns: COLUMNS,
    rows: [...rows].map(([id, { title, touched }]) => [id, title, String(touched)]),
    batchRows,
    listing,
  });
const idOf = (id: string) => `hr:${id.replaceAll('%', '%25').replaceAll(':', '%3A')}`;
const titles = (rows: Table) => new Map([...rows].map(([id, { title }]) => [idOf(id), title]));

/** Does to an index what a plan says. */
function deliver(index: Map<string, string>, upserts: readonly string[], deletes: readonly string[]): void {
  for (const line of upserts) {
    const { doc_id, title } = JSON.parse(line) as { doc_id: string; title: string };
    index.set(doc_id, title);
  }
  for (const docId of deletes) index.delete(docId);
}

const sorted = (index: ReadonlyMap<string, string>) => [...index].sort(([a], [b]) => (a < b ? -1 : 1));

describe('over any history of a table', () => {
  it('the changes of each run, applied to an index, make it equal to the table, and no run sends what is there', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (moments) => {
        const known = new KnownRecords();
        const index = new Map<string, string>();
        for (const { table: rows, batchRows } of moments) {
          const before = new Map(index);
          const { found, tally } = await runOver(sourceOf(rows, batchRows), known, GENEROUS);
          deliver(index, found.upserts, found.deletes);
          expect(sorted(index)).toEqual(sorted(titles(rows)));
          const fresh = [...titles(rows)].filter(([docId, title]) => before.get(docId) !== title);
          expect(found.upserts).toHaveLength(fresh.length);
          const counts = tally.counts();
          expect(counts.added + counts.changed).toBe(fresh.length);
          expect(counts.added + counts.changed + counts.unchanged).toBe(rows.size);
          expect(counts.deleted).toBe(before.size + counts.added - rows.size);
          expect([...known.byId.keys()].sort()).toEqual([...index.keys()].sort());
        }
      }),
    );
  });

  it('marks alone never remove a document from the index, and exactly the missing documents are marked', async () => {
    const soft = { ...GENEROUS, deletePolicy: 'soft_delete_only' as const };
    await fc.assert(
      fc.asyncProperty(history, async (moments) => {
        const known = new KnownRecords();
        const index = new Map<string, string>();
        for (const { table: rows, batchRows } of moments) {
          const { found } = await runOver(sourceOf(rows, batchRows), known, soft);
          deliver(index, found.upserts, found.deletes);
          for (const [docId, title] of titles(rows)) expect(index.get(docId)).toBe(title);
          const marked = [...known.byId.values()].filter(({ kind }) => kind === 'soft-deleted');
          const missing = [...index.keys()].filter((docId) => !titles(rows).has(docId));
          expect(marked.map(({ docId }) => docId).sort()).toEqual(missing.sort());
        }
      }),
    );
  });

  it('delta listings add and change and never delete', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (moments) => {
        const known = new KnownRecords();
        const index = new Map<string, string>();
        const expected = new Map<string, string>();
        for (const { table: rows, batchRows } of moments) {
          const { found } = await runOver(sourceOf(rows, batchRows, 'delta'), known, jobOf(GENEROUS));
          deliver(index, found.upserts, found.deletes);
          for (const [docId, title] of titles(rows)) expected.set(docId, title);
          expect(sorted(index)).toEqual(sorted(expected));
        }
      }),
    );
  });
});
