import { describe, expect, test } from '@jest/globals';
import { durationSeconds } from '../../../src/core/time/duration.ts';

describe('a duration', () => {
  test.each([
    ['90s', 90],
    ['5m', 300],
    ['2h', 7_200],
    ['1d', 86_400],
    ['0s', 0],
  ])('is read from %s', (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });

  test.each(['', '5', 'm', '5 m', '-5m', '1.5h', '5M', '5w', '1234567s', ' 5m'])(
    'is not read from %j',
    (text) => {
      expect(durationSeconds(text)).toBeUndefined();
    },
  );
});
