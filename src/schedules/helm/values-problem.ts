/** A reason why a values file cannot be read or changed. */
export interface ValuesProblem {
  /** The line, from 1. */
  readonly line: number;
  /** `scheduleJobs[2].enabled`; empty for the file as a whole. */
  readonly subject: string;
  /** A sentence. */
  readonly message: string;
  /** A sentence that says what to do. */
  readonly fix: string;
}

/** All problems of a file at once. */
export interface ValuesProblems {
  readonly problems: readonly ValuesProblem[];
}
