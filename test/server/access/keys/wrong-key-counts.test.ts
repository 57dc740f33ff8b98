import { describe, expect, test } from '@jest/globals';
import { FAILED_ATTEMPTS_PER_MINUTE } from '../../../../src/server/limits.ts';
import { WrongKeyCounts } from '../../../../src/server/access/keys/wrong-key-counts.ts';

const BOUNDS = { addresses: 3, delayStepMs: 100, delayMsMax: 3_000 };

function countsAt(start = 0) {
  let nowMs = start;
  const clock = { now: () => new Date(nowMs), elapsedMs: () => nowMs };
  const counts = new WrongKeyCounts(clock, BOUNDS);
  return {
    counts,
    advance: (ms: number) => {
      nowMs += ms;
    },
    send: (address: string, times: number) => Array.from({ length: times }, () => counts.of(address).count()),
  };
}

describe('WrongKeyCounts', () => {
  test('delays nothing within the limit, and then longer with each wrong key up to the maximum', () => {
    const { counts, send } = countsAt();
    send('192.0.2.1', FAILED_ATTEMPTS_PER_MINUTE - 1);
    expect(counts.of('192.0.2.1').delayMs).toBe(0);
    send('192.0.2.1', 1);
    expect(counts.of('192.0.2.1').delayMs).toBe(100);
    send('192.0.2.1', 5);
    expect(counts.of('192.0.2.1').delayMs).toBe(600);
    send('192.0.2.1', 1_000);
    expect(counts.of('192.0.2.1').delayMs).toBe(3_000);
    expect(counts.of('192.0.2.2').delayMs).toBe(0);
  });

  test('counts delayed keys before they are compared, until they are done', () => {
    const { counts, send } = countsAt();
    send('192.0.2.1', FAILED_ATTEMPTS_PER_MINUTE);
    const ends = Array.from({ length: 5 }, () => counts.of('192.0.2.1').delay());
    expect(counts.of('192.0.2.1').delayMs).toBe(600);
    for (const end of ends) end();
    expect(counts.of('192.0.2.1').delayMs).toBe(100);
  });

  test('names the last key within the limit once in a minute, whatever follows', () => {
    const { send, advance } = countsAt();
    const counted = send('192.0.2.1', 50);
    expect(counted.filter(({ isLast }) => isLast)).toHaveLength(1);
    expect(counted.filter(({ isOver }) => isOver)).toHaveLength(50 - FAILED_ATTEMPTS_PER_MINUTE);
    advance(59_999);
    expect(send('192.0.2.1', 1)).toEqual([{ isLast: false, isOver: true, isShared: false, secondsLeft: 1 }]);
    advance(1);
    expect(send('192.0.2.1', 50).filter(({ isLast }) => isLast)).toHaveLength(1);
  });

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
  ])('counts %s and %s as one address: %s', (one, other, same) => {
    const { counts, send } = countsAt();
    send(one, FAILED_ATTEMPTS_PER_MINUTE);
    expect(counts.of(other).delayMs > 0).toBe(same);
  });

  test('keeps the count of an address while others fill the table, which then share one count', () => {
    const { counts, send, advance } = countsAt();
    send('192.0.2.1', FAILED_ATTEMPTS_PER_MINUTE);
    for (let n = 2; n < 200; n += 1) send(`192.0.2.${n}`, 1);
    expect(counts.of('192.0.2.1').delayMs).toBe(100);
    expect(counts.of('198.51.100.1').delayMs).toBeGreaterThan(0);
    expect(send('198.51.100.1', 1)).toMatchObject([{ isShared: true, isOver: true }]);
    advance(60_000);
    expect(counts.of('198.51.100.1').delayMs).toBe(0);
    expect(send('198.51.100.1', 1)).toMatchObject([{ isShared: false, isOver: false }]);
  });
});
