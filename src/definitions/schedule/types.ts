/** When the orchestrator starts runs of a definition. Runs ignore it. */
export interface ScheduleSpec {
  /** Cron expression of five fields; without it, nothing starts runs by itself. */
  readonly schedule?: string;
  /** The time zone of `schedule`, as an IANA name such as `Europe/London`; UTC by default. */
  readonly timeZone?: string;
  /** True if the schedule starts no runs for now. A person can still start one. */
  readonly paused?: boolean;
  /** Whether the last start that was missed, such as during an outage, is made up for; `last` by default. */
  readonly catchUp?: 'last' | 'none';
}

/** The time zone of a schedule that names none. */
export const DEFAULT_TIME_ZONE = 'UTC';
