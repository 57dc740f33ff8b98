import type { DeliveryDetail } from '../../pipeline/ports/delivery-port.ts';
import type { ReleasedBy } from '../../pipeline/guard.ts';
import type { Phase, RunCounts } from '../../pipeline/ports/ports.ts';
import type { OpsHeldDocuments, OpsQuarantinedRows } from './set-aside-model.ts';
import type { RunStatus } from '../../pipeline/ports/state-port.ts';

/**
 * What Ops shows, to programs and to people. Field names are those of the API responses, so that the same format is used
 * everywhere. Times are ISO 8601 in UTC. `null` means unknown or absent; it never means 0.
 */

export interface OpsError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** Whether the same run can succeed again without a change; null for a code that this version does not know. */
  readonly retryable: boolean | null;
}

export interface OpsProgress {
  /** The number of rows read from the source. */
  readonly rows: number;
  /** The last time that a heartbeat found more rows. */
  readonly at: string;
  /** The rate since the run began; null if no time has passed. */
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
  /** The duration until now for a run that has not ended. */
  readonly duration_seconds: number;
  /** Null until the run has published. */
  readonly counts: RunCounts | null;
  readonly hold_reason: string | null;
  /** What releases the deletes that this run held; null if it held none. */
  readonly released_by: ReleasedBy | null;
  readonly error: OpsError | null;
  /** How far a RUNNING run has read, according to its last heartbeat; null for an ended run, and before the first row. */
  readonly progress: OpsProgress | null;
  /** Whether the process of a RUNNING run shows signs of life; null for an ended run. */
  readonly alive: boolean | null;
  /** The run is published but not committed: the next run of the connector finishes it first. */
  readonly waits_for_next_run: boolean;
}

/** The state of a connector, by urgency. */
export type ConnectorState =
  'failing' | 'stalled' | 'held' | 'partial' | 'late' | 'running' | 'never_run' | 'ok';

export interface Freshness {
  /** The start time of the last run that changed the target: the index is as old as this. */
  readonly as_of: string | null;
  readonly age_seconds: number | null;
  /** The newest scheduled start whose grace period is over. */
  readonly last_due_at: string | null;
  readonly next_due_at: string | null;
  /** Whether a scheduled start and its grace period have passed without a commit; null without a schedule or a run. */
  readonly late: boolean | null;
  /** Seconds since the first missed start; null unless late. */
  readonly overdue_seconds: number | null;
}

export interface PendingPushes {
  readonly batches: number;
  readonly events: number;
  readonly oldest_received_at: string | null;
}

export interface OpsConnector {
  readonly connector_id: string;
  /** Null for a connector that has run but currently has no valid file in the folder. */
  readonly file: string | null;
  readonly mode: string | null;
  /** The labels in the file; empty without a file. */
  readonly labels: Readonly<Record<string, string>>;
  readonly schedule: string | null;
  readonly state: ConnectorState;
  readonly last_run: OpsRun | null;
  /** The run that ended before the current one, while that is in progress. */
  readonly previous_run: OpsRun | null;
  readonly last_success_at: string | null;
  readonly freshness: Freshness;
  /** The duration of the last run that changed the target. */
  readonly usual_seconds: number | null;
  /** The number of deletes that the same run held. */
  readonly held_deletes: number | null;
  readonly quarantined: number | null;
  readonly rejected: number | null;
  /** Null for a connector that takes no pushes and has none waiting. */
  readonly pending: PendingPushes | null;
}

export interface BrokenFile {
  readonly file: string;
  readonly line: number;
  /** The path of the field; empty for the file as a whole. */
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
    /** The share of SUCCESS among the ended runs that sent something; null if there are no such runs. */
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
    /** The number of runs that match these filters. */
    readonly total: number;
    readonly limit: number;
    readonly offset: number;
  };
}

export interface OpsQuery {
  readonly status: RunStatus | null;
  /** Selects only this connector and its runs. */
  readonly connectorId: string | null;
  /** Selects the runs of connectors that match this `nameFilter` text; the connectors and the totals are not filtered. */
  readonly runsOf: string | null;
  readonly windowHours: number;
  readonly limitRuns: number;
  readonly offsetRuns: number;
}

/** A section of a run. Extract, map and diff are one section, because rows pass through them as they arrive. */
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
  /** The detail in the destination's own words. */
  readonly detail: DeliveryDetail;
}

export interface OpsRunDetail {
  readonly generated_at: string;
  readonly run: OpsRun;
  readonly timeline: readonly TimelineStep[];
  /** The duration of the last run that changed the connector's target; null if there is none. */
  readonly usual_seconds: number | null;
  readonly committed_at: string | null;
  readonly watermark: string | null;
  readonly artifacts: {
    /** The path of the manifest, relative to the bucket. Null: nothing is published. */
    readonly manifest: string | null;
    readonly folder: string | null;
    /** The bucket in the connector's current file; null if there is no bucket, or the run was local. */
    readonly bucket: string | null;
  };
  readonly operations: readonly OpsOperation[];
  readonly rejected_documents: readonly {
    readonly doc_id: string;
    readonly reason: string;
    readonly outcome: 'refused' | 'unknown';
  }[];
  /** The first 100 documents whose deletes this run held; null if it held none, or if they are unknown. */
  readonly held_documents: OpsHeldDocuments | null;
  /** The first 100 rows that this run quarantined; null if there are none, or if they are unknown. */
  readonly quarantined_rows: OpsQuarantinedRows | null;
  /** The process of the run; null for an ended run. */
  readonly process: { readonly host: string | null; readonly pid: number | null } | null;
  readonly links: readonly OpsLink[];
  /** Commands to paste into a shell; null if the connector currently has no file. */
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

/** The settings in a connector's file, without secrets and without the contents of queries, headers and payloads. */
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
  /** The id that the producer received; it does not identify a run of the connector. */
  readonly push_run_id: string;
  readonly received_at: string;
  /** The number of accepted events. */
  readonly accepted: number;
  readonly rejected: number;
  /** The number of events that no run has delivered yet. */
  readonly waiting: number;
  /** The codes of rejected events, each once. */
  readonly refused_for: readonly string[];
}

export interface OpsConnectorDetail {
  readonly generated_at: string;
  readonly connector: OpsConnector;
  readonly facts: ConnectorFacts | null;
  /** The push URL path and the newest pushes; null for a connector that takes no pushes. */
  readonly pushes: { readonly path: string; readonly newest: readonly OpsPush[] } | null;
  /** The newest run comes first. */
  readonly history: readonly OpsRun[];
  readonly links: readonly OpsLink[];
  readonly commands: { readonly run: string | null; readonly release_deletes: string | null };
}
