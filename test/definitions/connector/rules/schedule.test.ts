import { describe, expect, test } from '@jest/globals';
import { scheduleFindings } from '../../../../src/definitions/connector/rules/schedule.ts';

describe('a schedule that is not one', () => {
  test.each([
    ['*/15 * * *', 'schedule: "*/15 * * * *"'],
    ['0 */3', 'schedule: "0 */3 * * *"'],
    ['0 */15 * * * *', 'schedule: "*/15 * * * *"'],
    ['hourly', 'for example schedule: "0 */3 * * *"'],
    ['99 * * *', 'for example schedule: "0 */3 * * *"'],
  ])('%s is corrected where it can be, and otherwise an example is marked as one', (schedule, fix) => {
    expect(scheduleFindings({ spec: { schedule } })).toMatchObject([
      { fix: `${fix} (minute, hour, day, month, weekday)` },
    ]);
  });
});
