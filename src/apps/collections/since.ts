import { durationSeconds } from '../../core/time/duration.ts';
import type { ChangedSince } from '../../definitions/app/types.ts';
import { APP_OVERLAP_SECONDS_DEFAULT } from '../limits.ts';

type Format = NonNullable<ChangedSince['format']>;
type Granularity = NonNullable<ChangedSince['granularity']>;

/** A time as the API expects it: a number for the epoch formats. */
export type SinceValue = string | number;

const SECOND_MS = 1_000;
const UNIT_MS: Readonly<Record<Granularity, number>> = {
  second: SECOND_MS,
  minute: 60 * SECOND_MS,
  day: 86_400 * SECOND_MS,
};
/** The length of `2024-01-02`. */
const DATE_LENGTH = 10;

/** From when changes are requested. */
export interface SinceTimes {
  /** The last sync, less the overlap: records that were last changed before it are known. */
  readonly from: Date;
  /** The time in the request. It is earlier than `from` if the API rounds times. */
  readonly asked: Date;
}

/**
 * Returns the times of an incremental sync. An API that rounds to a unit may compare a change with the beginning of its unit, or
 * with the unit after it, so the request begins one unit earlier.
 * @param since the start of the last sync
 * @param overlapMinSeconds the overlap is at least this
 */
export function sinceTimes(
  since: Date,
  { overlap, granularity = 'second' }: Pick<ChangedSince, 'overlap' | 'granularity'>,
  overlapMinSeconds = 0,
): SinceTimes {
  const unit = UNIT_MS[granularity];
  const fromMs = since.getTime() - Math.max(overlapSeconds(overlap), overlapMinSeconds) * SECOND_MS;
  const beginMs = Math.floor(fromMs / unit) * unit;
  const askedMs = granularity === 'second' ? beginMs : beginMs - unit;
  return { from: new Date(fromMs), asked: new Date(Math.max(askedMs, 0)) };
}

function overlapSeconds(overlap: string | undefined): number {
  return durationSeconds(overlap ?? '') ?? APP_OVERLAP_SECONDS_DEFAULT;
}

/** Writes a time in the form that the API expects. */
export function sinceValue(time: Date, format: Format = 'iso8601'): SinceValue {
  switch (format) {
    case 'iso8601':
      return time.toISOString().replace('.000Z', 'Z');
    case 'date':
      return time.toISOString().slice(0, DATE_LENGTH);
    case 'epoch_seconds':
      return Math.floor(time.getTime() / SECOND_MS);
    case 'epoch_ms':
      return time.getTime();
  }
}

/**
 * Whether a record was last changed before `from`, so that it is known. A rounded time stands for its whole unit.
 * @param changedMs the record's own time; undefined if it has none that can be read, and it is then never known
 * @param isDate whether the record's time is a date alone
 */
export function isKnownSince(
  { from }: Pick<SinceTimes, 'from'>,
  changedMs: number | undefined,
  { granularity = 'second', isDate }: { granularity?: Granularity | undefined; isDate: boolean },
): boolean {
  if (changedMs === undefined) return false;
  // Intercom selects contacts by day, and their times are exact.
  const unit = isDate ? UNIT_MS.day : UNIT_MS[granularity === 'minute' ? 'minute' : 'second'];
  return changedMs + unit <= from.getTime();
}
