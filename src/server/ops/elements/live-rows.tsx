import type { OpsRun } from '../../../app/ops/model.ts';
import { countText, durationText } from './figures.ts';
import { Moment } from './moment.tsx';

/** From this multiple of the usual duration on, a run takes longer than usual. Runs that do the same work differ by less. */
const LONGER_FACTOR = 1.5;

interface Pace {
  readonly run: OpsRun;
  /** How long the run took that changed the target last; null if there is none. */
  readonly usual: number | null;
}

/** `14,000 rows, last 3 min ago · 120/s`; nothing before the first row, or for a run that ended. */
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

/** How a run in progress compares with the last one. */
export function paceText({ run, usual }: Pace): string {
  if (usual === null) return 'its first run';
  return run.duration_seconds > usual * LONGER_FACTOR
    ? `longer than usual: the last one took ${durationText(usual)}`
    : `usually takes ${durationText(usual)}`;
}
