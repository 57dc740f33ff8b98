import { describe, expect, test } from '@jest/globals';
import { openKernel } from '../../../src/kernel/open-kernel.ts';
import { RowFingerprints } from '../../../src/pipeline/comparison/row-fingerprints.ts';
import { TextForm } from '../../../src/pipeline/comparison/text-form.ts';
import type { RowBatch } from '../../../src/pipeline/ports/ports.ts';

const BATCH: RowBatch = {
  columns: [
    { name: 'id', kind: 'integer' },
    { name: 'day', kind: 'date' },
  ],
  bytes: Buffer.alloc(0),
  starts: new Uint32Array(0),
  ends: new Uint32Array(0),
  count: 0,
  oversized: [],
};

describe('TextForm', () => {
  test('returns the batch itself if all columns are text, or if no row is needed', () => {
    expect(new TextForm(BATCH, undefined).of(BATCH, [])).toBe(BATCH);
    const binary = { ...BATCH, binary: [1] };
    expect(new TextForm(binary, openKernel()).of(binary, [])).toBe(binary);
  });

  test('rewrites the rows that are needed, and other forms have other fingerprints', () => {
    const bytes = Buffer.from([0, 0, 0, 1, 0x37, 0, 0, 0, 4, 0, 0, 1, 0x6e]);
    const place = { bytes, starts: Uint32Array.of(0), ends: Uint32Array.of(bytes.length), count: 1 };
    const binary: RowBatch = { ...BATCH, ...place, binary: [1] };
    const kernel = openKernel();
    const basis = { secret: Buffer.alloc(16), mappingVersion: '1', kernel };
    const words = new RowFingerprints(basis, binary).of(binary).words.slice();
    expect(new RowFingerprints(basis, BATCH).of(binary).words).not.toEqual(words);
    const text = new TextForm(binary, kernel).of(binary, [0]);
    const row = text.bytes.subarray(text.starts[0], text.ends[0]);
    expect(row).toEqual(Buffer.from('\0\0\0\u00017\0\0\0\u000a2001-01-01'));
  });

  test('refuses binary forms that it cannot rewrite', () => {
    expect(() => new TextForm({ ...BATCH, binary: [0] }, openKernel())).toThrow(
      'the column id of kind integer has no binary form',
    );
    expect(() => new TextForm({ ...BATCH, binary: [1] }, undefined)).toThrow('without a kernel');
  });
});
