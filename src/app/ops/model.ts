import type { DeliveryDetail } from '../../pipeline/ports/delivery-port.ts';
import type { ReleasedBy } from '../../pipeline/guard.ts';
import type { Phase, RunCounts } from '../../pipeline/ports/ports.ts';
import type { OpsHeldDocuments, OpsQuarantinedRows } from './set-aside-model.ts';
import type { RunStatus } from '../../pipeline/ports/state-port.ts';

/**
 * What Ops shows, to programs and to people. Names are those of the answers of the API, so that there is one form from here
 * to the reader. Times are ISO 8601 in UTC. `null` means not known, or that there is none; it never means 0.
 */

export interface OpsError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** Whether the same run again, without a change, can succeed; null for a code that this version does not know. */
  readonly retryable: boolean | null;
}

export interface OpsProgress {
  /** Rows read from the source. */
  readonly rows: number;
  /** When a heartbeat last found more of them. */
  readonly at: string;
  /** Since the run began; null where that was no time ago. */
  readonly rows_per_second: number | null;
}

export interface OpsRun {
  readonly run_id: string;
  readonly connector_id: string;
  readonly target: string;
  readonly status: RunStatus;
  readonly phase: Phase;
  readonly started_at: string;
  readonly finished_at: string | null;
  /** Until now for a run that has not ended. */
  readonly duration_seconds: number;
  /** Known once the run has published. */
  readonly counts: RunCounts | null;
  readonly hold_reason: string | null;
  /** What releases the deletes that this run withheld; null if it withheld none. */
  readonly released_by: ReleasedBy | null;
  readonly error: OpsError | null;
  /** How far a RUNNING run has read, as its heartbeat last wrote it; null for one that ended, and before the first row. */
  readonly progress: OpsProgress | null;
  /** Whether the process of a RUNNING run shows signs of life; null for one that ended. */
  readonly alive: boolean | null;
  /** Published and not committed: the next run of the connector finishes it first. */
  readonly waits_for_next_run: boolean;
}

/** What a connector is, by what needs somebody most. */
export type ConnectorState =
  'failing' | 'stalled' | 'held' | 'partial' | 'late' | 'running' | 'never_run' | 'ok';

export interface Freshness {
  /** When the run began that changed the target last: what is in the index is as old as this. */
  readonly as_of: string | null;
  readonly age_seconds: number | null;
  /** The newest start by the schedule whose grace is over. */
  readonly last_due_at: string | null;
  readonly next_due_at: string | null;
  /** Whether a due start has passed, with its grace, and no run has committed since; null without a schedule or a run. */
  readonly late: boolean | null;
  /** Since the first start that was missed; null unless late. */
  readonly overdue_seconds: number | null;
}

export interface PendingPushes {
  readonly batches: number;
  readonly events: number;
  readonly oldest_received_at: string | null;
}

export interface OpsConnector {
  readonly connector_id: string;
  /** Null for a connector that has run and has no valid file in the folder now. */
  readonly file: string | null;
  readonly mode: string | null;
  /** Of the file; none without one. */
  readonly labels: Readonly<Record<string, string>>;
  readonly schedule: string | null;
  readonly state: ConnectorState;
  readonly last_run: OpsRun | null;
  /** While that run is in progress: the run that ended before it. */
  readonly previous_run: OpsRun | null;
  readonly last_success_at: string | null;
  readonly freshness: Freshness;
  /** How long the run took that changed the target last. */
  readonly usual_seconds: number | null;
  /** Of that run. */
  readonly held_deletes: number | null;
  readonly quarantined: number | null;
  readonly rejected: number | null;
  /** Null for a connector that takes no pushes and has none waiting. */
  readonly pending: PendingPushes | null;
}

export interface BrokenFile {
  readonly file: string;
  readonly line: number;
  /** The field; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

export interface OpsSnapshot {
  readonly generated_at: string;
  readonly window: { readonly hours: number; readonly since: string };
  readonly totals: {
    readonly runs: number;
    readonly by_status: Readonly<Record<RunStatus, number>>;
    /** SUCCESS among the runs that ended and sent something; null if there is none. */
    readonly success_rate: number | null;
    readonly connectors: number;
    readonly by_state: Readonly<Record<ConnectorState, number>>;
    readonly broken_files: number;
    readonly held_deletes: number;
    readonly pending: { readonly batches: number; readonly events: number };
  };
  readonly connectors: readonly OpsConnector[];
  readonly broken_files: readonly BrokenFile[];
  readonly runs: {
    readonly items: readonly OpsRun[];
    /** As many as there are with these filters. */
    readonly total: number;
    readonly limit: number;
    readonly offset: number;
  };
}

export interface OpsQuery {
  readonly status: RunStatus | null;
  /** Connectors and runs of this connector alone. */
  readonly connectorId: string | null;
  /** Runs of connectors that a `nameFilter` of this text matches; the connectors and the totals stay whole. */
  readonly runsOf: string | null;
  readonly windowHours: number;
  readonly limitRuns: number;
  readonly offsetRuns: number;
}

/** A stretch of a run. Extract, map and diff are one, because rows go through them as they come. */
export interface TimelineStep {
  readonly name: 'read' | 'publish' | 'ingest' | 'commit';
  readonly phases: readonly Phase[];
  readonly state: 'done' | 'current' | 'failed' | 'not_reached';
  readonly entered_at: string | null;
  readonly left_at: string | null;
  readonly duration_seconds: number | null;
}

export interface OpsOperation {
  readonly name: string;
  readonly state: 'asked' | 'running' | 'done' | 'refused';
  readonly operation: string | null;
  readonly asked_at: string;
  /** In the destination's own words. */
  readonly detail: DeliveryDetail;
}

export interface OpsRunDetail {
  readonly generated_at: string;
  readonly run: OpsRun;
  readonly timeline: readonly TimelineStep[];
  /** How long the run took that changed the connector's target last; null if there is none. */
  readonly usual_seconds: number | null;
  readonly committed_at: string | null;
  readonly watermark: string | null;
  readonly artifacts: {
    /** Relative to the bucket. Null: nothing is published. */
    readonly manifest: string | null;
    readonly folder: string | null;
    /** Of the connector's file as it is now; null if it has none, or the run was local. */
    readonly bucket: string | null;
  };
  readonly operations: readonly OpsOperation[];
  readonly rejected_documents: readonly {
    readonly doc_id: string;
    readonly reason: string;
    readonly outcome: 'refused' | 'unknown';
  }[];
  /** Documents whose deletes this run withheld, the first 100; null if it withheld none, or where that is not known. */
  readonly held_documents: OpsHeldDocuments | null;
  /** Rows that this run quarantined, the first 100; null if there are none, or where that is not known. */
  readonly quarantined_rows: OpsQuarantinedRows | null;
  /** Who runs it now; null for a run that ended. */
  readonly process: { readonly host: string | null; readonly pid: number | null } | null;
  readonly links: readonly OpsLink[];
  /** To be pasted into a shell; null if the connector has no file now. */
  readonly commands: {
    readonly run: string | null;
    readonly release_deletes: string | null;
    readonly explain: string | null;
  };
}

export interface OpsLink {
  readonly label: string;
  readonly url: string;
}

/** What a connector's file says, without secrets and without what is inside queries, headers and payloads. */
export interface ConnectorFacts {
  readonly description: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly source_type: string;
  /** The name of the secret, never its value. */
  readonly secret_ref: string | null;
  readonly delta: boolean;
  readonly target: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly access_control: 'required' | 'off';
  readonly delete_policy: string;
  readonly delete_limit: { readonly count: number; readonly ratio: number };
}

export interface OpsPush {
  /** As its producer was told it; it is no run of the connector. */
  readonly push_run_id: string;
  readonly received_at: string;
  /** Events. */
  readonly accepted: number;
  readonly rejected: number;
  /** Events that no run has delivered yet. */
  readonly waiting: number;
  /** Codes of refused events, each once. */
  readonly refused_for: readonly string[];
}

export interface OpsConnectorDetail {
  readonly generated_at: string;
  readonly connector: OpsConnector;
  readonly facts: ConnectorFacts | null;
  /** Where producers push to, and the newest pushes; null for a connector that takes none. */
  readonly pushes: { readonly path: string; readonly newest: readonly OpsPush[] } | null;
  /** Newest first. */
  readonly history: readonly OpsRun[];
  readonly links: readonly OpsLink[];
  readonly commands: { readonly run: string | null; readonly release_deletes: string | null };
}
