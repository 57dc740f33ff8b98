import { cronOf } from '../cron.ts';
import { textAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';

/** The syntax that every orchestrator's cron supports; only a few support `L`, `W`, `#` and `?`. */
const STANDARD_FIELD = /^(?:[\d*,/-]|[A-Za-z]{3})+$/;

/** Checks that a schedule has five fields, can be parsed, and occurs at some time. */
export function scheduleFindings(connector: unknown): FieldFinding[] {
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
