import type { PhaseTime, RunEnd } from './run-report.ts';

/** A channel to which a run reports. Its methods must not throw or block the run. */
export interface Channel {
  /** The name for messages. */
  readonly name: string;
  phaseEnded(phase: PhaseTime): void;
  /**
   * Reports the end of the run, and everything that was not reported before. Resolves soon after `signal` is aborted at the
   * latest.
   * @returns what was not delivered; undefined if everything was.
   */
  finish(end: RunEnd, signal: AbortSignal): Promise<Undelivered | undefined>;
}

export interface Undelivered {
  readonly count: number;
  /** The noun for the count: `events`. */
  readonly what: string;
  readonly reason: string;
  /** The hint, if one is known. */
  readonly fix: string | undefined;
}
