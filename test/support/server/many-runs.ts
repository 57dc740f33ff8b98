import type { RunCounts } from '../../../src/pipeline/ports/ports.ts';
import type { RunStatus } from '../../../src/pipeline/ports/state-port.ts';
import type { Database } from '../../../src/database/database.ts';
import type { RunTable } from '../../../src/state/tables.ts';

/** SQLite takes 500 rows in the form in which knex writes them. */
const ROWS_PER_STATEMENT = 400;
const HOUR_MS = 3_600_000;

/** Among 20 runs, 16 succeed, and one each is held, partial, failed and a dry run. */
const STATUSES: readonly RunStatus[] = [
  ...Array.from({ length: 16 }, (): RunStatus => 'SUCCESS'),
  'HELD',
  'PARTIAL',
  'FAILED',
  'DRY_RUN',
];

export const connectorName = (index: number): string => `connector-${String(index).padStart(4, '0')}`;

/** Fills the state with runs as an hour-by-hour history, newest now; and with a lease for each connector. */
export async function fillRuns(
  { knex }: Database,
  { connectors, runs, now }: { readonly connectors: number; readonly runs: number; readonly now: Date },
): Promise<void> {
  const leases = Array.from({ length: connectors }, (_, index) => ({
    kind: 'connector',
    connector_id: connectorName(index),
    fence: Math.ceil(runs / connectors),
    run_id: null,
    host: 'host-1',
    pid: 4711,
    acquired_at: now.toISOString(),
    expires_at: 0,
  }));
  const rows = Array.from({ length: runs }, (_, index) => runRow(index, { connectors, runs, now }));
  await knex.batchInsert('connector_leases', leases, ROWS_PER_STATEMENT);
  await knex.batchInsert('run_state', rows, ROWS_PER_STATEMENT);
}

function runRow(
  index: number,
  { connectors, runs, now }: { readonly connectors: number; readonly runs: number; readonly now: Date },
): RunTable {
  const round = Math.floor(index / connectors);
  const fence = Math.ceil(runs / connectors) - round;
  const status = STATUSES[(index * 7 + round * 3) % STATUSES.length] ?? 'SUCCESS';
  const started = new Date(now.getTime() - (index / connectors) * HOUR_MS - 120_000);
  const finished = new Date(started.getTime() + 90_000 + (index % 17) * 1_000);
  const committed = status !== 'FAILED' && status !== 'DRY_RUN';
  const connector = connectorName(index % connectors);
  const runId = `R${String(index).padStart(7, '0')}`;
  return {
    run_id: runId,
    kind: 'connector',
    connector_id: connector,
    target: 'projects/p/locations/global/dataStores/d',
    status,
    phase: committed ? 'commit' : 'ingest',
    started_at: started.toISOString(),
    fence,
    committed_fence: committed ? fence : 0,
    finished_at: finished.toISOString(),
    counts: JSON.stringify(countsOf(status, index)),
    watermark: null,
    started_from: null,
    mapping_version: 'v1',
    source_columns: null,
    manifest_name: `connectors/${connector}/runs/${runId}/manifest.json`,
    committed_at: committed ? finished.toISOString() : null,
    hold_reason: status === 'HELD' ? '1,204 deletes are more than the limit of 100' : null,
    error:
      status === 'FAILED'
        ? JSON.stringify({
            code: 'GEMINI_QUOTA',
            message: 'The quota of import requests is used up.',
            hint: 'Wait.',
          })
        : null,
    folder: null,
    rows_seen: null,
    rows_at: null,
    phase_times: JSON.stringify({
      extract: started.toISOString(),
      publish: new Date(started.getTime() + 40_000).toISOString(),
      ingest: new Date(started.getTime() + 45_000).toISOString(),
    }),
  };
}

function countsOf(status: RunStatus, index: number): RunCounts {
  return {
    seen: 10_000 + (index % 500),
    unchanged: 9_900,
    added: index % 90,
    changed: index % 60,
    missing: 4,
    deleted: status === 'HELD' ? 0 : 4,
    held: status === 'HELD' ? 1_204 : 0,
    quarantined: index % 3,
    rejected: status === 'PARTIAL' ? 12 : 0,
  };
}
