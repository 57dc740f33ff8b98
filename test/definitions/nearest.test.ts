import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { editDistance, nearest } from '../../src/definitions/nearest.ts';

describe('nearest', () => {
  test.each([
    ['qurey', ['query', 'url'], 'query'],
    ['watermark_field', ['watermarkField', 'watermarkLag'], 'watermarkField'],
    ['Title-Field', ['idField', 'titleField'], 'titleField'],
    ['contenttemplat', ['contentTemplate', 'uriTemplate'], 'contentTemplate'],
    ['ulr', ['url', 'query'], 'url'],
  ])('takes %s for the key that was meant', (word, candidates, meant) => {
    expect(nearest(word, candidates)).toBe(meant);
  });

  test('offers nothing when no candidate is close', () => {
    expect(nearest('colour', ['query', 'url', 'payload'])).toBeUndefined();
  });
});

describe('editDistance', () => {
  test('counts a swap of neighbours as one edit', () => {
    expect(editDistance('qurey', 'query')).toBe(1);
    expect(editDistance('ab', 'ba')).toBe(1);
  });

  test('is zero for equal words only, symmetric, and never more than the longer word', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (left, right) => {
        const distance = editDistance(left, right);
        expect(distance === 0).toBe(left === right);
        expect(distance).toBe(editDistance(right, left));
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
      }),
    );
  });
});
