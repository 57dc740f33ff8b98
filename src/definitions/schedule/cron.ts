import { Cron } from 'croner';

/**
 * Parses a schedule, in UTC. UTC is set as an offset, because with a time zone croner queries the time zone database for every
 * step, which takes three times as long.
 * @throws Error for a text that is not a cron expression of five fields
 */
export function cronOf(schedule: string): Cron {
  return new Cron(schedule, { mode: '5-part', utcOffset: 0 });
}
