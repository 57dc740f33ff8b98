import { describe, expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { forEachConcurrently } from '../../src/core/for-each-concurrently.ts';

describe('forEachConcurrently', () => {
  test('does all items in order, and never more at a time than allowed', async () => {
    const begun: string[] = [];
    let [running, most] = [0, 0];
    await forEachConcurrently(2, ['a', 'b', 'c', 'd', 'e'], async (item, index) => {
      begun.push(`${index}${item}`);
      most = Math.max(most, ++running);
      await turn();
      running -= 1;
    });
    expect(begun).toEqual(['0a', '1b', '2c', '3d', '4e']);
    expect(most).toBe(2);
  });

  test('begins nothing after a failure, and throws the first one when nothing is under way', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      if (item === 2) throw new Error('the second failed');
      await turn();
      await turn();
      ended.push(item);
      if (item === 3) throw new Error('the third failed later');
    };
    await expect(forEachConcurrently(3, [1, 2, 3, 4, 5], work)).rejects.toThrow('the second failed');
    expect(begun).toEqual([1, 2, 3]);
    expect(ended).toEqual([1, 3]);
  });

  test('does nothing for no items', async () => {
    const never = () => Promise.reject(new Error('never'));
    await expect(forEachConcurrently(3, [], never)).resolves.toBeUndefined();
  });
});
