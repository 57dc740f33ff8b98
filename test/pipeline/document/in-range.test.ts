import { describe, expect, it } from '@jest/globals';
import { byteAt, intAt, itemAt, wordAt } from '../../../src/pipeline/document/in-range.ts';

describe('an element', () => {
  it('is read as it is', () => {
    expect(byteAt(Buffer.from([1, 255]), 1)).toBe(255);
    expect(intAt(Int32Array.of(-1), 0)).toBe(-1);
    expect(wordAt(Uint32Array.of(0xffff_ffff), 0)).toBe(0xffff_ffff);
    expect(itemAt(['a', 'b'], 1)).toBe('b');
  });

  it('beyond the end is 0, and of a list of items an error', () => {
    expect(byteAt(Buffer.alloc(1), 1)).toBe(0);
    expect(intAt(new Int32Array(1), -1)).toBe(0);
    expect(wordAt(new Uint32Array(0), 0)).toBe(0);
    expect(() => itemAt(['a'], 1)).toThrow(new RangeError('no item 1 among 1'));
  });
});
