import { BridgeError } from '../../core/errors.ts';
import type { Schedulable } from '../schedulable.ts';

/**
 * A field as pg_cron reads it, without the extensions of other cron programs. A step needs a range: pg_cron refuses `5/15`, and
 * with it the whole transaction that creates the jobs.
 */
const ITEM = String.raw`(?:\*(?:/\d+)?|(?:\d+|[a-z]{3})(?:-(?:\d+|[a-z]{3})(?:/\d+)?)?)`;
const FIELD = new RegExp(`^${ITEM}(?:,${ITEM})*$`, 'i');
const STEP_OF_NUMBER = /(?:^|,)(\d+)\/(\d+)(?:,|$)/;

/** Names of UTC, the only time zone of pg_cron unless the whole server has another one. */
const NAMES_OF_UTC: ReadonlySet<string> = new Set(['UTC', 'GMT', 'Etc/UTC', 'Etc/GMT']);

/**
 * The schedule for pg_cron. It is not converted from another time zone, because a job would run an hour off after the next change
 * of daylight saving time.
 * @throws BridgeError SCHEDULE_UNSUPPORTED
 */
export function pgCronSchedule(
  { file, timeZone }: Pick<Schedulable, 'file' | 'timeZone'>,
  schedule: string,
): string {
  if (!NAMES_OF_UTC.has(timeZone)) {
    throw new BridgeError(
      'SCHEDULE_UNSUPPORTED',
      `${file}: spec.timeZone is ${timeZone}, but pg_cron reads all schedules as UTC.`,
      { hint: 'Write spec.schedule in UTC and remove spec.timeZone, or use another scheduler.' },
    );
  }
  const fields = schedule.trim().split(/\s+/);
  if (fields.length === 5 && fields.every((field) => FIELD.test(field))) return fields.join(' ');
  const step = fields.map((field) => STEP_OF_NUMBER.exec(field)).find((found) => found !== null);
  const fix =
    step === undefined
      ? 'Use five fields of numbers, names of three letters, *, -, / and commas, such as */15 * * * *.'
      : `Write the step with a range, such as ${step[1]}-59/${step[2]} in place of ${step[1]}/${step[2]}: pg_cron does not support a step after a single number.`;
  throw new BridgeError(
    'SCHEDULE_UNSUPPORTED',
    `${file}: spec.schedule ${JSON.stringify(schedule)} is not supported by pg_cron.`,
    { hint: fix },
  );
}
