import { describe, expect, test } from '@jest/globals';
import { scheduleFindings } from '../../../src/definitions/schedule/schedule-findings.ts';

describe('scheduleFindings', () => {
  test.each([
    ['*/15 * * *', 'schedule: "*/15 * * * *"'],
    ['0 */3', 'schedule: "0 */3 * * *"'],
    ['0 */15 * * * *', 'schedule: "*/15 * * * *"'],
    ['hourly', 'for example schedule: "0 */3 * * *"'],
    ['99 * * *', 'for example schedule: "0 */3 * * *"'],
  ])('corrects the invalid schedule %s if it can, and otherwise shows an example', (schedule, fix) => {
    expect(scheduleFindings({ spec: { schedule } })).toMatchObject([
      { fix: `${fix} (minute, hour, day, month, weekday)` },
    ]);
  });

  test.each([
    'UTC',
    'Europe/London',
    'America/Argentina/Buenos_Aires',
    'America/Port-au-Prince',
    'Etc/GMT+5',
  ])('accepts the time zone %s', (timeZone) => {
    expect(scheduleFindings({ spec: { schedule: '0 3 * * *', timeZone } })).toEqual([]);
  });

  test.each([
    ['Europe/Londn', 'timeZone: Europe/London'],
    ['+01:00', 'timeZone: Europe/London, for example'],
    ['Mars/Olympus', 'timeZone: Europe/London, for example'],
  ])('refuses the time zone %s', (timeZone, fix) => {
    expect(scheduleFindings({ spec: { schedule: '0 3 * * *', timeZone } })).toEqual([
      expect.objectContaining({ code: 'time_zone_unknown', path: 'spec.timeZone', fix }),
    ]);
  });

  test('warns about keys without an effect when there is no schedule', () => {
    const spec = { timeZone: 'UTC', paused: true, catchUp: 'none' };
    expect(scheduleFindings({ spec })).toEqual(
      ['timeZone', 'paused', 'catchUp'].map((key) =>
        expect.objectContaining({ status: 'warn', code: 'schedule_missing', path: `spec.${key}` }),
      ),
    );
  });
});
