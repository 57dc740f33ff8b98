import { beforeEach, describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { silentLogger, type Logger } from '../../../src/core/log.ts';
import type { Job } from '../../../src/pipeline/ports/job.ts';
import { LISTINGS_MAX } from '../../../src/pipeline/limits.ts';
import { planChanges } from '../../../src/pipeline/plan.ts';
import type { Column, Source } from '../../../src/pipeline/ports/ports.ts';
import { KnownRecords } from '../../support/pipeline/known-records.ts';
import { FoundChanges, RECORDS, jobOf, planOver, runOver } from '../../support/pipeline/planning.ts';
import { rowsSource, type RowsSourceOptions, type WireRow } from '../../support/pipeline/rows-source.ts';

const COLUMNS: Column[] = [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
];
const people = (...ids: number[]): WireRow[] => ids.map((id) => [String(id), `Person ${id}`]);
/** A listing of several answers, one after the other. */
const pieced = (rows: readonly WireRow[], options: Partial<RowsSourceOptions> = {}) =>
  rowsSource({ columns: COLUMNS, rows, batchRows: 1, end: { pieced: true }, ...options });

/** A listing that lacks some records of the listing before it. */
const lacking = (lost: number, rows: readonly WireRow[]) => pieced(rows, { end: { pieced: true, lost } });

type Listing = Pick<Source, 'read'>;
/** A source that lists something else each time that it is read. */
function inTurn(...listings: Listing[]): Source & { readonly unread: readonly Listing[] } {
  const unread = [...listings];
  return {
    ...pieced([]),
    unread,
    read(checkpoint, signal) {
      const listing = unread.shift();
      if (listing === undefined) throw new Error('read once more than expected');
      return listing.read(checkpoint, signal);
    },
  };
}

const failingWith = (thrown: Error): Listing => ({
  read() {
    throw thrown;
  },
});

const MOVED = 'records moved while the source was listed; a repeated listing has them';
const FAILED = 'a repeated listing failed, so missing documents are unknown';
let warnings: string[];
const log: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };
beforeEach(() => {
  warnings = [];
});

async function after(rows: readonly WireRow[]): Promise<KnownRecords> {
  const known = new KnownRecords();
  await runOver(pieced(rows), known);
  return known;
}
const plan = (source: Source, known: KnownRecords, job: Partial<Job> = {}) =>
  planOver(source, known, job, new FoundChanges(), log);

describe('documents that are missing from a listing of several answers', () => {
  test('are deleted when a second listing lacks them too', async () => {
    const known = await after(people(1, 2, 3));
    const source = inTurn(pieced(people(1)), pieced(people(1)));
    const { found, tally, holdReason, remarks } = await plan(source, known);
    expect(found.deletes.sort()).toEqual(['hr:2', 'hr:3']);
    expect(tally.counts()).toMatchObject({ seen: 1, unchanged: 1, missing: 2, deleted: 2, held: 0 });
    expect({ holdReason, remarks, warnings }).toEqual({ holdReason: null, remarks: {}, warnings: [] });
    expect(source.unread).toEqual([]);
  });

  test('are not deleted when the second listing has them, whether they changed or not', async () => {
    for (const moved of [people(2), [['2', 'Somebody else']]]) {
      warnings = [];
      const known = await after(people(1, 2, 3));
      const second = [...people(1), ...moved];
      const source = inTurn(pieced(people(1)), pieced(second), pieced(second));
      const { found, tally, holdReason } = await plan(source, known);
      expect(found.deletes).toEqual(['hr:3']);
      expect(tally.counts()).toMatchObject({ seen: 1, missing: 1, deleted: 1, held: 0 });
      expect({ holdReason, warnings, unread: source.unread }).toEqual({
        holdReason: null,
        warnings: [MOVED],
        unread: [],
      });
    }
  });

  test('are deleted when no record was removed between two listings that lack them', async () => {
    const known = await after(people(1, 2, 3));
    const source = inTurn(pieced(people(1)), lacking(1, people(1)), lacking(0, people(1)));
    const { found, holdReason } = await plan(source, known);
    expect(found.deletes.sort()).toEqual(['hr:2', 'hr:3']);
    expect({ holdReason, unread: source.unread }).toEqual({ holdReason: null, unread: [] });
  });

  test('are held when a record was removed during each listing', async () => {
    const known = await after(people(1, 2, 3));
    const again = Array.from({ length: LISTINGS_MAX - 1 }, () => lacking(1, people(1)));
    const source = inTurn(pieced(people(1)), ...again);
    const { found, tally, holdReason, remarks } = await plan(source, known);
    expect(found.staged).toEqual([]);
    expect(tally.counts()).toMatchObject({ missing: 2, deleted: 0, held: 2 });
    expect(holdReason).toBe('the listing of the source was not complete');
    expect({ remarks, unread: source.unread }).toEqual({ remarks: { truncated: true }, unread: [] });
    expect(warnings).toEqual([expect.stringContaining('records were removed during each listing')]);
  });

  test('are deleted though the second listing has a row that is new', async () => {
    const known = await after(people(1, 2));
    const source = inTurn(pieced(people(1)), pieced(people(1, 9)));
    const { found } = await plan(source, known);
    expect(found.staged).toMatchObject([{ op: 'delete', docId: 'hr:2' }]);
  });

  test('are held when the second listing is not complete, or does not say so', async () => {
    const cut = pieced(people(1), { truncated: true });
    const mute: Listing = {
      async *read(checkpoint, signal) {
        for await (const { columns, bytes, starts, ends, count, oversized } of cut.read(checkpoint, signal)) {
          yield { columns, bytes, starts, ends, count, oversized };
        }
      },
    };
    for (const second of [cut, mute]) {
      const known = await after(people(1, 2));
      const { found, tally, remarks } = await plan(inTurn(pieced(people(1)), second), known);
      expect(found.deletes).toEqual([]);
      expect(tally.held).toBe(1);
      expect(remarks).toEqual({ truncated: true });
    }
  });

  test('are held when the second listing fails, and the run goes on', async () => {
    const known = await after(people(1, 2));
    const failing = failingWith(new BridgeError('SOURCE_UNREACHABLE', 'it is away'));
    const { found, tally, remarks } = await plan(inTurn(pieced(people(1, 3)), failing), known);
    expect(found.staged).toMatchObject([{ op: 'upsert', docId: 'hr:3' }]);
    expect(tally.counts()).toMatchObject({ added: 1, missing: 1, held: 1 });
    expect(remarks).toEqual({ truncated: true });
    expect(warnings).toEqual([FAILED]);
  });

  test('fail the run when the second listing shows a fault of the program', async () => {
    const known = await after(people(1, 2));
    const fault = new TypeError('x is not a function');
    await expect(plan(inTurn(pieced(people(1)), failingWith(fault)), known)).rejects.toBe(fault);
  });

  test('are not judged by a run that is stopped during the second listing', async () => {
    const known = await after(people(1, 2));
    const stop = new AbortController();
    const reason = new BridgeError('INTERRUPTED', 'SIGTERM');
    const stopping: Listing = {
      read(checkpoint, signal) {
        stop.abort(reason);
        return pieced(people(1)).read(checkpoint, signal);
      },
    };
    const observer = { phase: () => undefined, rows: () => undefined };
    const ports = {
      source: inTurn(pieced(people(1)), stopping),
      state: known,
      observer,
      log,
      records: RECORDS,
    };
    const found = new FoundChanges();
    await expect(planChanges(jobOf(), ports, known.position(), found, stop.signal)).rejects.toBe(reason);
    expect(found.deletes).toEqual([]);
    expect(warnings).toEqual([]);
  });
});

describe('a second listing is not asked for', () => {
  const once = (rows: readonly WireRow[], options?: Partial<RowsSourceOptions>) =>
    inTurn(pieced(rows, options));

  test('when nothing is missing', async () => {
    const { tally } = await plan(once(people(1, 2)), await after(people(1, 2)));
    expect(tally.counts()).toMatchObject({ unchanged: 2, missing: 0 });
  });

  test('when the listing is of one moment', async () => {
    const { found } = await plan(once(people(1), { end: {} }), await after(people(1, 2)));
    expect(found.deletes).toEqual(['hr:2']);
  });

  test('when the listing is not complete anyway', async () => {
    const { tally } = await plan(once(people(1), { truncated: true }), await after(people(1, 2)));
    expect(tally.held).toBe(1);
  });

  test('when nothing may be deleted', async () => {
    const job = { deletePolicy: 'never_delete' } as const;
    const { found, tally } = await plan(once(people(1)), await after(people(1, 2)), job);
    expect(found.staged).toEqual([]);
    expect(tally.counts()).toMatchObject({ missing: 1, held: 0 });
  });
});

describe('documents that an earlier policy only marked as deleted', () => {
  const soft = { deletePolicy: 'soft_delete_only' } as const;
  /** Documents 1 to 3, of which 3 is marked. */
  async function marked(): Promise<KnownRecords> {
    const known = await after(people(1, 2, 3));
    await runOver(pieced(people(1, 2)), known, soft);
    expect(known.byId.get('hr:3')).toMatchObject({ kind: 'soft-deleted' });
    return known;
  }

  test('are deleted when both listings lack them', async () => {
    const source = inTurn(pieced(people(1, 2)), pieced(people(1, 2)));
    expect((await plan(source, await marked())).found.deletes).toEqual(['hr:3']);
  });

  test('are not deleted when the second listing has them', async () => {
    const source = inTurn(pieced(people(1)), pieced(people(1, 3)), pieced(people(1, 3)));
    const { found } = await plan(source, await marked());
    expect(found.deletes).toEqual(['hr:2']);
    expect(warnings).toEqual([MOVED]);
  });

  test('do not count as found where marks are all that is wanted', async () => {
    const source = inTurn(pieced(people(1)), pieced(people(1, 3)));
    const { found } = await plan(source, await marked(), soft);
    expect(found.softDeletes).toEqual(['hr:2']);
    expect(warnings).toEqual([]);
  });
});
