import type { Cron } from 'croner';
import { cronOf } from '../../definitions/connector/cron.ts';
import { OPS_CLOCK_SKEW_SECONDS, OPS_LATE_GRACE_MINUTES } from '../limits.ts';
import { CONNECTOR_FILES_MAX } from '../../core/limits.ts';

/** What a schedule says at one moment. */
interface DueTimes {
  /** The newest start whose grace is over. */
  readonly lastDue: Date | null;
  readonly nextDue: Date | null;
}

/** Reads schedules in UTC, which is what a checked connector's five fields mean. */
export interface Schedules {
  dueAt(schedule: string, now: Date): DueTimes;
  /** Since when something is missing, of a target that is as old as `asOf`; null: nothing is. */
  missedSince(schedule: string, asOf: Date, now: Date): Date | null;
}

interface Known {
  overdue: Span;
  coming: Span;
}

/** Two starts that follow each other, and so what is true between them. */
interface Span {
  readonly from: Date | null;
  readonly to: Date | null;
}

const GRACE_MS = OPS_LATE_GRACE_MINUTES * 60_000;
const SKEW_MS = OPS_CLOCK_SKEW_SECONDS * 1_000;
/**
 * More schedules than a folder has connectors: with fewer, each look would compute all of them again. A folder whose files
 * change for years must not fill the memory.
 */
const SCHEDULES_KNOWN_MAX = 2 * CONNECTOR_FILES_MAX;
/** As many as connectors have runs in some hours. */
const STARTS_KNOWN_MAX = 2 * CONNECTOR_FILES_MAX;

/**
 * The previous start of a schedule is computed once, and the starts that follow are counted up. The start that follows a run
 * is the same at every look until there is another run. Only starts are kept: a parsed schedule takes 80 kB.
 */
export function openSchedules(): Schedules {
  const known = new Map<string, Known>();
  const starts = new Map<string, Date | null>();

  function startAfter(schedule: string, moment: number): Date | null {
    const key = `${schedule} ${moment}`;
    const found = starts.get(key);
    if (found !== undefined) return found;
    if (starts.size >= STARTS_KNOWN_MAX) starts.clear();
    const start = cronOf(schedule).nextRun(new Date(moment));
    starts.set(key, start);
    return start;
  }

  function knownOf(schedule: string, now: Date): Known {
    const found = known.get(schedule);
    if (found !== undefined) return found;
    if (known.size >= SCHEDULES_KNOWN_MAX) known.clear();
    const cron = cronOf(schedule);
    const graced = new Date(now.getTime() - GRACE_MS);
    const made = { overdue: spanAround(cron, graced), coming: spanAround(cron, now) };
    known.set(schedule, made);
    return made;
  }

  return {
    dueAt(schedule, now) {
      const entry = knownOf(schedule, now);
      entry.overdue = advanced(schedule, entry.overdue, new Date(now.getTime() - GRACE_MS));
      entry.coming = advanced(schedule, entry.coming, now);
      return { lastDue: entry.overdue.from, nextDue: entry.coming.to };
    },
    missedSince(schedule, asOf, now) {
      const first = startAfter(schedule, asOf.getTime() + SKEW_MS);
      return first !== null && first.getTime() + GRACE_MS < now.getTime() ? first : null;
    },
  };
}

/** The last start at or before a moment, and the next one after it. */
function spanAround(cron: Cron, moment: Date): Span {
  // Looking back leaves out the moment itself.
  const [from = null] = cron.previousRuns(1, new Date(moment.getTime() + 1));
  return { from, to: cron.nextRun(moment) };
}

function advanced(schedule: string, { from, to }: Span, moment: Date): Span {
  if (from !== null && from > moment) return spanAround(cronOf(schedule), moment);
  if (to === null || to > moment) return { from, to };
  const cron = cronOf(schedule);
  const next = cron.nextRun(to);
  // Nobody has asked for longer than one start: counting up could take as long as looking back.
  if (next !== null && next <= moment) return spanAround(cron, moment);
  return { from: to, to: next };
}
