import { describe, expect, it } from '@jest/globals';
import { silentLogger, type Logger } from '../../src/core/log.ts';
import type { Job } from '../../src/pipeline/ports/job.ts';
import { planChanges } from '../../src/pipeline/plan.ts';
import type { Column } from '../../src/pipeline/ports/ports.ts';
import { KnownRecords } from '../support/pipeline/known-records.ts';
import { mappingOf } from '../support/pipeline/mapping.ts';
import { FoundChanges, RECORDS, jobOf, planOver, runOver } from '../support/pipeline/planning.ts';
import { rowsSource, type RowsSourceOptions, type WireRow } from '../support/pipeline/rows-source.ts';

const COLUMNS: Column[] = [
  { name: 'title', kind: 'text' },
  { name: 'id', kind: 'integer' },
];
const LOOSE: Partial<Job> = {
  quarantine: { maxCount: 1_000, maxRatio: 1, maxConsecutive: 1_000 },
  deleteLimit: { count: 1_000, ratio: 1 },
};

const people = (...ids: number[]): WireRow[] => ids.map((id) => [`Person ${id}`, String(id)]);
const listing = (rows: readonly WireRow[], options: Partial<RowsSourceOptions> = {}) =>
  rowsSource({ columns: COLUMNS, rows, ...options });

/** Records as a first run leaves them. */
async function after(rows: readonly WireRow[], changes: Partial<Job> = {}): Promise<KnownRecords> {
  const known = new KnownRecords();
  await runOver(listing(rows), known, { ...LOOSE, ...changes });
  return known;
}

function nothingFound(found: FoundChanges): void {
  expect(found.staged).toEqual([]);
  expect(found.upserts).toEqual([]);
  expect(found.quarantined).toEqual([]);
}

/** A log that keeps its warnings. */
function warningsOf() {
  const warnings: { message: string; fields: unknown }[] = [];
  const log: Logger = { ...silentLogger, warn: (message, fields) => warnings.push({ message, fields }) };
  return { log, warnings };
}

describe('deletes', () => {
  it('are never found by a delta listing, whatever it lacks', async () => {
    const known = await after(people(1, 2, 3));
    for (const rows of [people(2), []]) {
      const { found, tally, holdReason } = await planOver(listing(rows, { listing: 'delta' }), known, LOOSE);
      expect(found.deletes).toEqual([]);
      expect(tally.counts()).toMatchObject({ missing: null, deleted: 0, held: 0 });
      expect(holdReason).toBeNull();
    }
  });

  it('are held when the listing was truncated', async () => {
    const known = await after(people(1, 2, 3));
    const source = listing([...people(1), ['Dora', '4']], { truncated: true });
    const { found, tally, holdReason } = await planOver(source, known, { ...LOOSE, allowDeletes: 1_000 });
    expect(found.deletes).toEqual([]);
    expect(found.upserts).toHaveLength(1);
    expect(tally.counts()).toMatchObject({ missing: 2, deleted: 0, held: 2 });
    expect(holdReason).toBe('the listing of the source was not complete');
  });

  it('are held when the source ended without saying that it was complete', async () => {
    const known = await after(people(1, 2));
    const source = listing(people(1));
    const endless = {
      ...source,
      async *read(checkpoint: string | undefined, signal: AbortSignal) {
        for await (const { columns, bytes, starts, ends, count, oversized } of source.read(
          checkpoint,
          signal,
        )) {
          yield { columns, bytes, starts, ends, count, oversized };
        }
      },
    };
    const { found, tally, watermark } = await planOver(endless, known, LOOSE);
    expect(found.deletes).toEqual([]);
    expect(tally.held).toBe(1);
    expect(watermark).toBeNull();
  });

  it('are held when the source ended without a single batch', async () => {
    const known = await after(people(1, 2));
    const silent = {
      ...listing([]),
      async *read() {
        // No batch, although a source without rows has one.
      },
    };
    const { found, tally, watermark } = await planOver(silent, known, LOOSE);
    expect(found.deletes).toEqual([]);
    expect(tally.counts()).toMatchObject({ missing: 2, held: 2 });
    expect(watermark).toBeNull();
  });

  it('are held when the listing is empty, until they are allowed', async () => {
    const known = await after(people(1, 2));
    const held = await planOver(listing([]), known, LOOSE);
    expect(held.found.deletes).toEqual([]);
    expect(held.tally.held).toBe(2);
    expect(held.holdReason).toBe('the source returned no rows at all, and 2 documents are known');

    const allowed = await planOver(listing([]), known, { ...LOOSE, allowDeletes: 2 });
    expect(allowed.found.deletes.sort()).toEqual(['hr:1', 'hr:2']);
    expect(allowed.holdReason).toBeNull();
  });

  it('are held when a row is too large to be identified, for it may be a missing one', async () => {
    const known = await after(people(1, 2, 3));
    const source = listing([...people(1), ['Person 2', '2']], { oversized: [1] });
    const { found, tally, holdReason } = await planOver(source, known, { ...LOOSE, allowDeletes: 1_000 });
    expect(found.deletes).toEqual([]);
    expect(tally.counts()).toMatchObject({ missing: 2, held: 2, quarantined: 1 });
    expect(holdReason).toBe('1 rows could not be identified, and may be among the missing ones');
  });

  it('of all kinds are named by a few examples, the held ones too', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => index + 1);
    const known = await after(people(...ids));
    const all = ids.map((id) => `hr:${id}`);
    const { tally } = await planOver(listing([]), known, LOOSE);
    expect(tally.samples.held).toHaveLength(5);
    expect(all).toEqual(expect.arrayContaining(tally.samples.held));
    const { tally: allowed, found } = await planOver(listing([]), known, { ...LOOSE, allowDeletes: 30 });
    expect(found.deletes.sort()).toEqual(all.sort());
    expect(allowed.samples.deleted).toHaveLength(5);
    expect(allowed.samples.held).toEqual([]);
  });

  it('spare the document of a row that is there and too large, when its id can be read', async () => {
    const columns = [...COLUMNS].reverse();
    const rows = people(1, 2).map((row) => [...row].reverse());
    const known = new KnownRecords();
    await runOver(rowsSource({ columns, rows }), known, LOOSE);
    const source = rowsSource({ columns, rows, oversized: [1] });
    const { found, tally } = await planOver(source, known, LOOSE);
    expect(found.deletes).toEqual([]);
    expect(tally.counts()).toMatchObject({ missing: 0, unchanged: 1, quarantined: 1 });
    expect(found.quarantined[0]).toContain('"doc_id":"hr:2","code":"ROW_TOO_LARGE"');
  });

  it('never touch a soft-deleted document again', async () => {
    const known = await after(people(1, 2));
    const soft: Partial<Job> = { ...LOOSE, deletePolicy: 'soft_delete_only' };
    const first = await runOver(listing(people(1)), known, soft);
    expect(first.found.softDeletes).toEqual(['hr:2']);
    const second = await runOver(listing(people(1)), known, soft);
    nothingFound(second.found);
    expect(second.tally.counts()).toMatchObject({ missing: 0, deleted: 0, unchanged: 1 });
  });

  it('by mark end when the row returns, even if it is as it was', async () => {
    const soft: Partial<Job> = { ...LOOSE, deletePolicy: 'soft_delete_only' };
    const known = await after(people(1, 2));
    await runOver(listing(people(1)), known, soft);
    const { found, tally } = await runOver(listing(people(1, 2)), known, soft);
    expect(found.upserts).toHaveLength(1);
    expect(tally.counts()).toMatchObject({ unchanged: 1, changed: 1, added: 0 });
    expect(known.byId.get('hr:2')?.kind).toBe('live');
  });
});

describe('rows with the same id', () => {
  const changed = ['Someone else', '1'];
  const another = ['Yet another', '1'];
  const cases: [string, WireRow[]][] = [
    ['two new rows', [...people(7, 8), ['Seven again', '7']]],
    ['two identical new rows', people(7, 8, 7)],
    ['two changed rows', [changed, another]],
    ['two identical rows, both unchanged', people(1, 2, 1)],
    ['an unchanged row, then a changed one', [...people(1), changed]],
    ['a changed row, then an unchanged one', [changed, ...people(1)]],
    ['a changed row, then an unchanged one, then another', [changed, ...people(1), another]],
  ];

  it.each(cases)('fail the run, by name: %s', async (_, rows) => {
    for (const batchRows of [1, 100]) {
      const known = await after(people(1, 2));
      const id = rows.some(([, value]) => value === '7') ? 'hr:7' : 'hr:1';
      await expect(planOver(listing(rows, { batchRows }), known, LOOSE)).rejects.toMatchObject({
        code: 'DUPLICATE_ID',
        message: `Several rows have the same document id: ${id}.`,
      });
    }
  });

  it('are found whatever the id is', async () => {
    for (let id = 1; id <= 100; id++) {
      const run = planOver(listing(people(id, 101, id)), new KnownRecords(), LOOSE);
      await expect(run).rejects.toThrow(`same document id: hr:${id}.`);
    }
  });

  it('are found by a delta listing too', async () => {
    const known = await after(people(1));
    const source = listing(people(1, 1), { listing: 'delta' });
    await expect(planOver(source, known, LOOSE)).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
  });

  it('stop the run before any delete is found', async () => {
    const known = await after(people(1, 2, 3));
    const found = new FoundChanges();
    const rows = [...people(1), changed];
    await expect(planOver(listing(rows), known, LOOSE, found)).rejects.toMatchObject({
      code: 'DUPLICATE_ID',
    });
    nothingFound(found);
  });

  it('are named all together, up to ten', async () => {
    const twice = (count: number) => {
      const ids = Array.from({ length: count }, (_, index) => index + 1);
      return planOver(listing(people(...ids, ...ids)), new KnownRecords(), LOOSE);
    };
    await expect(twice(3)).rejects.toThrow('same document id: hr:1, hr:2, hr:3.');
    const eleven = await twice(11).catch((error: unknown) => String(error));
    expect(eleven).toContain('hr:9, hr:10, and perhaps more.');
    expect(eleven).not.toContain('hr:11');
  });
});

describe('the quarantine stops a run', () => {
  const bad = (count: number): WireRow[] => Array.from({ length: count }, () => ['Nobody', null]);
  const limited = (quarantine: Partial<Job['quarantine']>): Partial<Job> => ({
    quarantine: { maxCount: 1_000, maxRatio: 1, maxConsecutive: 1_000, ...quarantine },
  });
  const failed = { code: 'QUARANTINE_LIMIT' };
  const ids = Array.from({ length: 98 }, (_, index) => index + 1);

  it('by count, one row beyond the limit', async () => {
    const run = (count: number) =>
      planOver(listing([...bad(count), ...people(1)]), new KnownRecords(), limited({ maxCount: 2 }));
    await expect(run(2)).resolves.toMatchObject({ tally: { quarantined: 2, added: 1 } });
    await expect(run(3)).rejects.toMatchObject(failed);
    await expect(run(3)).rejects.toThrow('more than 2 rows were quarantined');
  });

  it('by the number of rows one after the other', async () => {
    const run = (rows: WireRow[], batchRows: number) =>
      planOver(listing(rows, { batchRows }), new KnownRecords(), limited({ maxConsecutive: 2 }));
    for (const batchRows of [1, 2, 100]) {
      const apart = [...bad(2), ...people(1), ...bad(2)];
      await expect(run(apart, batchRows)).resolves.toMatchObject({ tally: { quarantined: 4 } });
      const together = [...people(1), ...bad(3)];
      await expect(run(together, batchRows)).rejects.toThrow('more than 2 rows one after the other');
    }
  });

  it('by ratio, from a hundred rows on', async () => {
    const run = (count: number, good = ids) =>
      planOver(listing([...bad(count), ...people(...good)]), new KnownRecords(), limited({ maxRatio: 0.02 }));
    await expect(run(2)).resolves.toMatchObject({ tally: { seen: 100, quarantined: 2 } });
    await expect(run(3)).rejects.toThrow('3 of 101 rows were quarantined, more than 2 %');
    await expect(run(3, ids.slice(2))).resolves.toMatchObject({ tally: { seen: 99, quarantined: 3 } });
  });

  it('without deletes', async () => {
    const known = await after(people(...ids, 1_000));
    const found = new FoundChanges();
    const source = listing([...people(...ids), ...bad(3)]);
    const run = planOver(source, known, { ...LOOSE, ...limited({ maxRatio: 0.02 }) }, found);
    await expect(run).rejects.toMatchObject(failed);
    expect(found.deletes).toEqual([]);
  });

  it('with an error that shows the first reasons', async () => {
    const run = planOver(listing(bad(3)), new KnownRecords(), limited({ maxCount: 0 }));
    await expect(run).rejects.toThrow('The first were\n  row 1: ID_MISSING, its id is NULL, absent or empty');
  });
});

describe('the checkpoint', () => {
  const read = async (known: KnownRecords, changes: Partial<Job> = {}) => {
    const source = listing(people(1), { listing: 'delta', checkpoint: '200' });
    const { watermark } = await planOver(source, known, changes);
    return { from: source.checkpoints, watermark };
  };

  it('is where a delta listing starts, and moves to what the listing gives', async () => {
    const known = await after(people(1));
    known.checkpoint = '100';
    expect(await read(known)).toEqual({ from: ['100'], watermark: '200' });
  });

  it('is ignored by a full run', async () => {
    const known = await after(people(1));
    known.checkpoint = '100';
    expect(await read(known, { full: true })).toEqual({ from: [undefined], watermark: '200' });
  });

  it('is ignored when the mapping has changed, for every document may look different', async () => {
    const known = await after(people(1));
    known.checkpoint = '100';
    const mapping = mappingOf({ contentTemplate: 'Hello {{ title }}' });
    expect(await read(known, { mapping })).toEqual({ from: [undefined], watermark: '200' });
  });

  it('of a delta listing stays when a row was set aside, so that it is read again', async () => {
    const rows: WireRow[] = [...people(1), ['Nobody', null]];
    const source = listing(rows, { listing: 'delta', checkpoint: '200' });
    const planned = await planOver(source, new KnownRecords(), LOOSE);
    expect(planned).toMatchObject({ watermark: null, tally: { added: 1, quarantined: 1 } });
  });

  it('of a delta listing stays where it started, so that a row that was set aside is read again', async () => {
    const known = await after(people(1));
    known.checkpoint = '100';
    const rows: WireRow[] = [...people(1), ['Nobody', null]];
    const source = () => listing(rows, { listing: 'delta', checkpoint: '200' });
    expect(await planOver(source(), known, LOOSE)).toMatchObject({ startedFrom: '100', watermark: '100' });
    // What read everything starts from nothing, and so does the run after it.
    for (const changes of [
      { full: true },
      { mapping: mappingOf({ contentTemplate: 'Hello {{ title }}' }) },
    ]) {
      const wide = { ...LOOSE, ...changes };
      expect(await planOver(source(), known, wide)).toMatchObject({ startedFrom: null, watermark: null });
    }
    const mapping = mappingOf({ contentTemplate: 'Hello {{ title }}' });
    await runOver(source(), known, { ...LOOSE, mapping });
    const next = source();
    await planOver(next, known, { ...LOOSE, mapping });
    expect(next.checkpoints).toEqual([undefined]);
  });

  it('of a listing that goes round passes a row that was set aside, for it comes again, and never goes back', async () => {
    const known = await after(people(1));
    known.checkpoint = '100';
    const rows: WireRow[] = [...people(1), ['Nobody', null]];
    const source = listing(rows, { listing: 'delta', checkpoint: '200', recurring: true });
    expect(await planOver(source, known, LOOSE)).toMatchObject({ startedFrom: '200', watermark: '200' });
  });

  it('of a delta listing stays when it gives none', async () => {
    const delta = () => listing(people(1), { listing: 'delta' });
    expect(await planOver(delta(), new KnownRecords())).toMatchObject({ watermark: null });
    const known = await after(people(1));
    known.checkpoint = '100';
    expect(await planOver(delta(), known)).toMatchObject({ startedFrom: '100', watermark: '100' });
    const around = listing(people(1), { listing: 'delta', recurring: true });
    expect(await planOver(around, known)).toMatchObject({ startedFrom: '100', watermark: '100' });
  });

  const bad: WireRow = ['Nobody', null];
  const deleting = { deleteLimit: { count: 0, ratio: 0 }, allowDeletes: 1 };
  const checkpoints: [string, WireRow[], Partial<RowsSourceOptions>, Partial<Job>, string | null][] = [
    ['every row is a document', people(1, 2), {}, {}, '200'],
    ['it brings and takes away', people(1, 3), {}, deleting, '200'],
    ['it marks what is missing', people(1), {}, { deletePolicy: 'soft_delete_only' }, '200'],
    ['a row was set aside', [...people(1, 2), bad], {}, {}, null],
    ['deletes are held', people(1), {}, { deleteLimit: { count: 0, ratio: 0 } }, null],
    ['what is missing stays', people(1), {}, { deletePolicy: 'never_delete' }, null],
    ['it was not complete', people(1, 2), { truncated: true }, {}, null],
  ];
  it.each(checkpoints)('of a full listing is what it gives: %s', async (_, rows, options, job, expected) => {
    const known = await after(people(1, 2));
    known.checkpoint = '100';
    const source = listing(rows, { checkpoint: '200', ...options });
    const planned = await planOver(source, known, { ...LOOSE, ...job });
    expect(planned).toMatchObject({ startedFrom: null, watermark: expected });
    expect(source.checkpoints).toEqual(['100']);
  });

  it('of a full listing is gone when it gives none, for the source is not as it was any more', async () => {
    const known = await after(people(1));
    known.checkpoint = '100';
    expect(await planOver(listing(people(1)), known)).toMatchObject({ startedFrom: null, watermark: null });
  });
});

describe('a listing that says that nothing changed', () => {
  const unchanged = () => listing([], { unchanged: true });

  it.each(['auto_delete_missing', 'soft_delete_only', 'never_delete'] as const)(
    'deletes nothing, holds nothing and keeps the checkpoint: %s',
    async (deletePolicy) => {
      const known = await after(people(1, 2, 3));
      known.checkpoint = '100';
      const source = unchanged();
      const job = { ...LOOSE, deletePolicy, allowDeletes: 1_000 };
      const { found, tally, ...plan } = await planOver(source, known, job);
      nothingFound(found);
      expect(found.deletes).toEqual([]);
      expect(tally.counts()).toMatchObject({ seen: 0, missing: 0, deleted: 0, held: 0 });
      expect(plan).toMatchObject({ watermark: '100', startedFrom: null, holdReason: null });
      expect(plan.remarks).toEqual({ unchanged: true });
      expect(source.checkpoints).toEqual(['100']);
    },
  );

  /** Counts how often the fingerprints of the live records were read. */
  const readingsOf = (known: KnownRecords): (() => number) => {
    const fingerprints = known.fingerprints.bind(known);
    let readings = 0;
    known.fingerprints = (scope, kind) => {
      if (kind === 'live') readings += 1;
      return fingerprints(scope, kind);
    };
    return () => readings;
  };

  it('needs no fingerprints of the live records, unlike a listing without rows', async () => {
    const known = await after(people(1, 2, 3));
    known.checkpoint = '100';
    const readings = readingsOf(known);
    await planOver(unchanged(), known, LOOSE);
    expect(readings()).toBe(0);
    const { tally } = await planOver(listing([]), known, LOOSE);
    expect(tally.counts()).toMatchObject({ missing: 3, held: 3 });
    expect(readings()).toBe(1);
  });

  it('needs the fingerprints once when there are several batches', async () => {
    const known = await after(people(1, 2, 3));
    const readings = readingsOf(known);
    const { tally } = await planOver(listing(people(1, 2, 3), { batchRows: 1 }), known, LOOSE);
    expect(tally.counts()).toMatchObject({ seen: 3, unchanged: 3, missing: 0 });
    expect(readings()).toBe(1);
  });

  it('is not asked for by a run that reads everything, or sends everything', async () => {
    const known = await after(people(1));
    known.checkpoint = '100';
    for (const job of [
      { full: true },
      { reconcile: true },
      { mapping: mappingOf({ contentTemplate: '{{ id }}' }) },
    ]) {
      const source = listing(people(1));
      await planOver(source, known, job);
      expect(source.checkpoints).toEqual([undefined]);
    }
  });
});

describe('the remarks on a listing', () => {
  it('are none on one that is complete', async () => {
    expect((await planOver(listing(people(1)), new KnownRecords())).remarks).toEqual({});
  });

  it('say that it was not complete, unless the rest is only its next part', async () => {
    const remarksOf = async (options: Partial<RowsSourceOptions>) =>
      (await planOver(listing(people(1), { truncated: true, ...options }), new KnownRecords())).remarks;
    expect(await remarksOf({})).toEqual({ truncated: true });
    expect(await remarksOf({ listing: 'delta' })).toEqual({ truncated: true });
    expect(await remarksOf({ listing: 'delta', recurring: true })).toEqual({});
  });

  it('count events that were older than what is known among the unchanged ones', async () => {
    const source = listing(people(1), { listing: 'delta', end: { older: 2 } });
    const { tally } = await planOver(source, new KnownRecords());
    expect(tally.counts()).toMatchObject({ seen: 3, added: 1, unchanged: 2 });
  });

  it.each(['title', undefined])(
    'warn of rows after the present of the source, where the watermark is the column %s',
    async (watermarkField) => {
      const ahead = { rows: 2, highest: '2999-01-01' };
      const source = listing(people(1), { listing: 'delta', end: { ahead } });
      const mapping = mappingOf({}, watermarkField === undefined ? {} : { watermarkField });
      const { log, warnings } = warningsOf();
      const { remarks } = await planOver(source, new KnownRecords(), { mapping }, new FoundChanges(), log);
      expect(remarks).toEqual({ ahead });
      expect(warnings).toEqual([
        {
          message: expect.stringContaining('rows have a watermark after the present of the source'),
          fields: { ...(watermarkField !== undefined && { field: watermarkField }), ...ahead },
        },
      ]);
    },
  );

  it('count the rows without an id', async () => {
    const source = listing(people(1, 2, 3), { oversized: [0, 2] });
    expect((await planOver(source, new KnownRecords(), LOOSE)).remarks).toEqual({ unidentified: 2 });
  });
});

describe('a listing that is sent again', () => {
  const resent = async (options: Partial<RowsSourceOptions>, changes: Partial<Job> = {}) => {
    const known = await after(people(1));
    known.checkpoint = '100';
    const source = listing(people(1), { listing: 'delta', ...options });
    const { log, warnings } = warningsOf();
    const job = { resend: true, ...changes };
    const { tally } = await planOver(source, known, job, new FoundChanges(), log);
    expect(tally.resent).toBe(1);
    return warnings.map(({ message }) => message);
  };

  it('in parts says that there is a next one', async () => {
    expect(await resent({ recurring: true, truncated: true })).toEqual([
      'a part of the resumable listing is sent again; run with --resend again for the next part',
    ]);
  });

  it('in parts says that this was the last one, unless it was the first as well', async () => {
    expect(await resent({ recurring: true })).toEqual([
      'the last part of the resumable listing is sent again; --resend --full begins with the first part',
    ]);
    expect(await resent({ recurring: true }, { full: true })).toEqual([]);
  });

  it('at once says nothing of parts', async () => {
    expect(await resent({})).toEqual([]);
    expect(await resent({ truncated: true })).toEqual([]);
  });
});

describe('a plan', () => {
  it('asks the state for nothing about rows that are known as they are', async () => {
    const known = await after(people(1, 2, 3));
    known.lookups = 0;
    const { found, tally } = await planOver(listing(people(3, 1, 2)), known);
    nothingFound(found);
    expect(tally.counts()).toMatchObject({ seen: 3, unchanged: 3 });
    expect(known.lookups).toBe(0);
  });

  it('looks nothing up on a first load', async () => {
    const known = new KnownRecords();
    const { found } = await planOver(listing(people(1, 2)), known);
    expect(found.upserts).toHaveLength(2);
    expect(known.lookups).toBe(0);
  });

  it('does not depend on the size of the batches', async () => {
    const rows = people(5, 1, 9, 2, 7);
    const plan = async (batchRows: number) => {
      const known = await after(people(1, 2, 3));
      const { found, tally } = await planOver(listing(rows, { batchRows }), known, LOOSE);
      return { found: found.staged, counts: tally.counts() };
    };
    const whole = await plan(100);
    expect(await plan(1)).toEqual(whole);
    expect(await plan(2)).toEqual(whole);
  });

  it('tells an observer after each batch', async () => {
    const seen: number[] = [];

    const known = new KnownRecords();
    const observer = { phase: () => undefined, rows: (counts: { seen: number }) => seen.push(counts.seen) };
    const source = listing(people(1, 2, 3), { batchRows: 2 });
    const ports = { source, state: known, observer, log: silentLogger, records: RECORDS };
    await planChanges(jobOf(), ports, known.position(), new FoundChanges(), new AbortController().signal);
    expect(seen).toEqual([2, 3]);
  });

  it('stops between batches when it is told to', async () => {
    const stop = new AbortController();

    const known = new KnownRecords();
    const reason = new Error('stopped by the test');
    const observer = {
      phase: () => undefined,
      rows: () => {
        stop.abort(reason);
      },
    };
    const source = listing(people(1, 2, 3), { batchRows: 2 });
    const ports = { source, state: known, observer, log: silentLogger, records: RECORDS };
    const found = new FoundChanges();
    await expect(planChanges(jobOf(), ports, known.position(), found, stop.signal)).rejects.toBe(reason);
    expect(found.upserts).toHaveLength(2);
  });

  it('takes a row whose bytes changed and whose document did not for unchanged, and remembers the new bytes', async () => {
    const columns: Column[] = [...COLUMNS, { name: 'touched', kind: 'text' }];
    const known = new KnownRecords();
    const rows = (touched: string): WireRow[] => [['Ada', '1', touched]];
    await runOver(rowsSource({ columns, rows: rows('then') }), known);
    const before = known.byId.get('hr:1');
    const { found, tally } = await runOver(rowsSource({ columns, rows: rows('now') }), known);
    expect(found.upserts).toEqual([]);
    expect(found.staged).toMatchObject([{ op: 'refresh', docId: 'hr:1', checksum: before?.checksum }]);
    expect(tally.counts()).toMatchObject({ unchanged: 1, changed: 0, missing: 0 });
    expect(known.byId.get('hr:1')?.fingerprint).not.toBe(before?.fingerprint);
    known.lookups = 0;
    await runOver(rowsSource({ columns, rows: rows('now') }), known);
    expect(known.lookups).toBe(0);
  });

  it('keeps the document of a row that can no longer become one', async () => {
    const known = await after(people(1, 2));
    const rows: WireRow[] = [...people(1), ['bad \u0000', '2']];
    const { found, tally } = await planOver(listing(rows), known, LOOSE);
    expect(found.staged).toEqual([]);
    expect(tally.counts()).toMatchObject({ missing: 0, quarantined: 1 });
  });
});
