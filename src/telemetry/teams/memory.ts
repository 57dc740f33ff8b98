/** The subject of an alert. */
interface AlertMatter {
  readonly connectorId: string;
  readonly target: string;
}

/** The identity of an announcement. */
interface AlertKey extends AlertMatter {
  /** Two problems with equal signatures are the same: the signature has the status and the error's code. */
  readonly signature: string;
}

/** The right to announce something, for a minute. Only one of several runs has it. */
export interface AlertClaim {
  /** False once it has expired, for example during a suspension: another run may then make the announcement. */
  isHeld(): boolean;
  /** Records that it was announced: it is not repeated for `ALERT_REPEAT_SECONDS`. */
  sent(): Promise<void>;
  /**
   * Records that it was sent without a response: an alert is repeated after `ALERT_UNANSWERED_SECONDS`, and a recovery is not.
   */
  unanswered(): Promise<void>;
  /** Records that it was not announced: the next run may try. */
  release(): Promise<void>;
}

/** Remembers past announcements. Runs are short and frequent, so it is stored with their state. */
export interface AlertMemory {
  /** Undefined if it was announced recently, or another run is about to announce it. */
  claimAlert(key: AlertKey): Promise<AlertClaim | undefined>;
  /**
   * Claims the announcement that the first of these matters works again, which resolves the others too. Undefined if no announced
   * problem is unresolved.
   */
  claimRecovery(matters: readonly [AlertMatter, ...AlertMatter[]]): Promise<AlertClaim | undefined>;
  close(): Promise<void>;
}
