import type { Right } from '../core/secrets/access-key.ts';
import type { DeliveryStep, RejectedDocument } from '../pipeline/ports/delivery-port.ts';
import type { Phase } from '../pipeline/ports/ports.ts';
import type { StagedOp } from '../pipeline/ports/staged-batch.ts';
import type { RunKind, RunStatus } from '../pipeline/ports/state-port.ts';
import type { StoredBytes } from './stored-bytes.ts';

interface CheckpointTable {
  id: number;
  kind: RunKind;
  /** The name of the definition, of any kind. */
  connector_id: string;
  target: string;
  watermark: string | null;
  mapping_version: string | null;
  source_columns: string | null;
  /** The secret of the fingerprints of its records; null until the first run that needs it. */
  fingerprint_key: StoredBytes | null;
  updated_at: string;
}

export interface RunTable {
  run_id: string;
  kind: RunKind;
  /** The name of the definition, of any kind. */
  connector_id: string;
  target: string;
  status: RunStatus;
  phase: Phase;
  started_at: string;
  /** The fence of the lease under which the run began; 0 for runs from before fences were kept. */
  fence: number;
  /** The fence of the lease under which the run was committed; 0 if it was not, or before fences were kept. */
  committed_fence: number;
  finished_at: string | null;
  counts: string | null;
  watermark: string | null;
  started_from: string | null;
  mapping_version: string | null;
  source_columns: string | null;
  manifest_name: string | null;
  committed_at: string | null;
  hold_reason: string | null;
  error: string | null;
  phase_times: string | null;
  /** The URI of its artifacts; null if it writes none, or is from an older version. */
  folder: string | null;
  /** The number of rows at the last heartbeat of the run; Postgres returns a bigint as text. */
  rows_seen: number | string | null;
  /** When a heartbeat last found more rows, by the clock of the database. */
  rows_at: string | null;
}

/** What a lease protects: `target` for a delivery, with the target as its name. */
export type LeaseKind = RunKind | 'target';

export interface LeaseTable {
  kind: LeaseKind;
  /** The name of the definition or target, of any kind. */
  connector_id: string;
  fence: number;
  run_id: string | null;
  host: string | null;
  pid: number | null;
  acquired_at: string | null;
  expires_at: number;
}

interface RecordTable {
  scope_id: number;
  doc_id: string;
  /** The bytes of a SHA-256; all 0 for a record in doubt. */
  checksum: Buffer;
  fingerprint: Buffer;
  /** 1: soft-deleted; 2: withdrawn. */
  soft_deleted: number;
  run_id: string;
}

/** A load that is not committed yet; see `loads.ts`. */
interface LoadTable {
  id: number;
  run_id: string;
}

interface StagedTable {
  run_id: string;
  op: StagedOp;
  doc_id: string;
}

/** The states of a step whose operation may be in progress. */
export const OPEN_STEP_STATES = ['asked', 'running'] as const satisfies DeliveryStep['state'][];

export interface StepTable {
  id: number;
  run_id: string | null;
  name: string;
  target: string;
  state: DeliveryStep['state'];
  operation: string | null;
  asked_at: string;
  detail: string;
}

interface RejectedTable {
  run_id: string;
  doc_id: string;
  reason: string;
  outcome: RejectedDocument['outcome'];
}

interface NoteTable {
  target: string;
  name: string;
  value: string;
  noted_at: string;
}

export interface StartedRunTable {
  run_id: string;
  connector_id: string;
  started_by: string;
  started_at: string;
  finished_at: string | null;
  exit_status: number | null;
  log: string;
}

interface PushBatchTable {
  /** Postgres returns a bigint as text. */
  id: number | string;
  push_run_id: string;
  connector_id: string;
  idempotency_key: string | null;
  body_checksum: string;
  status: 'pending' | 'done';
  received_at: string;
  expires_at: string;
  answer: string;
  accepted: number;
  rejected: number;
  waiting: number;
  /** The number of events that were older than the known versions, until a run counts them. */
  older: number;
  run_id: string | null;
  /** In Postgres: the packed events as `foldedEvents` writes them, until a run unpacks them into `push_events`. */
  folded: string | null;
  /** The name of the key that sent it; null for pushes to older versions. */
  pushed_by: string | null;
}

interface RefusedPushTable {
  connector_id: string;
  pushed_by: string;
  code: string;
  reason: string;
  pushes: number;
  /** Postgres returns a bigint as text. */
  events: number | string;
  first_at: string;
  last_at: string;
  expires_at: string;
}

interface PushEventTable {
  batch_id: number | string;
  seq: number;
  doc_id: string;
  op: 'UPSERT' | 'DELETE';
  document: string | null;
}

interface PushVersionTable {
  connector_id: string;
  doc_id: string;
  /** The version that `versionOf` derives from `updated_at`. */
  version: string;
  op: 'UPSERT' | 'DELETE';
  /** By the clock of the database. Postgres returns a bigint as text. */
  noted_ms: number | string;
}

interface AlertTable {
  kind: RunKind;
  /** The name of the definition, of any kind. */
  connector_id: string;
  target: string;
  signature: string;
  claimed_by: string | null;
  claimed_at: number | null;
  sent_at: number | null;
  unresolved: number;
}

export interface AccessKeyTable {
  id: string;
  name: string;
  rights: Right;
  connector_id: string | null;
  hash: string;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
}

interface ServerSecretTable {
  name: string;
  value: string;
  made_at: string;
}

interface EndedSessionTable {
  session_id: string;
  forget_at: string;
}

declare module 'knex/types/tables.js' {
  interface Tables {
    connector_checkpoints: CheckpointTable;
    run_state: RunTable;
    connector_leases: LeaseTable;
    record_state: RecordTable;
    record_loads: LoadTable;
    staged_records: StagedTable;
    delivery_steps: StepTable;
    rejected_documents: RejectedTable;
    target_notes: NoteTable;
    started_runs: StartedRunTable;
    push_batches: PushBatchTable;
    push_events: PushEventTable;
    push_versions: PushVersionTable;
    refused_pushes: RefusedPushTable;
    /** A view of the events that are still packed. */
    folded_events: PushEventTable & { connector_id: string };
    /** A view of `push_events` and `folded_events` together. */
    waiting_events: PushEventTable;
    alert_state: AlertTable;
    access_keys: AccessKeyTable;
    server_secrets: ServerSecretTable;
    ended_sessions: EndedSessionTable;
    knex_migrations: { name: string };
  }
}
