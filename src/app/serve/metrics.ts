import { metricsPage } from '../../telemetry/metrics/page.ts';
import { createRefusedKeyRecorder, type RefusedKeyReason } from '../../telemetry/metrics/refused-keys.ts';
import { createRequestRecorder } from '../../telemetry/metrics/requests.ts';
import type { ServerState } from './server-state.ts';

/** What Prometheus reads. */
export interface Metrics {
  /** Counts one answered request. `route` is the pattern, and not the path that was asked for. */
  record(request: {
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
  /** Counts a key that was refused. */
  refusedKey(reason: RefusedKeyReason): void;
  /** @throws BridgeError STATE_* */
  page(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export function createMetrics(state: Pick<ServerState, 'runMetrics' | 'queueDepths'>): Metrics {
  const requests = createRequestRecorder();
  const refusedKeys = createRefusedKeyRecorder();
  return {
    record: (request) => {
      requests.record(request);
    },
    refusedKey: (reason) => {
      refusedKeys.record(reason);
    },
    page: () =>
      metricsPage({
        connectors: () => state.runMetrics(),
        async pending() {
          const depths = await state.queueDepths();
          return [...depths].map(([connectorId, { batches, events }]) => ({ connectorId, batches, events }));
        },
        ofServer: [requests, refusedKeys],
      }),
  };
}
