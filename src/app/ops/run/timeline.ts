import { secondsBetween } from './run-facts.ts';
import type { OpsRun } from '../model/run.ts';
import type { TimelineStep } from '../model/run-detail.ts';
import type { RunRow } from '../../../pipeline/ports/state-port.ts';

const STEPS = [
  { name: 'read', phases: ['extract', 'map', 'diff'] },
  { name: 'publish', phases: ['publish'] },
  { name: 'ingest', phases: ['ingest'] },
  { name: 'commit', phases: ['commit'] },
] as const satisfies readonly Pick<TimelineStep, 'name' | 'phases'>[];

/** The phases of a run with their times. A run of an older version has no phase times, only its current phase, start and end. */
export function timelineOf(run: OpsRun, times: RunRow['phaseTimes'], now: Date): TimelineStep[] {
  const current = STEPS.findIndex(({ phases }) => phases.some((phase) => phase === run.phase));
  const entered = STEPS.map(({ phases }, index) => {
    // The row is written just before the first phase begins.
    if (index === 0) return run.started_at;
    return phases.map((phase) => times[phase]).find((time) => time !== undefined) ?? null;
  });
  return STEPS.map((step, index): TimelineStep => {
    if (index > current) {
      return { ...step, state: 'not_reached', entered_at: null, left_at: null, duration_seconds: null };
    }
    const at = entered[index] ?? null;
    const isCurrent = index === current;
    const left = isCurrent ? run.finished_at : (entered[index + 1] ?? null);
    // For a run without signs of life, the time until now must not count.
    const until = left ?? (isCurrent && run.alive === true ? now.toISOString() : null);
    return {
      ...step,
      state: stateOf(run, isCurrent),
      entered_at: at,
      left_at: left,
      duration_seconds: at === null || until === null ? null : secondsBetween(at, until),
    };
  });
}

function stateOf(run: OpsRun, isCurrent: boolean): TimelineStep['state'] {
  if (!isCurrent) return 'done';
  if (run.status === 'FAILED') return 'failed';
  return run.status === 'RUNNING' ? 'current' : 'done';
}
