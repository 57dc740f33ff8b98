import type { OpsRun } from '../../../app/ops/model/run.ts';
import { countText, durationText } from './figures.ts';
import { Moment } from './moment.tsx';

/** A run counts as slow when it takes this multiple of the usual duration. Runs that do the same work differ by less. */
const LONGER_FACTOR = 1.5;

interface Pace {
  readonly run: OpsRun;
  /** The duration of the last run that changed the target; null if there is none. */
  readonly usual: number | null;
}

/** `14,000 rows, last 3 min ago · 120/s`; empty before the first row, or for a run that has ended. */
export function LiveRows({ run: { progress }, now }: { readonly run: OpsRun; readonly now: string }) {
  if (progress === null) return null;
  const { rows, at, rows_per_second: rate } = progress;
  return (
    <span class="live-rows">
      {countText(rows)} {rows === 1 ? 'row' : 'rows'}, last <Moment at={at} now={now} />
      {rate !== null && ` · ${countText(rate)}/s`}
    </span>
  );
}

/** Compares a run in progress with the last one. */
export function paceText({ run, usual }: Pace): string {
  if (usual === null) return 'its first run';
  return run.duration_seconds > usual * LONGER_FACTOR
    ? `longer than usual: the last one took ${durationText(usual)}`
    : `usually takes ${durationText(usual)}`;
}
