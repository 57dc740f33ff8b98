import { cronOf } from './cron.ts';
import { textAt, valueAt } from '../draft.ts';
import { nearest } from '../nearest.ts';
import type { FieldFinding } from '../problem.ts';
import { isTimeZone } from './time-zone.ts';

/** The syntax that every orchestrator's cron supports; only a few support `L`, `W`, `#` and `?`. */
const STANDARD_FIELD = /^(?:[\d*,/-]|[A-Za-z]{3})+$/;

/** Keys of `spec` that only a schedule gives a meaning. */
const KEYS_OF_SCHEDULES = ['timeZone', 'paused', 'catchUp'] as const;

/** The findings about `spec.schedule`, its time zone, and keys that need a schedule. */
export function scheduleFindings(definition: unknown): FieldFinding[] {
  return [...cronFindings(definition), ...timeZoneFindings(definition), ...unusedKeys(definition)];
}

function timeZoneFindings(definition: unknown): FieldFinding[] {
  const path = 'spec.timeZone';
  const zone = textAt(definition, path);
  if (zone === undefined || zone === '' || isTimeZone(zone)) return [];
  const meant = nearest(zone, Intl.supportedValuesOf('timeZone'));
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  const message = `${JSON.stringify(zone)} is not the name of a time zone.${hint}`;
  return [
    { code: 'time_zone_unknown', path, message, fix: `timeZone: ${meant ?? 'Europe/London, for example'}` },
  ];
}

function unusedKeys(definition: unknown): FieldFinding[] {
  if (valueAt(definition, 'spec.schedule') !== undefined) return [];
  return KEYS_OF_SCHEDULES.flatMap((key): FieldFinding[] => {
    const path = `spec.${key}`;
    if (valueAt(definition, path) === undefined) return [];
    const message = `${key} has no effect, because there is no schedule.`;
    const fix = 'schedule: "0 */3 * * *", for example, or leave the key out';
    return [{ status: 'warn', code: 'schedule_missing', path, message, fix }];
  });
}

/** Checks that a schedule has five fields, can be parsed, and occurs at some time. */
function cronFindings(connector: unknown): FieldFinding[] {
  const path = 'spec.schedule';
  const schedule = textAt(connector, path);
  if (schedule === undefined || schedule === '') return [];
  const wrong = (message: string): FieldFinding[] => [
    {
      code: 'schedule_invalid',
      path,
      message,
      fix: `${ownSchedule(schedule)} (minute, hour, day, month, weekday)`,
    },
  ];
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) {
    return wrong(
      `${JSON.stringify(schedule)} is not a cron expression of five fields; it has ${fields.length}.`,
    );
  }
  const odd = fields.find((field) => !STANDARD_FIELD.test(field));
  if (odd !== undefined)
    return wrong(`${JSON.stringify(odd)} is not understood by every orchestrator's cron.`);
  try {
    // Starts from a fixed day, so that the result is the same every day.
    const next = cronOf(schedule).nextRun(new Date(0));
    return next === null ? wrong(`${JSON.stringify(schedule)} names a day that never comes.`) : [];
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.replace(/^CronPattern: /, '') : String(thrown);
    return wrong(`${JSON.stringify(schedule)} is not a cron expression: ${reason.replace(/\.$/, '')}.`);
  }
}

/** The schedule with its missing fields added, or without its seconds; an example if the result is not valid either. */
function ownSchedule(schedule: string): string {
  const fields = schedule.trim().split(/\s+/);
  const own = fields.length === 6 ? fields.slice(1) : [...fields, '*', '*', '*', '*'].slice(0, 5);
  const isOwn = fields.length > 1 && fields.length <= 6 && fields.length !== 5;
  return isOwn && comesRound(own)
    ? `schedule: ${JSON.stringify(own.join(' '))}`
    : 'for example schedule: "0 */3 * * *"';
}

function comesRound(fields: readonly string[]): boolean {
  try {
    return (
      fields.every((field) => STANDARD_FIELD.test(field)) &&
      cronOf(fields.join(' ')).nextRun(new Date(0)) !== null
    );
  } catch {
    return false;
  }
}
