import { describe, expect, test } from '@jest/globals';
import { shareCall } from '../../../src/server/memory/shared-call.ts';

function shared(maxAgeMs = 1_000) {
  let nowMs = 0;
  let asked = 0;
  const settle: ((failure?: Error) => void)[] = [];
  const ask = shareCall(
    () => {
      asked += 1;
      return new Promise<number>((resolve, reject) => {
        settle.push((failure) => {
          if (failure === undefined) resolve(settle.length);
          else reject(failure);
        });
      });
    },
    { maxAgeMs, clock: { now: () => new Date(nowMs), elapsedMs: () => nowMs } },
  );
  return {
    ask,
    asked: () => asked,
    settle: (failure?: Error) => settle.at(-1)?.(failure),
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('shareCall', () => {
  test('asks once while an answer is awaited, however long that takes', async () => {
    const { ask, asked, settle, advance } = shared();
    const answers = Array.from({ length: 100 }, () => ask());
    advance(60_000);
    answers.push(ask());
    settle();
    expect(new Set(await Promise.all(answers))).toEqual(new Set([1]));
    expect(asked()).toBe(1);
  });

  test.each([undefined, new Error('no connection')])(
    'asks again after a time, not before: %s',
    async (failure) => {
      const { ask, asked, settle, advance } = shared();
      const first = ask();
      settle(failure);
      await first.catch(() => undefined);
      advance(999);
      await ask().catch(() => undefined);
      expect(asked()).toBe(1);
      advance(1);
      const second = ask();
      settle();
      await expect(second).resolves.toBe(2);
      expect(asked()).toBe(2);
    },
  );
});
