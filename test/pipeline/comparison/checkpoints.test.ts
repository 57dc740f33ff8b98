import { describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import type { Column, Source } from '../../../src/pipeline/ports/ports.ts';
import { KnownRecords } from '../../support/pipeline/known-records.ts';
import { planOver, runOver } from '../../support/pipeline/planning.ts';
import { rowsSource, type RowsSourceOptions } from '../../support/pipeline/rows-source.ts';

const COLUMNS: Column[] = [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
];

/** A feed that knows the place `P1`, and lists these people. */
function feed(ids: readonly number[], options: Partial<RowsSourceOptions> = {}): Source {
  const rows = ids.map((id) => [String(id), `Person ${id}`]);
  return {
    ...rowsSource({ columns: COLUMNS, rows, listing: 'delta', checkpoint: 'P1', ...options }),
    continuesFrom: (checkpoint) => checkpoint === 'P1',
  };
}

async function afterFirstRun(): Promise<KnownRecords> {
  const known = new KnownRecords();
  await runOver(feed([1, 2]), known);
  return known;
}

describe('a feed of changes', () => {
  test('deletes what is missing when it starts at its beginning', async () => {
    const known = await afterFirstRun();
    expect(known.checkpoint).toBe('P1');
    for (const checkpoint of [undefined, 'of another request']) {
      known.checkpoint = checkpoint;
      expect((await planOver(feed([1]), known)).found.deletes).toEqual(['hr:2']);
    }
  });

  test('deletes nothing that is missing when it continues from its place', async () => {
    const known = await afterFirstRun();
    const { found, watermark } = await planOver(feed([1], { checkpoint: 'P2' }), known);
    expect([found.deletes, watermark]).toEqual([[], 'P2']);
  });

  test.each([{ full: true }, { reconcile: true, resend: true }])(
    'starts at its beginning when the run is %j',
    async (changes) => {
      const { found } = await planOver(feed([1]), await afterFirstRun(), changes);
      expect(found.deletes).toEqual(['hr:2']);
    },
  );

  test('starts at its beginning when the mapping has changed', async () => {
    const known = await afterFirstRun();
    known.mappingVersion = 'another';
    expect((await planOver(feed([1]), known)).found.deletes).toEqual(['hr:2']);
  });

  test('starts again at its beginning when the source no longer knows its place', async () => {
    const expired = new BridgeError('SOURCE_PLACE_EXPIRED', 'it answered 410');
    const source = feed([1]);
    const resetting = (always: boolean): Source => ({
      ...source,
      read(checkpoint, signal) {
        if (always || checkpoint !== undefined) throw expired;
        return source.read(checkpoint, signal);
      },
    });
    const { found, watermark } = await planOver(resetting(false), await afterFirstRun());
    expect([found.deletes, watermark]).toEqual([['hr:2'], 'P1']);
    const failing = planOver(resetting(true), await afterFirstRun(), { full: true });
    await expect(failing).rejects.toBe(expired);
  });

  test('keeps its place although documents are missing that are never deleted', async () => {
    const known = await afterFirstRun();
    const job = { deletePolicy: 'never_delete', full: true } as const;
    const { found, watermark } = await planOver(feed([1], { checkpoint: 'P2' }), known, job);
    expect([found.deletes, watermark]).toEqual([[], 'P2']);
  });
});
