import { Gauge, Registry } from 'prom-client';
import type { RunStatus } from '../../pipeline/ports/state-port.ts';
import { METRICS_PREFIX } from './names.ts';
import type { RunMetrics, MetricsSource, PendingPushes } from './source.ts';

const STATUSES: readonly RunStatus[] = ['RUNNING', 'SUCCESS', 'HELD', 'PARTIAL', 'FAILED', 'DRY_RUN'];

/** The page that Prometheus reads at `/metrics`. It is rebuilt for each request, so a deleted definition disappears from it. */
export async function metricsPage(source: MetricsSource): Promise<{ contentType: string; body: string }> {
  const [runs, pending] = await Promise.all([source.runs(), source.pending()]);
  const registry = new Registry();
  const gauges = gaugesIn(registry);
  for (const run of runs) showRuns(gauges, run);
  showPending(gauges, runs, pending);
  const own = await registry.metrics();
  const ofServer = await Promise.all(source.ofServer.map((recorder) => recorder.text()));
  return { contentType: registry.contentType, body: [own, ...ofServer].join('') };
}

function gaugesIn(registry: Registry) {
  const gauge = <Label extends string = never>(name: string, help: string, ...labels: readonly Label[]) =>
    new Gauge({
      name: `${METRICS_PREFIX}${name}`,
      help,
      labelNames: ['connector', 'knowledge_source', 'app', ...labels] as const,
      registers: [registry],
    });
  return {
    status: gauge('last_run_status', 'The status of the latest run: 1 for the one that it has.', 'status'),
    started: gauge('last_run_timestamp_seconds', 'When the latest run began.'),
    duration: gauge(
      'last_run_duration_seconds',
      'Duration of the latest run; absent while it is in progress.',
    ),
    rows: gauge(
      'last_run_rows',
      'Rows and documents of the latest run that told, by what became of them.',
      'outcome',
    ),
    failing: gauge('failing', '1 if the run that ended last failed, also while the next one is in progress.'),
    held: gauge('held_deletes', 'Deletes withheld by the run that changed the index last.'),
    quarantined: gauge('quarantined_rows', 'Rows set aside by the run that changed the index last.'),
    success: gauge('last_success_timestamp_seconds', 'When a run last ended as SUCCESS; absent: never.'),
    running: gauge('running', '1 while a run is in progress.'),
    batches: gauge('push_pending_batches', 'Pushed batches that wait for a run.'),
    events: gauge('push_pending_events', 'Pushed events that wait for a run.'),
  };
}

type Gauges = ReturnType<typeof gaugesIn>;

function showRuns(gauges: Gauges, run: RunMetrics): void {
  const { kind, name, finishedAt, lastSuccessAt, counts, committedCounts } = run;
  const labels = { [kind]: name };
  for (const status of STATUSES) {
    gauges.status.set({ ...labels, status: status.toLowerCase() }, run.status === status ? 1 : 0);
  }
  gauges.started.set(labels, seconds(run.startedAt));
  if (finishedAt !== null) {
    // Computed from whole milliseconds; the difference of two values in seconds has rounding noise.
    const took = Date.parse(finishedAt) - Date.parse(run.startedAt);
    gauges.duration.set(labels, took / 1_000);
  }
  if (lastSuccessAt !== null) gauges.success.set(labels, seconds(lastSuccessAt));
  gauges.running.set(labels, run.running ? 1 : 0);
  gauges.failing.set(labels, run.failing ? 1 : 0);
  for (const [outcome, count] of Object.entries(counts ?? {})) {
    // An unknown count is not 0.
    if (typeof count === 'number') gauges.rows.set({ ...labels, outcome }, count);
  }
  if (committedCounts === null) return;
  gauges.held.set(labels, committedCounts.held);
  gauges.quarantined.set(labels, committedCounts.quarantined);
}

/** Shows an empty queue as 0, so that an alert on it can resolve. */
function showPending(gauges: Gauges, runs: readonly RunMetrics[], pending: readonly PendingPushes[]): void {
  const none = runs
    .filter(({ kind }) => kind === 'connector')
    .map(({ name }) => ({ connectorId: name, batches: 0, events: 0 }));
  for (const { connectorId: connector, batches, events } of [...none, ...pending]) {
    gauges.batches.set({ connector }, batches);
    gauges.events.set({ connector }, events);
  }
}

function seconds(iso: string): number {
  return Date.parse(iso) / 1_000;
}
