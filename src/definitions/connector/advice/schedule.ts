import { durationSeconds } from '../../../core/time/duration.ts';
import { textAt, valueAt } from '../../draft.ts';
import { cronOf } from '../../schedule/cron.ts';
import type { Advice } from './advice.ts';

const PATH = 'spec.schedule';
/** Starts that are compared: those of a day, for a schedule of one start in each hour. */
const STARTS_COMPARED = 24;

export function scheduleAdvice(connector: unknown): Advice[] {
  const schedule = valueAt(connector, PATH);
  if (schedule === undefined || schedule === null || schedule === '') return withoutSchedule(connector);
  return windowsTooShort(connector);
}

function withoutSchedule(connector: unknown): Advice[] {
  if (valueAt(connector, 'spec.mode') === undefined) return [];
  const pushed =
    valueAt(connector, 'spec.mode') === 'rest_push' ? ' Pushed documents wait in a queue until then.' : '';
  const message = `Without a schedule, runs start only when a person or another program starts them.${pushed}`;
  return [{ path: PATH, message }];
}

/** Runs that read less time than passes between them never reach the present. */
function windowsTooShort(connector: unknown): Advice[] {
  const path = 'spec.source.window.windowsPerRun';
  const windows = valueAt(connector, path);
  const step = durationSeconds(textAt(connector, 'spec.source.window.step') ?? '');
  const between = longestPause(textAt(connector, PATH) ?? '');
  if (typeof windows !== 'number' || step === undefined || between === undefined || windows * step > between)
    return [];
  const message =
    'One run reads less time than passes between two runs of the schedule, so the connector never reaches the present. Increase ' +
    'windowsPerRun or step, or start runs more often.';
  return [{ path, message }];
}

/** Seconds between two starts of a schedule, at most; undefined for one that is not valid. */
function longestPause(schedule: string): number | undefined {
  try {
    // Starts from a fixed day, so that the result is the same every day.
    const starts = cronOf(schedule)
      .nextRuns(STARTS_COMPARED, new Date(0))
      .map((start) => start.getTime() / 1000);
    const pauses = starts.slice(1).map((start, index) => start - (starts[index] ?? start));
    return pauses.length === 0 ? undefined : Math.max(...pauses);
  } catch {
    return undefined;
  }
}
