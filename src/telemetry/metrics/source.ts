import type { RunCounts } from '../../pipeline/ports/ports.ts';
import type { RunKind, RunStatus } from '../../pipeline/ports/state-port.ts';

/** The data for a page of metrics, read again for each page. */
export interface MetricsSource {
  /** The metrics of each definition, once per definition. */
  runs(): Promise<readonly RunMetrics[]>;
  /** The depth of the push queue; connectors without waiting pushes may be left out. */
  pending(): Promise<readonly PendingPushes[]>;
  /** The metrics that this server counts itself. */
  readonly ofServer: readonly { /** In Prometheus' text format. */ text(): Promise<string> }[];
}

/** The latest run of a connector, knowledge source or app. */
export interface RunMetrics {
  /** The name of the label that has the name: a connector and an app of the same name are two series. */
  readonly kind: RunKind;
  readonly name: string;
  readonly status: RunStatus;
  /** ISO 8601, UTC, like the two below. */
  readonly startedAt: string;
  /** Null while the run is in progress, or if its process died. */
  readonly finishedAt: string | null;
  readonly counts: RunCounts | null;
  /** Whether the run that ended last failed; dry runs are ignored. */
  readonly failing: boolean;
  /** The counts of the run that changed the target last. */
  readonly committedCounts: RunCounts | null;
  /** When a run last ended as SUCCESS; null if none ever did. */
  readonly lastSuccessAt: string | null;
  readonly running: boolean;
}

export interface PendingPushes {
  readonly connectorId: string;
  readonly batches: number;
  readonly events: number;
}
