/** What an alert is about. */
interface AlertMatter {
  readonly connectorId: string;
  readonly target: string;
}

/** What is announced, and about what. */
interface AlertKey extends AlertMatter {
  /** Two troubles of one signature are the same: the status and the error's code. */
  readonly signature: string;
}

/** The right to announce something, for a minute. One of several runs has it. */
export interface AlertClaim {
  /** False once it has ended by itself, as during a suspension: another run may announce it then. */
  isHeld(): boolean;
  /** It was announced: nobody says it again for `ALERT_REPEAT_SECONDS`. */
  sent(): Promise<void>;
  /** It was sent and not answered: an alert is said again after `ALERT_UNANSWERED_SECONDS`, and a recovery not. */
  unanswered(): Promise<void>;
  /** It was not: the next run may try. */
  release(): Promise<void>;
}

/** What was announced before. Runs are short and many, so it is kept where their state is. */
export interface AlertMemory {
  /** Undefined: it was announced a while ago, or somebody is about to. */
  claimAlert(key: AlertKey): Promise<AlertClaim | undefined>;
  /**
   * To say that all is well again with the first of these matters, and with it with the others.
   * Undefined: there is no trouble that was announced and not ended.
   */
  claimRecovery(matters: readonly [AlertMatter, ...AlertMatter[]]): Promise<AlertClaim | undefined>;
  close(): Promise<void>;
}
