import { describe, expect, test } from '@jest/globals';
import { inOrderConcurrently } from '../../src/core/in-order-concurrently.ts';

describe('work in the order of its items', () => {
  test('is yielded in that order, and no more than the limit is in progress', async () => {
    const ends: (() => void)[] = [];
    let inProgress = 0;
    let most = 0;
    const work = async (item: number) => {
      most = Math.max(most, ++inProgress);
      await new Promise<void>((resolve) => {
        ends.push(resolve);
        // The last of three ends first.
        if (ends.length === 3) for (const end of ends.splice(0).reverse()) end();
      });
      inProgress--;
      return item;
    };
    const results: number[] = [];
    for await (const result of inOrderConcurrently(3, [1, 2, 3], work)) results.push(result);
    expect([results, most]).toEqual([[1, 2, 3], 3]);
  });

  test('takes an item only when its work begins', async () => {
    let taken = 0;
    function* items() {
      for (; taken < 100;) yield ++taken;
    }
    for await (const result of inOrderConcurrently(4, items(), (item) => Promise.resolve(item))) {
      expect(taken).toBeLessThanOrEqual(result + 3);
      if (result === 10) break;
    }
    expect(taken).toBeLessThanOrEqual(13);
  });

  test('throws a failure after the results before it, also when it happened earlier', async () => {
    const results: number[] = [];
    const work = async (item: number) => {
      if (item === 2) throw new Error('two');
      await new Promise(setImmediate);
      return item;
    };
    const read = async () => {
      for await (const result of inOrderConcurrently(2, [1, 2, 3], work)) results.push(result);
    };
    await expect(read()).rejects.toThrow('two');
    expect(results).toEqual([1]);
  });
});
