import { metricsPage } from '../../telemetry/metrics/page.ts';
import { createRefusedKeyRecorder, type RefusedKeyReason } from '../../telemetry/metrics/refused-keys.ts';
import { createRequestRecorder } from '../../telemetry/metrics/requests.ts';
import { OTHER_KINDS } from '../ops/other-kind.ts';
import type { ServerState } from './server-state.ts';

/** The metrics that Prometheus scrapes. */
export interface Metrics {
  /** Counts one completed request. `route` is the pattern of the route and not the requested path. */
  record(request: {
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
  /** Counts a refused key. */
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
        async runs() {
          const kinds = ['connector', ...OTHER_KINDS] as const;
          const found = await Promise.all(
            kinds.map(async (kind) =>
              (await state.runMetrics(kind)).map(({ connectorId: name, ...run }) => ({ kind, name, ...run })),
            ),
          );
          return found.flat();
        },
        async pending() {
          const depths = await state.queueDepths();
          return [...depths].map(([connectorId, { batches, events }]) => ({ connectorId, batches, events }));
        },
        ofServer: [requests, refusedKeys],
      }),
  };
}
