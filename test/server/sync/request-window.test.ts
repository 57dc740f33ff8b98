import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CALLERS_COUNTED_MAX } from '../../../src/server/limits.ts';
import { RequestWindow } from '../../../src/server/sync/request-window.ts';

function windowOf(perMinute: number) {
  let ms = 1_000_000;
  const window = new RequestWindow(perMinute, { elapsedMs: () => ms });
  return { window, advance: (by: number) => (ms += by), now: () => ms };
}

describe('the window of sync requests', () => {
  test('accepts no more than the limit in any minute, and says when the next one is accepted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 80 }),
        (perMinute, pauses) => {
          const { window, advance, now } = windowOf(perMinute);
          const accepted: number[] = [];
          const refusals: { wait: number; inMinute: number[]; at: number }[] = [];
          for (const pause of pauses) {
            advance(pause);
            const wait = window.take('key');
            if (wait === undefined) accepted.push(now());
            else
              refusals.push({ wait, inMinute: accepted.filter((time) => time > now() - 60_000), at: now() });
          }
          for (const { wait, inMinute, at } of refusals) {
            expect(Number.isInteger(wait) && wait >= 1 && wait <= 60).toBe(true);
            expect(inMinute).toHaveLength(perMinute);
            expect(at + wait * 1_000).toBeGreaterThanOrEqual((inMinute[0] ?? 0) + 60_000);
          }
          for (const time of accepted) {
            const inMinute = accepted.filter((other) => other >= time && other < time + 60_000);
            expect(inMinute.length).toBeLessThanOrEqual(perMinute);
          }
        },
      ),
    );
  });

  test('accepts a request after the time that it named', () => {
    const { window, advance } = windowOf(1);
    expect(window.take('key')).toBeUndefined();
    advance(500);
    const wait = window.take('key');
    expect(wait).toBe(60);
    advance((wait ?? 0) * 1_000);
    expect(window.take('key')).toBeUndefined();
  });

  test('remembers a bounded number of callers', () => {
    const { window } = windowOf(1);
    for (let caller = 0; caller <= CALLERS_COUNTED_MAX; caller++) window.take(`key ${caller}`);
    expect(window.take('key 0')).toBeUndefined();
    expect(window.take(`key ${CALLERS_COUNTED_MAX}`)).toBe(60);
  });
});
