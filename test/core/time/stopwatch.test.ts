import { describe, expect, test } from '@jest/globals';
import { startStopwatch } from '../../../src/core/time/stopwatch.ts';
import { ManualTime } from '../../support/pipeline/manual-time.ts';

describe('a stopwatch', () => {
  test.each<[string, number, (time: ManualTime) => void]>([
    [
      'both clocks agree',
      5_000,
      (time) => {
        time.pass(5_000);
      },
    ],
    [
      'the machine is suspended and only the wall clock goes on',
      127_000,
      (time) => {
        time.stepWallClock(127_000);
      },
    ],
    [
      'the wall clock is set back',
      5_000,
      (time) => {
        time.pass(5_000);
        time.stepWallClock(-300_000);
      },
    ],
    [
      'nothing passes and the wall clock is set back',
      0,
      (time) => {
        time.stepWallClock(-300_000);
      },
    ],
  ])('believes the clock that says more when %s', (_what, expected, happens) => {
    const time = new ManualTime();
    const elapsed = startStopwatch(time.clock);
    happens(time);
    expect(elapsed()).toBe(expected);
  });
});
