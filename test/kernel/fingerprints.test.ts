import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KERNEL_INPUT_BYTES_MAX, KERNEL_ROWS_MAX } from '../../src/kernel/kernel.ts';
import { sipKey } from '../../src/kernel/fingerprint-key.ts';
import { openKernel } from '../../src/kernel/open-kernel.ts';
import { fingerprintOf } from '../../src/kernel/sip-hash.ts';

/** The bytes 0, 1, 2, … of the published test vectors of SipHash, which have the key of the bytes 0 to 15. */
const counted = (length: number) => Buffer.from(Array.from({ length }, (_, index) => index));
const KEY = { low: 0x0706050403020100n, high: 0x0f0e0d0c0b0a0908n };

function batchOf(rows: readonly Uint8Array[], before = 0) {
  const starts = new Uint32Array(rows.length);
  const ends = new Uint32Array(rows.length);
  let at = before;
  rows.forEach((row, index) => {
    starts[index] = at;
    at += row.length;
    ends[index] = at;
  });
  return { bytes: Buffer.concat([Buffer.alloc(before), ...rows]), starts, ends, count: rows.length };
}

describe('fingerprintOf', () => {
  // SipHash-1-3 of the reference implementation, without the two top bits.
  test.each([
    [0, 0xabac0158050fc4dcn],
    [1, 0xc9f49bf37d57ca93n],
    [7, 0xd3927d989bb11140n],
    [8, 0x369095118d299a8en],
    [63, 0x9d199062b7bbb3a8n],
  ])('gives the published hash of %d bytes, without its two top bits', (length, hash) => {
    const { high, low } = fingerprintOf(counted(length), KEY);
    expect((BigInt(high) << 32n) | BigInt(low)).toBe(hash & 0x3fff_ffff_ffff_ffffn);
  });
});

describe('a kernel', () => {
  test('gives each row the fingerprint that is computed without it', () => {
    const kernel = openKernel();
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
        fc.nat(1_000),
        fc.string(),
        (rows, before, secret) => {
          const key = sipKey(Buffer.from(secret), ['a mapping']);
          expect(kernel.load(batchOf(rows, before))).toBe(true);
          const words = kernel.fingerprints(key);
          const found = rows.map((_, row) => ({ high: words[2 * row], low: words[2 * row + 1] }));
          expect(found).toEqual(rows.map((row) => fingerprintOf(row, key)));
        },
      ),
    );
  });

  test('loads a batch of the largest size', () => {
    const kernel = openKernel();
    const row = Buffer.alloc(KERNEL_INPUT_BYTES_MAX, 7);
    expect(kernel.load(batchOf([row]))).toBe(true);
    const { high, low } = fingerprintOf(row, KEY);
    expect([...kernel.fingerprints(KEY)]).toEqual([high, low]);
  });

  test.each([
    ['bytes', batchOf([Buffer.alloc(KERNEL_INPUT_BYTES_MAX + 1)])],
    ['rows', batchOf(Array.from({ length: KERNEL_ROWS_MAX + 1 }, () => Buffer.alloc(1)))],
  ])('refuses a batch of too many %s', (_, batch) => {
    expect(openKernel().load(batch)).toBe(false);
  });
});
