import { describe, expect, it } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import type { Job } from '../../../src/pipeline/ports/job.ts';
import type { Column, Source } from '../../../src/pipeline/ports/ports.ts';
import { KnownRecords } from '../../support/pipeline/known-records.ts';
import { mappingOf } from '../../support/pipeline/mapping.ts';
import { planOver, runOver } from '../../support/pipeline/planning.ts';
import { rowsSource, type RowsSourceOptions } from '../../support/pipeline/rows-source.ts';

const JOB: Partial<Job> = {
  mapping: mappingOf({}, { watermarkField: 'updated' }),
  deletePolicy: 'never_delete',
};

const columnsWith = (kind: Column['kind']): Column[] => [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
  { name: 'updated', kind },
];
const delta = (kind: Column['kind'], options: Partial<RowsSourceOptions> = {}) =>
  rowsSource({
    columns: columnsWith(kind),
    rows: [['1', 'one', '5']],
    listing: 'delta',
    checkpoint: '5',
    ...options,
  });

/** What is known after a run whose watermark was an integer. */
async function known(): Promise<KnownRecords> {
  const records = new KnownRecords();
  await runOver(delta('integer'), records, JOB);
  return records;
}

/** A source that fails before its first batch. */
function failing(error: Error, columns: Source['columns']): Source {
  return {
    ...delta('timestamptz'),
    columns,
    // eslint-disable-next-line require-yield -- it fails before it has anything to yield
    async *read() {
      await Promise.resolve();
      throw error;
    },
  };
}

const REFUSED = new BridgeError('SOURCE_REFUSED', 'invalid input syntax: "5"');
const RETYPED = {
  code: 'SOURCE_WATERMARK_RETYPED',
  message: expect.stringMatching(/"updated" was integer .* is timestamptz now/),
  hint: expect.stringContaining('--full'),
};

describe('a delta listing whose watermark has another kind than its checkpoint', () => {
  it('fails before a row of it counts, also where the database converts one into the other', async () => {
    await expect(planOver(delta('timestamptz'), await known(), JOB)).rejects.toMatchObject(RETYPED);
  });

  it('fails with both kinds where the database refuses, and keeps its words as the cause', async () => {
    const source = failing(REFUSED, () => Promise.resolve(columnsWith('timestamptz')));
    await expect(planOver(source, await known(), JOB)).rejects.toMatchObject({ ...RETYPED, cause: REFUSED });
  });

  it('is read from its beginning with --full, and its new kind holds from then on', async () => {
    const records = await known();
    const source = delta('timestamptz', { checkpoint: '2026-01-02 03:04:05+00' });
    const { drift } = await runOver(source, records, { ...JOB, full: true });
    expect(source.checkpoints).toEqual([undefined]);
    expect(drift).toEqual([{ column: 'updated', was: 'integer', is: 'timestamptz' }]);
    const next = delta('timestamptz');
    await planOver(next, records, JOB);
    expect(next.checkpoints).toEqual(['2026-01-02 03:04:05+00']);
  });

  it('goes on where no checkpoint is used: in a full listing, and after a change of the mapping', async () => {
    const full = delta('timestamptz', { listing: 'full' });
    expect((await planOver(full, await known(), JOB)).drift).toHaveLength(1);
    const mapping = mappingOf({ contentTemplate: 'Now {{ title }}' }, { watermarkField: 'updated' });
    const remapped = delta('timestamptz');
    expect((await planOver(remapped, await known(), { ...JOB, mapping })).drift).toHaveLength(1);
    expect(remapped.checkpoints).toEqual([undefined]);
  });
});

describe('a delta listing that fails', () => {
  it('for another reason says so', async () => {
    const same = failing(REFUSED, () => Promise.resolve(columnsWith('integer')));
    await expect(planOver(same, await known(), JOB)).rejects.toBe(REFUSED);
    const mute = failing(REFUSED, () => Promise.reject(new Error('no answer')));
    await expect(planOver(mute, await known(), JOB)).rejects.toBe(REFUSED);
  });

  it('for the moment is not asked for its columns', async () => {
    const away = new BridgeError('SOURCE_UNREACHABLE', 'nobody answers');
    const source = failing(away, () => {
      throw new Error('asked');
    });
    await expect(planOver(source, await known(), JOB)).rejects.toBe(away);
  });

  it('after its first batch is not asked either', async () => {
    const lost = new BridgeError('SOURCE_REFUSED', 'in the middle');
    const source = delta('integer');
    const broken: Source = {
      ...source,
      columns: () => {
        throw new Error('asked');
      },
      async *read(checkpoint, signal) {
        yield* source.read(checkpoint, signal);
        throw lost;
      },
    };
    await expect(planOver(broken, await known(), JOB)).rejects.toBe(lost);
  });

  it('with nothing remembered of its columns is left to itself', async () => {
    const records = await known();
    records.columns = undefined;
    const source = failing(REFUSED, () => Promise.resolve(columnsWith('timestamptz')));
    await expect(planOver(source, records, JOB)).rejects.toBe(REFUSED);
  });
});
