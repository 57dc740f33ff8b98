import type { CursorSummary } from '../../knowledge/knowledge.ts';

/** The pass that a run works on, which is recorded with the run so that a later attempt with the same id knows it. */
export interface PassOfRun {
  readonly number: number;
  /** Whether the next page is the first one of a new pass, although another pass is in progress. */
  readonly restart: boolean;
  /** Whether an earlier attempt has completed the pass, so that there is nothing left to do. */
  readonly isComplete: boolean;
}

/**
 * Determines the pass of a run. A later attempt continues the pass of the first one: it neither restarts the pass again nor
 * begins another one after its end.
 * @param recorded the number of the pass that the first attempt recorded; null for a first attempt
 */
export function passOfRun(
  recorded: string | null,
  cursor: Pick<CursorSummary, 'pass' | 'inProgress'> | null,
  restart: boolean,
): PassOfRun {
  const { pass, inProgress } = cursor ?? { pass: 0, inProgress: false };
  if (recorded === null) {
    return { number: inProgress && !restart ? pass : pass + 1, restart, isComplete: false };
  }
  const number = Number(recorded);
  if (pass < number) return { number, restart, isComplete: false };
  return { number, restart: false, isComplete: !inProgress };
}
