import { describe, expect, test } from '@jest/globals';
import { unreadLimits } from '../../../scripts/generate/unread-limits.ts';

const OWN = [
  '/** See `THIRD_MAX`. */',
  'export const FIRST_MAX = 1;',
  'export const SECOND_MAX = FIRST_MAX * 2;',
  'export const THIRD_MAX = 3;',
].join('\n');
const NAMES = ['FIRST_MAX', 'SECOND_MAX', 'THIRD_MAX'];

describe('unreadLimits', () => {
  test('names limits that no file reads, mentions in comments apart', () => {
    expect(unreadLimits(NAMES, OWN, ['if (size > SECOND_MAX) stop();'])).toEqual(['THIRD_MAX']);
  });

  test('does not take a longer name for a reader', () => {
    expect(unreadLimits(NAMES, OWN, ['MY_SECOND_MAX', 'SECOND_MAXIMUM', 'THIRD_MAX'])).toEqual([
      'SECOND_MAX',
    ]);
  });

  test('names nothing when every limit has a reader', () => {
    expect(unreadLimits(NAMES, OWN, ['SECOND_MAX', 'THIRD_MAX'])).toEqual([]);
  });
});
