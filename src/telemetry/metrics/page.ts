import { Gauge, Registry } from 'prom-client';
import type { RunStatus } from '../../pipeline/state-port.ts';
import { METRICS_PREFIX } from './names.ts';
import type { ConnectorMetrics, MetricsSource, PendingPushes } from './source.ts';

const STATUSES: readonly RunStatus[] = ['RUNNING', 'SUCCESS', 'HELD', 'PARTIAL', 'FAILED', 'DRY_RUN'];

/** The page that Prometheus reads at `/metrics`. It is made anew each time, so a connector that is gone is gone from it. */
export async function metricsPage(source: MetricsSource): Promise<{ contentType: string; body: string }> {
  const [connectors, pending] = await Promise.all([source.connectors(), source.pending()]);
  const registry = new Registry();
  const gauges = gaugesIn(registry);
  for (const connector of connectors) showRuns(gauges, connector);
  showPending(gauges, connectors, pending);
  const own = await registry.metrics();
  const ofServer = await Promise.all(source.ofServer.map((recorder) => recorder.text()));
  return { contentType: registry.contentType, body: [own, ...ofServer].join('') };
}

function gaugesIn(registry: Registry) {
  const gauge = <Label extends string = never>(name: string, help: string, ...labels: readonly Label[]) =>
    new Gauge({
      name: `${METRICS_PREFIX}${name}`,
      help,
      labelNames: ['connector', ...labels] as const,
      registers: [registry],
    });
  return {
    status: gauge('last_run_status', 'The status of the latest run: 1 for the one that it has.', 'status'),
    started: gauge('last_run_timestamp_seconds', 'When the latest run began.'),
    duration: gauge('last_run_duration_seconds', 'How long the latest run took; absent while it is at work.'),
    rows: gauge(
      'last_run_rows',
      'Rows and documents of the latest run that told, by what became of them.',
      'outcome',
    ),
    held: gauge('held_deletes', 'Deletes that the latest run withheld.'),
    quarantined: gauge('quarantined_rows', 'Rows that the latest run set aside.'),
    success: gauge('last_success_timestamp_seconds', 'When a run last ended as SUCCESS; absent: never.'),
    running: gauge('running', '1 while a run of the connector is at work.'),
    batches: gauge('push_pending_batches', 'Pushed batches that wait for a run.'),
    events: gauge('push_pending_events', 'Pushed events that wait for a run.'),
  };
}

type Gauges = ReturnType<typeof gaugesIn>;

function showRuns(gauges: Gauges, run: ConnectorMetrics): void {
  const { connectorId: connector, finishedAt, lastSuccessAt, counts } = run;
  for (const status of STATUSES) {
    gauges.status.set({ connector, status: status.toLowerCase() }, run.status === status ? 1 : 0);
  }
  const started = seconds(run.startedAt);
  gauges.started.set({ connector }, started);
  if (finishedAt !== null) gauges.duration.set({ connector }, seconds(finishedAt) - started);
  if (lastSuccessAt !== null) gauges.success.set({ connector }, seconds(lastSuccessAt));
  gauges.running.set({ connector }, run.running ? 1 : 0);
  if (counts === null) return;
  for (const [outcome, count] of Object.entries(counts)) {
    // Not known is not 0.
    if (typeof count === 'number') gauges.rows.set({ connector, outcome }, count);
  }
  gauges.held.set({ connector }, counts.held);
  gauges.quarantined.set({ connector }, counts.quarantined);
}

/** A queue that is empty is 0, so that an alert on it can end. */
function showPending(
  gauges: Gauges,
  connectors: readonly ConnectorMetrics[],
  pending: readonly PendingPushes[],
): void {
  const none = connectors.map(({ connectorId }) => ({ connectorId, batches: 0, events: 0 }));
  for (const { connectorId: connector, batches, events } of [...none, ...pending]) {
    gauges.batches.set({ connector }, batches);
    gauges.events.set({ connector }, events);
  }
}

function seconds(iso: string): number {
  return Date.parse(iso) / 1_000;
}
