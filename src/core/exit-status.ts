/** Exit statuses are an API: an orchestrator uses them to decide whether to retry, alert or continue. */
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
   * Some rows were quarantined, documents rejected, or not all rows listed; the rest was applied. For `explain`: the
   * document is absent, or its status is unknown.
   */
  partial: 4,
  /** Bad data: the run failed. */
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
