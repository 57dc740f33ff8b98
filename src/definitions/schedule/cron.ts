import { Cron } from 'croner';
import { DEFAULT_TIME_ZONE } from './types.ts';

/**
 * Parses a schedule in a time zone. UTC is set as an offset, because with a time zone croner queries the time zone database for
 * every step, which takes three times as long.
 *
 * A start in the hour that is left out when clocks go forward comes right after that hour. When clocks go back, a start at a fixed
 * time comes once, in the first of the two hours.
 * @param timeZone an IANA name
 * @throws Error for a text that is not a cron expression of five fields
 */
export function cronOf(schedule: string, timeZone: string = DEFAULT_TIME_ZONE): Cron {
  const place = timeZone === DEFAULT_TIME_ZONE ? { utcOffset: 0 } : { timezone: timeZone };
  return new Cron(schedule, { mode: '5-part', ...place });
}
