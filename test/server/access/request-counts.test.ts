import { describe, expect, jest, test } from '@jest/globals';
import { CALLERS_COUNTED_MAX } from '../../../src/server/limits.ts';
import { RequestCounts } from '../../../src/server/access/request-counts.ts';

function counted(counts: RequestCounts, caller: string) {
  let answer: { readonly current: number; readonly ttl: number } | undefined;
  counts.incr(
    caller,
    (_error, result) => {
      answer = result;
    },
    60_000,
  );
  return answer;
}

describe('RequestCounts', () => {
  test('does not change an answer when more requests follow', () => {
    const counts = new RequestCounts();
    const answers = [1, 2, 3].map(() => counted(counts, 'one'));
    expect(answers.map((answer) => answer?.current)).toEqual([1, 2, 3]);
  });

  test('counts each caller by itself, and begins again after the window', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    try {
      const counts = new RequestCounts();
      counted(counts, 'one');
      expect(counted(counts, 'other')).toEqual({ current: 1, ttl: 60_000 });
      now.mockReturnValue(60_999);
      expect(counted(counts, 'one')).toEqual({ current: 2, ttl: 1 });
      now.mockReturnValue(61_000);
      expect(counted(counts, 'one')).toEqual({ current: 1, ttl: 60_000 });
    } finally {
      now.mockRestore();
    }
  });

  test('forgets the caller that asked least recently when there are too many', () => {
    const counts = new RequestCounts();
    for (let caller = 0; caller < CALLERS_COUNTED_MAX; caller++) counted(counts, String(caller));
    counted(counts, '0');
    counted(counts, 'one more');
    expect(counted(counts, '0')?.current).toBe(3);
    expect(counted(counts, '1')?.current).toBe(1);
  });
});
