import { expect, test } from '@jest/globals';
import { scheduleWords } from '../../../../src/server/ops/elements/schedule-text.ts';

test.each([
  ['* * * * *', 'every minute'],
  ['*/15 * * * *', 'every 15 minutes'],
  ['5 * * * *', 'every hour, at minute 5'],
  ['0 */3 * * *', 'every 3 hours, at minute 0'],
  ['30 6 * * *', 'every day at 06:30 Europe/London'],
  ['0 22 * * 7', 'every Sunday at 22:00 Europe/London'],
  ['0 22 * * 1', 'every Monday at 22:00 Europe/London'],
])('the schedule %s is %s', (schedule, words) => {
  expect(scheduleWords(schedule, 'Europe/London')).toBe(words);
});

test.each([
  '*/7 * * * *',
  '*/0 * * * *',
  '0 */5 * * *',
  '0 1,2 * * *',
  '0 0 1 * *',
  '0 0 * 2 *',
  '0 0 * * 1-5',
  '0 * * * 1',
  '*/5 3 * * *',
  '',
  '* * * *',
])('the schedule %j has no words of its own, rather than words that are not all of it', (schedule) => {
  expect(scheduleWords(schedule, 'Europe/London')).toBeUndefined();
});
