import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BestChunks } from '../../../src/knowledge/search/best-chunks.ts';

describe('BestChunks', () => {
  test('keeps the highest scores in order, and orders equal ones by id, for every sequence', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 50 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 10 }), (given, limit) => {
        const chunks = given.map((score, index) => ({
          id: String((index * 37) % 101).padStart(3, '0'),
          score,
        }));
        const best = new BestChunks(limit);
        for (const chunk of chunks) best.add(chunk);
        const sorted = chunks.toSorted(
          (one, other) => other.score - one.score || (one.id < other.id ? -1 : 1),
        );
        expect(best.list()).toEqual(sorted.slice(0, limit));
      }),
    );
  });
});
