import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { openKernel } from '../../src/kernel/open-kernel.ts';
import { KERNEL_ROWS_MAX, type Kernel } from '../../src/kernel/kernel.ts';
import { FingerprintSet } from '../../src/pipeline/comparison/fingerprint-set.ts';
import { fingerprintHex } from '../../src/pipeline/comparison/fingerprint.ts';
import { extract } from '../../src/pipeline/extract.ts';
import type { Column } from '../../src/pipeline/ports/ports.ts';
import { Tally } from '../../src/pipeline/counts/tally.ts';
import { KnownRecords } from '../support/pipeline/known-records.ts';
import { runOver } from '../support/pipeline/planning.ts';
import { rowsSource, type WireRow } from '../support/pipeline/rows-source.ts';

const COLUMNS: Column[] = [
  { name: 'title', kind: 'text' },
  { name: 'id', kind: 'integer' },
];
const people = (count: number): WireRow[] =>
  Array.from({ length: count }, (_, row) => [`Person ${row}`, String(row)]);

interface Options {
  readonly secret?: Uint8Array;
  readonly mappingVersion?: string;
  readonly kernel?: Kernel;
  readonly columns?: readonly Column[];
  readonly known?: FingerprintSet;
  readonly batchRows?: number;
}

/** Extracts all batches of some rows. */
async function extracted(rows: readonly WireRow[], options: Options = {}) {
  const { secret = Buffer.alloc(16), mappingVersion = 'v1', kernel, known = new FingerprintSet() } = options;
  const { columns = COLUMNS, batchRows = 1_000 } = options;
  const source = rowsSource({ columns, rows, batchRows });
  const tally = new Tally();
  const fingerprints: string[] = [];
  const unknown: number[] = [];
  const repeated: number[] = [];
  const loaded: boolean[] = [];
  const signal = new AbortController().signal;
  for await (const batch of extract(
    source,
    undefined,
    { secret, mappingVersion, kernel },
    known,
    tally,
    signal,
  )) {
    fingerprints.push(
      ...batch.unknown.map((_, index) =>
        fingerprintHex(batch.fingerprints[2 * index] ?? 0, batch.fingerprints[2 * index + 1] ?? 0),
      ),
    );
    unknown.push(...batch.unknown);
    repeated.push(...batch.repeated);
    loaded.push(batch.loaded);
  }
  return { fingerprints, unknown, repeated, loaded, tally };
}

function setOf(fingerprints: readonly string[]): FingerprintSet {
  const set = new FingerprintSet();
  set.addAll(Buffer.from(fingerprints.join(''), 'hex'));
  return set;
}

describe('extract', () => {
  test('gives the same fingerprints with a kernel and without', async () => {
    const rows = people(250);
    const alone = await extracted(rows, { batchRows: 100 });
    const inKernel = await extracted(rows, { batchRows: 100, kernel: openKernel() });
    expect(alone.loaded).toEqual([false, false, false]);
    expect(inKernel.loaded).toEqual([true, true, true]);
    expect(inKernel.fingerprints).toEqual(alone.fingerprints);
    expect(new Set(alone.fingerprints).size).toBe(250);
  });

  test('computes the fingerprints row by row when a batch is too large for the kernel', async () => {
    const rows = people(KERNEL_ROWS_MAX + 1);
    const batchRows = rows.length;
    const { loaded, fingerprints } = await extracted(rows, { batchRows, kernel: openKernel() });
    expect(loaded).toEqual([false]);
    expect(fingerprints).toEqual((await extracted(rows, { batchRows })).fingerprints);
  });

  test.each([
    ['secret', { secret: Buffer.alloc(16, 1) }],
    ['mapping', { mappingVersion: 'v2' }],
    [
      'name of a column',
      {
        columns: [
          { name: 'title', kind: 'text' },
          { name: 'key', kind: 'integer' },
        ],
      },
    ],
    [
      'kind of a column',
      {
        columns: [
          { name: 'title', kind: 'json' },
          { name: 'id', kind: 'integer' },
        ],
      },
    ],
  ] satisfies [string, Options][])('gives other fingerprints under another %s', async (_, options) => {
    const rows = people(20);
    const { fingerprints } = await extracted(rows);
    const others = await extracted(rows, options);
    expect(new Set([...fingerprints, ...others.fingerprints]).size).toBe(40);
  });

  test.each([
    ['with', openKernel()],
    ['without', undefined],
  ])('skips the rows that are known and tells those that are repeated, %s a kernel', async (_, kernel) => {
    const rows = people(5);
    const { fingerprints } = await extracted(rows);
    const known = setOf(fingerprints.slice(1, 4));
    const options = { known, ...(kernel && { kernel }) };
    const { unknown, repeated, tally } = await extracted([...rows, ['Person 2', '2'], ['New', '9']], options);
    expect(unknown).toEqual([0, 4, 6]);
    expect(repeated).toEqual([5]);
    expect(tally.counts()).toMatchObject({ seen: 7, unchanged: 3 });
    expect(known.unmarked).toBe(0);
  });
});

describe('a run after an upgrade from fingerprints that were 62 bits of a SHA-256', () => {
  const rows = people(30);

  async function oldState(): Promise<KnownRecords> {
    const known = new KnownRecords();
    await runOver(rowsSource({ columns: COLUMNS, rows }), known);
    for (const record of known.byId.values()) {
      const digest = createHash('sha256').update(record.docId).digest().subarray(0, 8);
      digest.writeUInt8(digest.readUInt8(0) & 0x3f, 0);
      known.byId.set(record.docId, { ...record, fingerprint: digest.toString('hex') });
    }
    return known;
  }

  test('processes every row once, renews its fingerprint, and sends nothing', async () => {
    const known = await oldState();
    const first = await runOver(rowsSource({ columns: COLUMNS, rows }), known);
    expect(first.found.upserts).toEqual([]);
    expect(first.found.deletes).toEqual([]);
    expect(new Set(first.found.staged.map(({ op }) => op))).toEqual(new Set(['refresh']));
    expect(first.found.staged).toHaveLength(30);
    expect(first.tally.counts()).toMatchObject({ seen: 30, unchanged: 30, missing: 0 });

    const second = await runOver(rowsSource({ columns: COLUMNS, rows }), known);
    expect(second.found.staged).toEqual([]);
    expect(second.tally.counts()).toMatchObject({ seen: 30, unchanged: 30 });
  });

  test('still deletes the document whose row is missing', async () => {
    const known = await oldState();
    const { found } = await runOver(rowsSource({ columns: COLUMNS, rows: rows.slice(1) }), known);
    expect(found.deletes).toEqual(['hr:0']);
    expect(found.upserts).toEqual([]);
  });
});
