import type { Cron } from 'croner';
import { cronOf } from '../../../definitions/schedule/cron.ts';
import { DEFAULT_TIME_ZONE, type ScheduleSpec } from '../../../definitions/schedule/types.ts';
import { OPS_CLOCK_SKEW_SECONDS, OPS_LATE_GRACE_MINUTES } from '../../limits.ts';
import { CONNECTOR_FILES_MAX } from '../../../core/limits.ts';

/** The due times of a schedule at one moment. */
interface DueTimes {
  /** The newest start whose grace period is over. */
  readonly lastDue: Date | null;
  readonly nextDue: Date | null;
}

/** When runs of a definition are due. */
export interface Timetable {
  /** A validated cron expression of five fields. */
  readonly schedule: string;
  /** An IANA name. */
  readonly timeZone: string;
}

/** Evaluates timetables. */
export interface Schedules {
  dueAt(timetable: Timetable, now: Date): DueTimes;
  /** The first missed start for a target that is as old as `asOf`; null if none was missed. */
  missedSince(timetable: Timetable, asOf: Date, now: Date): Date | null;
}

/** The timetable of a definition; null if nothing starts its runs: it has no schedule, or is paused. */
export function timetableOf(spec: ScheduleSpec | undefined): Timetable | null {
  const { schedule = '', timeZone = DEFAULT_TIME_ZONE, paused = false } = spec ?? {};
  return schedule === '' || paused ? null : { schedule, timeZone };
}

/** The fields of the Ops API that say when a definition is scheduled. */
export function scheduleFields(spec: ScheduleSpec | undefined) {
  const schedule = spec?.schedule ?? null;
  return {
    schedule,
    time_zone: schedule === null ? null : (spec?.timeZone ?? DEFAULT_TIME_ZONE),
    paused: schedule !== null && spec?.paused === true,
  };
}

interface Known {
  overdue: Span;
  coming: Span;
}

/** Two consecutive starts, between which the result does not change. */
interface Span {
  readonly from: Date | null;
  readonly to: Date | null;
}

const GRACE_MS = OPS_LATE_GRACE_MINUTES * 60_000;
const SKEW_MS = OPS_CLOCK_SKEW_SECONDS * 1_000;
/**
 * The limit is higher than the number of connectors in a folder: with a lower one, each refresh would recompute all
 * schedules. Without a limit, a folder whose files change for years would fill the memory.
 */
const SCHEDULES_KNOWN_MAX = 2 * CONNECTOR_FILES_MAX;
/** The limit allows as many entries as connectors have runs in some hours. */
const STARTS_KNOWN_MAX = 2 * CONNECTOR_FILES_MAX;

/**
 * The previous start of a schedule is computed once, and later starts are derived from it. The start that follows a run stays
 * the same until there is another run. Only starts are cached, because a parsed schedule takes 80 kB.
 */
export function openSchedules(): Schedules {
  const known = new Map<string, Known>();
  const starts = new Map<string, Date | null>();

  function startAfter(timetable: Timetable, moment: number): Date | null {
    const key = `${keyOf(timetable)} ${moment}`;
    const found = starts.get(key);
    if (found !== undefined) return found;
    if (starts.size >= STARTS_KNOWN_MAX) starts.clear();
    const start = parsed(timetable).nextRun(new Date(moment));
    starts.set(key, start);
    return start;
  }

  function knownOf(timetable: Timetable, now: Date): Known {
    const key = keyOf(timetable);
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= SCHEDULES_KNOWN_MAX) known.clear();
    const cron = parsed(timetable);
    const graced = new Date(now.getTime() - GRACE_MS);
    const made = { overdue: spanAround(cron, graced), coming: spanAround(cron, now) };
    known.set(key, made);
    return made;
  }

  return {
    dueAt(timetable, now) {
      const entry = knownOf(timetable, now);
      entry.overdue = advanced(timetable, entry.overdue, new Date(now.getTime() - GRACE_MS));
      entry.coming = advanced(timetable, entry.coming, now);
      return { lastDue: entry.overdue.from, nextDue: entry.coming.to };
    },
    missedSince(timetable, asOf, now) {
      const first = startAfter(timetable, asOf.getTime() + SKEW_MS);
      return first !== null && first.getTime() + GRACE_MS < now.getTime() ? first : null;
    },
  };
}

function keyOf({ schedule, timeZone }: Timetable): string {
  return `${timeZone} ${schedule}`;
}

function parsed({ schedule, timeZone }: Timetable): Cron {
  return cronOf(schedule, timeZone);
}

/** Returns the last start at or before a moment, and the next start after it. */
function spanAround(cron: Cron, moment: Date): Span {
  // The search backwards excludes the given moment, so 1 ms is added.
  const [from = null] = cron.previousRuns(1, new Date(moment.getTime() + 1));
  return { from, to: cron.nextRun(moment) };
}

function advanced(timetable: Timetable, { from, to }: Span, moment: Date): Span {
  if (from !== null && from > moment) return spanAround(parsed(timetable), moment);
  if (to === null || to > moment) return { from, to };
  const cron = parsed(timetable);
  const next = cron.nextRun(to);
  // More than one start has passed since the last call: counting forward could take as long as searching backwards.
  if (next !== null && next <= moment) return spanAround(cron, moment);
  return { from: to, to: next };
}
