import { describe, expect, it } from '@jest/globals';
import type { Job } from '../../src/pipeline/ports/job.ts';
import type { Column } from '../../src/pipeline/ports/ports.ts';
import { KnownRecords } from '../support/pipeline/known-records.ts';
import { jobOf, planOver, runOver } from '../support/pipeline/planning.ts';
import { rowsSource, type RowsSourceOptions, type WireRow } from '../support/pipeline/rows-source.ts';

const COLUMNS: Column[] = [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
];
const RECONCILE: Partial<Job> = { reconcile: true };
const people = (...ids: number[]): WireRow[] => ids.map((id) => [String(id), `Person ${id}`]);
const listing = (rows: readonly WireRow[], options: Partial<RowsSourceOptions> = {}) =>
  rowsSource({ columns: COLUMNS, rows, ...options });
const idsOf = (lines: readonly string[]) =>
  lines.map((line) => (JSON.parse(line) as { doc_id: string }).doc_id);

async function after(...ids: number[]): Promise<KnownRecords> {
  const known = new KnownRecords();
  await runOver(listing(people(...ids)), known);
  return known;
}

describe('a full reconciliation', () => {
  it('sends every document of the listing, and counts those that did not change as unchanged', async () => {
    const known = await after(1, 2, 3);
    const rows = [...people(1), ['2', 'Someone else'], ...people(4)];
    for (const batchRows of [1, 100]) {
      const { found, tally } = await planOver(listing(rows, { batchRows }), known, RECONCILE);
      expect(idsOf(found.upserts)).toEqual(['hr:1', 'hr:2', 'hr:4']);
      expect(found.deletes).toEqual(['hr:3']);
      const counts = { seen: 3, unchanged: 1, resent: 1, changed: 1, added: 1, missing: 1, deleted: 1 };
      expect(tally.counts()).toMatchObject(counts);
    }
  });

  it('is what a resend is, but for the deletes, which are those of any run, and the conditions', async () => {
    const known = await after(1, 2, 3);
    known.others = ['kb'];
    const { found, tally } = await planOver(listing(people(1, 2)), known, {
      resend: true,
      deletePolicy: 'never_delete',
    });
    expect(idsOf(found.upserts)).toEqual(['hr:1', 'hr:2']);
    expect(found.deletes).toEqual([]);
    expect(tally.counts()).toMatchObject({ seen: 2, unchanged: 2, resent: 2, missing: 1, deleted: 0 });
    expect((await planOver(listing(people(1)), known)).tally.counts()).not.toHaveProperty('resent');
  });

  it('leaves records as an ordinary run does', async () => {
    const known = await after(1, 2);
    const before = new Map(known.byId);
    await runOver(listing(people(1, 2)), known, RECONCILE);
    expect(known.byId).toEqual(before);
    const { found } = await runOver(listing(people(1, 2)), known);
    expect(found.staged).toEqual([]);
  });

  it.each([
    ['unchanged', people(1, 2, 1)],
    ['changed', [...people(1, 2), ['1', 'Someone else']]],
  ])('fails for rows of the same id, %s', async (_, rows) => {
    const known = await after(1, 2);
    await expect(planOver(listing(rows), known, RECONCILE)).rejects.toMatchObject({
      code: 'DUPLICATE_ID',
      message: expect.stringContaining('hr:1.'),
    });
  });

  it.each<[string, RegExp, readonly WireRow[], Partial<RowsSourceOptions>, Partial<Job>]>([
    ['a delta query', /lists only what changed/, people(1), { listing: 'delta' }, {}],
    ['never_delete', /deletePolicy is never_delete/, people(1), {}, { deletePolicy: 'never_delete' }],
    ['soft_delete_only', /deletePolicy is soft_/, people(1), {}, { deletePolicy: 'soft_delete_only' }],
    ['a listing that was cut', /was not complete/, people(1, 2), { truncated: true }, {}],
    ['an empty listing', /no rows at all/, [], {}, { allowDeletes: 9 }],
    ['deletes that are held', /1 deletes are held/, people(1), {}, { deleteLimit: { count: 0, ratio: 0 } }],
    ['a quarantined row', /1 row was quarantined/, [...people(1, 2), [null, 'x']], {}, {}],
    ['quarantined rows', /2 rows were/, [...people(1, 2), [null, 'x'], [null, 'y']], {}, {}],
  ])('is refused for %s', async (_, why, rows, options, job) => {
    const known = await after(1, 2);
    await expect(planOver(listing(rows, options), known, { ...RECONCILE, ...job })).rejects.toMatchObject({
      code: 'RECONCILIATION_REFUSED',
      message: expect.stringMatching(why),
      hint: expect.stringContaining('without --reconcile-full'),
    });
    await expect(planOver(listing(rows, options), known, jobOf(job))).resolves.toBeDefined();
  });

  it('is refused beside other connectors, by their names', async () => {
    const known = await after(1);
    known.others = ['kb', 'zoo'];
    await expect(planOver(listing(people(1)), known, RECONCILE)).rejects.toMatchObject({
      code: 'RECONCILIATION_REFUSED',
      message: expect.stringContaining('kb, zoo has documents in the same data store'),
      hint: expect.stringMatching(/restore its file .* --allow-deletes/),
    });
  });
});
