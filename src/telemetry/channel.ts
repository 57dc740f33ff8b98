import type { PhaseTime, RunEnd } from './run-report.ts';

/** A place that a run is told to. Nothing that it does may throw, or make the run wait. */
export interface Channel {
  /** For messages. */
  readonly name: string;
  phaseEnded(phase: PhaseTime): void;
  /**
   * Tells the end, and whatever was not told before. Resolves soon after `signal` is aborted at the latest.
   * @returns what could not be told; undefined if all was.
   */
  finish(end: RunEnd, signal: AbortSignal): Promise<Undelivered | undefined>;
}

export interface Undelivered {
  readonly count: number;
  /** What is counted: `events`. */
  readonly what: string;
  readonly reason: string;
  /** What to do about it, if that is known. */
  readonly fix: string | undefined;
}
