import { describe, expect, it } from '@jest/globals';
import { HELD_LISTED_MAX } from '../../../src/pipeline/limits.ts';
import type { FingerprintSet } from '../../../src/pipeline/comparison/fingerprint-set.ts';
import { withLiveDocuments } from '../../../src/pipeline/comparison/live-documents.ts';
import { knownDocuments } from '../../../src/pipeline/comparison/known-documents.ts';
import type { DeletePolicy } from '../../../src/definitions/connector/types.ts';
import type { Job } from '../../../src/pipeline/ports/job.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { KnownRecords } from '../../support/pipeline/known-records.ts';
import { planOver, runOver } from '../../support/pipeline/planning.ts';
import { rowsSource, type RowsSourceOptions, type WireRow } from '../../support/pipeline/rows-source.ts';

const COLUMNS: Column[] = [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
];
const people = (...ids: number[]): WireRow[] => ids.map((id) => [String(id), `Person ${id}`]);
const listing = (rows: readonly WireRow[], options: Partial<RowsSourceOptions> = {}) =>
  rowsSource({ columns: COLUMNS, rows, ...options });
const pushing = (rows: readonly WireRow[], deletes: readonly number[] = []) =>
  listing(rows, { listing: 'delta', deletes });
const under = (deletePolicy: DeletePolicy, changes: Partial<Job> = {}): Partial<Job> => ({
  deletePolicy,
  ...changes,
});
const NO_DELETES = { deleteLimit: { count: 0, ratio: 0 } };

/** Documents 1 to 3 were sent, and 2 and 3 went away under `soft_delete_only`. */
async function marked(): Promise<KnownRecords> {
  const known = new KnownRecords();
  await runOver(listing(people(1, 2, 3)), known, under('soft_delete_only'));
  const { tally } = await runOver(listing(people(1)), known, under('soft_delete_only'));
  expect(tally.counts()).toMatchObject({ missing: 2, deleted: 2 });
  return known;
}

describe('documents that were soft-deleted', () => {
  it.each([{}, { full: true }, { reconcile: true }])(
    'are deleted by the first complete listing under auto_delete_missing, and counted: %j',
    async (options) => {
      const known = await marked();
      const { found, tally } = await runOver(
        listing(people(1)),
        known,
        under('auto_delete_missing', options),
      );
      expect(found.deletes.toSorted()).toEqual(['hr:2', 'hr:3']);
      expect(tally.counts()).toMatchObject({ unchanged: 1, missing: 2, deleted: 2, held: 0 });
      expect([...known.byId.keys()]).toEqual(['hr:1']);
    },
  );

  it('are deleted beside those that are missing since, by one listing', async () => {
    const known = await marked();
    const { found, tally } = await runOver(listing(people(4)), known, under('auto_delete_missing'));
    expect(found.deletes.toSorted()).toEqual(['hr:1', 'hr:2', 'hr:3']);
    expect(tally.counts()).toMatchObject({ added: 1, missing: 3, deleted: 3 });
  });

  it('are held when they are more than the limit, and go when that many are allowed', async () => {
    const known = await marked();
    const job = under('auto_delete_missing', NO_DELETES);
    for (const allowDeletes of [undefined, 1]) {
      const { found, tally, holdReason } = await runOver(listing(people(1)), known, { ...job, allowDeletes });
      expect(found.deletes).toEqual([]);
      expect(tally.counts()).toMatchObject({ missing: 2, deleted: 0, held: 2 });
      expect(tally.samples.held).toHaveLength(2);
      expect(found.held.toSorted()).toEqual(['hr:2', 'hr:3']);
      expect(holdReason).toContain('of 3 known documents');
    }
    const { tally } = await runOver(listing(people(1)), known, { ...job, allowDeletes: 2 });
    expect(tally.counts()).toMatchObject({ missing: 2, deleted: 2, held: 0 });
  });

  it('are named up to a limit when they are held, and all counted', async () => {
    const known = new KnownRecords();
    const many = HELD_LISTED_MAX + 5;
    await runOver(listing(people(...Array.from({ length: many }, (_, index) => index))), known);
    const { found, tally } = await planOver(listing(people(-1)), known);
    expect(tally.counts()).toMatchObject({ missing: many, held: many });
    expect(new Set(found.held).size).toBe(HELD_LISTED_MAX);
    expect(found.staged.map(({ docId }) => docId)).toEqual(['hr:-1']);
  });

  it('are held while the listing is not complete', async () => {
    const known = await marked();
    const { holdReason } = await planOver(
      listing(people(1), { truncated: true }),
      known,
      under('auto_delete_missing'),
    );
    expect(holdReason).toContain('not complete');
  });

  it.each(['soft_delete_only', 'never_delete'] as const)(
    'stay as they are under %s',
    async (deletePolicy) => {
      const known = await marked();
      const { found, tally } = await runOver(listing(people(1)), known, under(deletePolicy));
      expect(found.staged).toEqual([]);
      expect(tally.counts()).toMatchObject({ missing: 0, deleted: 0 });
      const later = await runOver(listing(people(1)), known, under('auto_delete_missing'));
      expect(later.tally.counts()).toMatchObject({ missing: 2, deleted: 2 });
    },
  );

  it('lose their mark when their rows come back as they were, under every policy', async () => {
    for (const policy of ['auto_delete_missing', 'soft_delete_only', 'never_delete'] as const) {
      const known = await marked();
      const { tally } = await runOver(listing(people(1, 2, 3)), known, under(policy));
      expect(tally.counts()).toMatchObject({ unchanged: 1, changed: 2, missing: 0 });
      expect([...known.byId.values()].some(({ kind }) => kind === 'soft-deleted')).toBe(false);
    }
  });

  it('are found though the source says that it has what it had before', async () => {
    const known = new KnownRecords();
    await runOver(listing(people(1, 2)), known, under('soft_delete_only'));
    const tagged = { checkpoint: 'tag-1' };
    await runOver(listing(people(1), tagged), known, under('soft_delete_only'));
    const source = listing(people(1), tagged);
    const { tally } = await runOver(source, known, under('auto_delete_missing'));
    expect(source.checkpoints).toEqual([undefined]);
    expect(tally.counts()).toMatchObject({ missing: 1, deleted: 1 });
    const next = listing(people(1), tagged);
    await runOver(next, known, under('auto_delete_missing'));
    expect(next.checkpoints).toEqual(['tag-1']);
  });
});

describe('a connector that is pushed to, after soft_delete_only', () => {
  async function pushedMarks(): Promise<KnownRecords> {
    const known = new KnownRecords();
    await runOver(pushing(people(1, 2, 3)), known, under('soft_delete_only'));
    await runOver(pushing(people(2, 3), [0, 1]), known, under('soft_delete_only'));
    expect([...known.byId.values()].filter(({ kind }) => kind === 'soft-deleted')).toHaveLength(2);
    return known;
  }

  it('deletes under auto_delete_missing what was marked, without another push of it', async () => {
    const known = await pushedMarks();
    const { found, tally } = await runOver(pushing([]), known, under('auto_delete_missing'));
    expect(found.deletes.toSorted()).toEqual(['hr:2', 'hr:3']);
    expect(tally.counts()).toMatchObject({ missing: null, deleted: 2, held: 0 });
    expect([...known.byId.keys()]).toEqual(['hr:1']);
  });

  it('deletes a document once when its delete is pushed again, and keeps one that is pushed again', async () => {
    const known = await pushedMarks();
    const { found, tally } = await runOver(
      pushing([...people(2), ...people(3)], [0]),
      known,
      under('auto_delete_missing'),
    );
    expect(found.staged.map(({ op, docId }) => [op, docId])).toEqual([
      ['delete', 'hr:2'],
      ['upsert', 'hr:3'],
    ]);
    expect(tally.counts()).toMatchObject({ changed: 1, deleted: 1, held: 0 });
  });

  it('holds more than the limit, of all known documents, and lets through what is pushed', async () => {
    const known = await pushedMarks();
    const job = under('auto_delete_missing', NO_DELETES);
    const held = await runOver(pushing(people(4)), known, job);
    expect(held.tally.counts()).toMatchObject({ added: 1, deleted: 0, held: 2 });
    expect(held.holdReason).toContain('of 3 known documents');
    const released = await runOver(pushing([]), known, { ...job, allowDeletes: 2 });
    expect(released.tally.counts()).toMatchObject({ deleted: 2, held: 0 });
  });

  it('leaves what was marked under the other policies', async () => {
    for (const policy of ['soft_delete_only', 'never_delete'] as const) {
      const { found } = await runOver(pushing([]), await pushedMarks(), under(policy));
      expect(found.staged).toEqual([]);
    }
  });
});

describe('the fingerprints that a run needs', () => {
  const COUNT = 5_000;

  function records(): KnownRecords {
    return new KnownRecords(
      Array.from({ length: COUNT }, (_, index) => ({
        docId: `hr:${index}`,
        checksum: 'c',
        // Spread over the table, as fingerprints are.
        fingerprint: ((BigInt(index) * 0x9e37_79b9_7f4a_7c15n) & 0x3fff_ffff_ffff_ffffn)
          .toString(16)
          .padStart(16, '0'),
        kind: 'live',
      })),
    );
  }

  /** Loads the live documents as a full listing does before its first batch. */
  async function loaded(expected?: number, empty = false): Promise<FingerprintSet> {
    const state = records();
    const source = rowsSource({ columns: [], rows: [] });
    const ports = { state, ...(expected !== undefined && { expected }) };
    const position = { ...state.position(), empty };
    const known = await knownDocuments({ deletePolicy: 'never_delete' }, { state }, position);
    const listing = withLiveDocuments(source, known, ports, position);
    for await (const batch of listing.read(undefined, new AbortController().signal)) {
      expect(batch.count).toBe(0);
    }
    return known.live;
  }

  it.each([COUNT, COUNT - 1_000, COUNT + 1_000, undefined])(
    'are all known when %p are expected',
    async (expected) => {
      expect((await loaded(expected)).size).toBe(COUNT);
    },
  );

  it('get a table of the right size when as many as expected are known', async () => {
    const live = await loaded(COUNT);
    expect(live.bytes).toBeLessThan((COUNT * 8) / 0.7);
    expect((await loaded()).bytes).toBeGreaterThan(live.bytes);
  });

  it('get no table for a position without records', async () => {
    const live = await loaded(1_000_000, true);
    expect(live.size).toBe(0);
    expect(live.bytes).toBeLessThan(10_000);
  });
});
