import type { RunCounts } from '../../pipeline/ports/ports.ts';
import type { RunStatus } from '../../pipeline/ports/state-port.ts';

/** What a page of metrics is made from, looked up anew for each page. */
export interface MetricsSource {
  /** Each connector once. */
  connectors(): Promise<readonly ConnectorMetrics[]>;
  /** What waits in the queue of pushes; connectors of which nothing waits may be left out. */
  pending(): Promise<readonly PendingPushes[]>;
  /** What this server counts by itself. */
  readonly ofServer: readonly { /** In Prometheus' text format. */ text(): Promise<string> }[];
}

/** The latest run of a connector. */
export interface ConnectorMetrics {
  readonly connectorId: string;
  readonly status: RunStatus;
  /** ISO 8601, UTC, as the two below. */
  readonly startedAt: string;
  /** Null while it is at work, or if its process died. */
  readonly finishedAt: string | null;
  readonly counts: RunCounts | null;
  /** The run that ended last failed, dry runs left out. */
  readonly failing: boolean;
  /** Of the run that changed the target last. */
  readonly committedCounts: RunCounts | null;
  /** When a run last ended as SUCCESS; null: never. */
  readonly lastSuccessAt: string | null;
  readonly running: boolean;
}

export interface PendingPushes {
  readonly connectorId: string;
  readonly batches: number;
  readonly events: number;
}
