import { describe, expect, it } from '@jest/globals';
import type { Job } from '../../src/pipeline/ports/job.ts';
import type { Column } from '../../src/pipeline/ports/ports.ts';
import { KnownRecords } from '../support/pipeline/known-records.ts';
import { mappingOf } from '../support/pipeline/mapping.ts';
import { FoundChanges, planOver, runOver } from '../support/pipeline/planning.ts';
import { rowsSource, type RowsSourceOptions } from '../support/pipeline/rows-source.ts';

const COLUMNS: Column[] = [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
  { name: 'readers', kind: 'text' },
];
const JOB: Partial<Job> = {
  mapping: mappingOf({ aclUsersField: 'readers' }),
  quarantine: { maxCount: 1_000, maxRatio: 1, maxConsecutive: 1_000 },
};

type Row = readonly [id: string, title: string, readers: string];
const person = (id: number, readers = 'x@example.com'): Row => [String(id), `Person ${id}`, readers];
const people = (count: number) => Array.from({ length: count }, (_, at) => person(at + 1));
const listing = (rows: readonly Row[], options: Partial<RowsSourceOptions> = {}) =>
  rowsSource({ columns: COLUMNS, rows, ...options });

async function after(rows: readonly Row[], changes: Partial<Job> = {}): Promise<KnownRecords> {
  const known = new KnownRecords();
  await runOver(listing(rows), known, { ...JOB, ...changes });
  return known;
}

describe('a row that names no reader any more', () => {
  it.each(['auto_delete_missing', 'soft_delete_only', 'never_delete'] as const)(
    'withdraws its document under %s, and is set aside',
    async (deletePolicy) => {
      const known = await after(people(3));
      const rows = [person(1), person(2, ''), person(3)];
      const { found, tally } = await runOver(listing(rows), known, { ...JOB, deletePolicy });
      expect(found.deletes).toEqual(['hr:2']);
      expect(found.softDeletes).toEqual([]);
      expect(found.quarantined).toEqual([expect.stringContaining('"doc_id":"hr:2","code":"ACL_EMPTY"')]);
      expect(tally.counts()).toMatchObject({ unchanged: 2, missing: 0, deleted: 1, quarantined: 1 });
      expect(tally.samples.deleted).toEqual(['hr:2']);

      const next = await runOver(listing(rows), known, { ...JOB, deletePolicy });
      expect(next.found.staged).toEqual([]);
      expect(next.tally.counts()).toMatchObject({ unchanged: 2, deleted: 0, quarantined: 1 });
      const returned = await runOver(listing(people(3)), known, { ...JOB, deletePolicy });
      expect(returned.tally.counts()).toMatchObject({ unchanged: 2, added: 1 });
    },
  );

  it('withdraws a document that is only marked as deleted, for it is still in the index', async () => {
    const soft: Partial<Job> = { ...JOB, deletePolicy: 'soft_delete_only' };
    const known = await after(people(2));
    await runOver(listing([person(1)]), known, soft);
    const { found } = await runOver(listing([person(1), person(2, '')]), known, soft);
    expect(found.deletes).toEqual(['hr:2']);
    expect([...known.byId.keys()]).toEqual(['hr:1']);
  });

  it('of a delta listing withdraws its document', async () => {
    const known = await after(people(3));
    const { found, tally } = await planOver(listing([person(2, '')], { listing: 'delta' }), known, JOB);
    expect(found.deletes).toEqual(['hr:2']);
    expect(tally.counts()).toMatchObject({ missing: null, deleted: 1, quarantined: 1 });
  });

  it('withdraws its document while the deletes of what is missing are held', async () => {
    const known = await after(people(40));
    const { found, tally, holdReason } = await planOver(listing([person(1), person(2, '')]), known, JOB);
    expect(found.deletes).toEqual(['hr:2']);
    expect(tally.counts()).toMatchObject({ unchanged: 1, missing: 38, held: 38, deleted: 1 });
    expect(holdReason).toContain('38 deletes');
  });

  it('has nothing to withdraw when it never was a document', async () => {
    const known = await after(people(1));
    const { found, tally } = await planOver(listing([person(1), person(2, '')]), known, JOB);
    expect(found.staged).toEqual([]);
    expect(tally.counts()).toMatchObject({ deleted: 0, quarantined: 1 });
  });

  it('is told apart from one that cannot become a document for another reason, which keeps the one that it was', async () => {
    const known = await after(people(2));
    const crowd = Array.from({ length: 3_001 }, (_, at) => `u${at}@example.com`).join(',');
    const { found, tally } = await planOver(listing([person(1), person(2, crowd)]), known, JOB);
    expect(found.quarantined).toEqual([expect.stringContaining('"code":"ACL_TOO_LARGE"')]);
    expect(found.deletes).toEqual([]);
    expect(tally.counts()).toMatchObject({ missing: 0, deleted: 0, quarantined: 1 });
  });

  it('is a duplicate when its id is there again', async () => {
    const known = await after(people(2));
    const rows = [...people(2), person(2, '')];
    const found = new FoundChanges();
    await expect(planOver(listing(rows), known, JOB, found)).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
    expect(found.deletes).toEqual([]);
  });
});

describe('a withdrawn document, whose delete is not acknowledged', () => {
  const policies = ['auto_delete_missing', 'soft_delete_only', 'never_delete'] as const;
  const delta = (rows: readonly Row[], deletes: readonly number[] = []) =>
    listing(rows, { listing: 'delta', deletes });

  /** Documents 1 to 4, of which 2 is withdrawn. */
  async function withdrawn(): Promise<KnownRecords> {
    const known = await after(people(4));
    const record = known.byId.get('hr:2')!;
    known.byId.set('hr:2', { ...record, kind: 'withdrawn' });
    return known;
  }

  it.each(policies)(
    'is deleted under %s by a listing without its row, and no other is',
    async (deletePolicy) => {
      const job = { ...JOB, deletePolicy, deleteLimit: { count: 0, ratio: 0 } };
      for (const source of [delta([]), delta([person(1)]), listing([]), listing([], { truncated: true })]) {
        const { found, tally } = await planOver(source, await withdrawn(), job);
        expect(found.deletes).toEqual(['hr:2']);
        expect(tally.counts()).toMatchObject({ deleted: 1, missing: source.listing === 'full' ? 4 : null });
      }
    },
  );

  it.each(policies)(
    'is deleted under %s once when the source reports the delete of its row',
    async (deletePolicy) => {
      const source = delta([person(2)], [0]);
      const { found, tally } = await planOver(source, await withdrawn(), { ...JOB, deletePolicy });
      expect(found.deletes).toEqual(['hr:2']);
      expect(tally.counts()).toMatchObject({ deleted: 1, unchanged: 0 });
    },
  );

  it('is deleted once when its row cannot become a document, for any reason', async () => {
    const crowd = Array.from({ length: 3_001 }, (_, at) => `u${at}@example.com`).join(',');
    for (const readers of ['', crowd]) {
      const rows = people(4).with(1, person(2, readers));
      const { found, tally } = await planOver(listing(rows), await withdrawn(), JOB);
      expect(found.deletes).toEqual(['hr:2']);
      expect(tally.counts()).toMatchObject({ deleted: 1, missing: 0, quarantined: 1 });
    }
  });

  it('is sent again when its row becomes a document, though it is the same as before', async () => {
    for (const source of [delta([person(2)]), listing(people(4))]) {
      const { found, tally } = await planOver(source, await withdrawn(), JOB);
      expect(found.staged).toMatchObject([{ docId: 'hr:2', op: 'upsert' }]);
      expect(tally.counts()).toMatchObject({ changed: 1, deleted: 0 });
    }
  });

  it('leaves no checkpoint of the listing that lacked its row, which may have passed over it', async () => {
    const rows = [person(1), person(3), person(4)];
    const known = await withdrawn();
    const plan = () => runOver(listing(rows, { checkpoint: 'tag' }), known, JOB);
    expect((await plan()).watermark).toBeNull();
    expect((await plan()).watermark).toBe('tag');
  });
});

describe('an unchanged row of a delta listing', () => {
  const delta = (rows: readonly Row[]) => listing(rows, { listing: 'delta' });

  it('changes nothing in the state', async () => {
    const known = await after(people(3));
    const { found, tally } = await planOver(delta([person(2)]), known, JOB);
    expect(found.staged).toEqual([]);
    expect(tally.counts()).toMatchObject({ unchanged: 1, added: 0, changed: 0 });
  });

  it('is recognised by the new bytes once when they make the same document', async () => {
    const known = await after(people(3));
    const sameReader = delta([person(2, 'x@example.com,x@example.com')]);
    const { found, tally } = await runOver(sameReader, known, JOB);
    expect(found.staged).toMatchObject([{ docId: 'hr:2', op: 'refresh' }]);
    expect(tally.counts()).toMatchObject({ unchanged: 1, changed: 0 });
    const next = await runOver(sameReader, known, JOB);
    expect(next.found.staged).toEqual([]);
  });

  it('is sent again by a run that sends every document', async () => {
    const known = await after(people(3));
    const { found, tally } = await planOver(delta([person(2)]), known, { ...JOB, resend: true });
    expect(found.staged).toMatchObject([{ docId: 'hr:2', op: 'upsert' }]);
    expect(tally.counts()).toMatchObject({ unchanged: 1, resent: 1 });
  });

  it('is sent again when its document was only marked as deleted', async () => {
    const known = await after(people(2));
    await runOver(listing([person(1)]), known, { ...JOB, deletePolicy: 'soft_delete_only' });
    const { found, tally } = await planOver(delta([person(2)]), known, JOB);
    expect(found.staged).toMatchObject([{ docId: 'hr:2', op: 'upsert' }]);
    expect(tally.counts()).toMatchObject({ unchanged: 0, changed: 1 });
  });
});
