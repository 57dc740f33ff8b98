import { describe, expect, it } from '@jest/globals';
import { fingerprintHex, nonZeroLow } from '../../../src/pipeline/comparison/fingerprint.ts';

describe('a fingerprint', () => {
  it('is never all zero, which means that there is none', () => {
    expect(nonZeroLow(0, 0)).toBe(1);
    expect(nonZeroLow(0, 7)).toBe(7);
    expect(nonZeroLow(7, 0)).toBe(0);
  });

  it('is written in 16 digits', () => {
    expect(fingerprintHex(0, 1)).toBe('0000000000000001');
    expect(fingerprintHex(0x3fff_ffff, 0xffff_fff0)).toBe('3ffffffffffffff0');
  });
});
