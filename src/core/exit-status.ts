/** Exit statuses are API: an orchestrator decides by them whether to retry, to alert or to go on. */
export const EXIT = {
  /** Done, also when there was nothing to do. */
  done: 0,
  /** A bug in this program. */
  bug: 1,
  /** The command line was wrong. */
  usage: 2,
  /** Deletes were withheld by the guard; everything else was applied. */
  held: 3,
  /**
   * Some rows were quarantined, documents rejected, or not all rows listed; the rest was applied. For `explain`: absent, or
   * not known.
   */
  partial: 4,
  /** The data is wrong in a way that fails the run. */
  badData: 65,
  /** The source or the target refuses. */
  unavailable: 69,
  /** Try again later: network, rate limit, a lease held by another run. */
  tryAgain: 75,
  /** Credentials are wrong or do not permit this. */
  permission: 77,
  /** A connector file, a secret or the environment is wrong. */
  configuration: 78,
  /** Stopped by SIGINT (Ctrl-C). */
  interrupted: 130,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];
