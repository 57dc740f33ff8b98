import { describe, expect, jest, test } from '@jest/globals';
import { Cron } from 'croner';
import fc from 'fast-check';
import { openSchedules } from '../../../src/app/ops/connector/schedule.ts';
import { OPS_LATE_GRACE_MINUTES } from '../../../src/app/limits.ts';
import { CONNECTOR_FILES_MAX } from '../../../src/core/limits.ts';

const utc = (schedule: string) => ({ schedule, timeZone: 'UTC' });
const at = (text: string) => new Date(`2026-11-21T${text}:00.000Z`);

describe('the schedules of Ops', () => {
  test('know the newest start whose grace is over, and the next one', () => {
    const schedules = openSchedules();
    expect(schedules.dueAt(utc('0 */3 * * *'), at('03:10'))).toEqual({
      lastDue: at('00:00'),
      nextDue: at('06:00'),
    });
    expect(schedules.dueAt(utc('0 */3 * * *'), at('03:15'))).toEqual({
      lastDue: at('03:00'),
      nextDue: at('06:00'),
    });
  });

  test('tell since when a run is missing, and nothing within the grace', () => {
    const schedules = openSchedules();
    expect(schedules.missedSince(utc('0 * * * *'), at('01:00'), at('03:20'))).toEqual(at('02:00'));
    expect(schedules.missedSince(utc('0 * * * *'), at('02:00'), at('03:15'))).toBeNull();
    expect(schedules.missedSince(utc('0 * * * *'), at('02:00'), at('03:16'))).toEqual(at('03:00'));
  });

  test('remember which start follows a run, for each schedule and each run', () => {
    const schedules = openSchedules();
    for (let look = 0; look < 2; look++) {
      expect(schedules.missedSince(utc('0 * * * *'), at('01:00'), at('04:20'))).toEqual(at('02:00'));
      expect(schedules.missedSince(utc('30 * * * *'), at('01:00'), at('04:20'))).toEqual(at('01:30'));
      expect(schedules.missedSince(utc('0 * * * *'), at('02:00'), at('04:20'))).toEqual(at('03:00'));
    }
  });

  test('take a run for the one that was due when its clock was a little early', () => {
    const early = new Date(at('02:00').getTime() - 30_000);
    expect(openSchedules().missedSince(utc('0 * * * *'), early, at('02:50'))).toBeNull();
  });

  test('say the same however often they were asked before, in whatever order', () => {
    const schedule = fc.constantFrom('*/5 * * * *', '5 * * * *', '0 3 * * *', '30 2 * * 1', '0 0 29 2 *');
    const timeZone = fc.constantFrom('UTC', 'Europe/London', 'America/New_York');
    const minutes = fc.array(fc.integer({ min: 0, max: 60 * 24 * 40 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(schedule, timeZone, minutes, (cron, zone, offsets) => {
        const timetable = { schedule: cron, timeZone: zone };
        const asked = openSchedules();
        for (const offset of offsets) {
          const now = new Date(Date.UTC(2026, 9, 1, 0, offset));
          const due = asked.dueAt(timetable, now);
          expect(due).toEqual(openSchedules().dueAt(timetable, now));
          const graced = now.getTime() - OPS_LATE_GRACE_MINUTES * 60_000;
          expect(due.lastDue?.getTime() ?? 0).toBeLessThanOrEqual(graced);
          expect(due.nextDue?.getTime() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now.getTime());
        }
      }),
      { numRuns: 40 },
    );
  });

  test('are looked back for once each, with as many connectors as a folder may have', () => {
    const lookingBack = jest.spyOn(Cron.prototype, 'previousRuns');
    try {
      const schedules = openSchedules();
      const look = (now: Date) => {
        const before = lookingBack.mock.calls.length;
        for (let index = 0; index < CONNECTOR_FILES_MAX; index++) {
          schedules.dueAt(
            utc(`${index % 60} ${Math.floor(index / 60) % 24} ${1 + Math.floor(index / 1440)} * *`),
            now,
          );
        }
        return lookingBack.mock.calls.length - before;
      };
      // For the start whose grace is over, and for the one before now.
      expect(look(at('03:10'))).toBe(2 * CONNECTOR_FILES_MAX);
      expect(look(at('03:11'))).toBe(0);
    } finally {
      lookingBack.mockRestore();
    }
  });

  describe('in Europe/London', () => {
    const london = (schedule: string) => ({ schedule, timeZone: 'Europe/London' });
    const moment = (text: string) => new Date(`${text}:00.000Z`);

    test.each([
      // On 29 March 2026 the clocks go forward at 01:00 UTC, and on 25 October they go back at 01:00 UTC.
      ['before summer time', '0 9 * * *', '2026-03-28T12:00', '2026-03-28T09:00', '2026-03-29T08:00'],
      ['from its first day', '0 9 * * *', '2026-03-29T12:00', '2026-03-29T08:00', '2026-03-30T08:00'],
      [
        'in the hour that is left out',
        '30 1 * * *',
        '2026-03-29T12:00',
        '2026-03-29T01:00',
        '2026-03-30T00:30',
      ],
      [
        'every hour of the short day',
        '0 * * * *',
        '2026-03-29T01:20',
        '2026-03-29T01:00',
        '2026-03-29T02:00',
      ],
      ['after summer time', '0 9 * * *', '2026-10-25T12:00', '2026-10-25T09:00', '2026-10-26T09:00'],
      [
        'once in the hour that is repeated',
        '30 1 * * *',
        '2026-10-25T01:50',
        '2026-10-25T00:30',
        '2026-10-26T01:30',
      ],
      ['every hour of the long day', '0 * * * *', '2026-10-25T01:20', '2026-10-25T01:00', '2026-10-25T02:00'],
    ])('are due %s', (_, schedule, now, lastDue, nextDue) => {
      const due = { lastDue: moment(lastDue), nextDue: moment(nextDue) };
      expect(openSchedules().dueAt(london(schedule), moment(now))).toEqual(due);
    });

    test('differ from those of the same schedule in UTC', () => {
      const schedules = openSchedules();
      const [asOf, now] = [moment('2026-07-01T00:00'), moment('2026-07-02T00:00')];
      for (let look = 0; look < 2; look++) {
        expect(schedules.missedSince(utc('0 9 * * *'), asOf, now)).toEqual(moment('2026-07-01T09:00'));
        expect(schedules.missedSince(london('0 9 * * *'), asOf, now)).toEqual(moment('2026-07-01T08:00'));
        expect(schedules.dueAt(utc('0 9 * * *'), now).nextDue).toEqual(moment('2026-07-02T09:00'));
        expect(schedules.dueAt(london('0 9 * * *'), now).nextDue).toEqual(moment('2026-07-02T08:00'));
      }
    });
  });
});
