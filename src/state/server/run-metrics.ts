import type { RunCounts } from '../../pipeline/ports/ports.ts';
import type { RunStatus } from '../../pipeline/ports/state-port.ts';
import { kindCondition, type StateDatabase } from '../state-database.ts';
import { delivers } from '../run/delivering-runs.ts';
import { countsOf, statusOrFailed } from '../run/readable-run.ts';
import { START_ORDER, COMMIT_ORDER, newestFirstSql } from '../run/run-order.ts';

/** The metrics of one connector's runs. Local runs are ignored where there are others. */
export interface RunMetrics {
  readonly connectorId: string;
  /** The status of the run that began last. */
  readonly status: RunStatus;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly counts: RunCounts | null;
  /** Whether the run that ended last failed; dry runs are ignored. A run in progress does not hide a failure. */
  readonly failing: boolean;
  /** The counts of the run that changed the target last: a later run that is in progress or failed has withheld nothing. */
  readonly committedCounts: RunCounts | null;
  /** When the newest run of status SUCCESS ended. */
  readonly lastSuccessAt: string | null;
  /** Whether a process holds the connector's lease and renews it. */
  readonly running: boolean;
}

interface Row {
  readonly connector_id: string;
  readonly status: RunStatus;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly counts: string | null;
  readonly failing: number | boolean | null;
  readonly committed_counts: string | null;
  readonly last_success_at: string | null;
  readonly running: number | boolean;
}

/**
 * The latest run and the latest success of each connector that ever ran, by name. An index finds each of them, and also the
 * connectors, by a skip scan from one name to the next. With 100,000 runs of 500 connectors it took 20 ms on SQLite and 40 ms on
 * Postgres, on a machine that was busy with other tasks.
 */
export async function runMetrics({ knex, dialect, kind }: StateDatabase): Promise<RunMetrics[]> {
  const ofKind = kindCondition(kind, 'one');
  const latest = (condition: string) =>
    `(select run_id from run_state as one where ${ofKind} and connector_id = connectors.id and ${condition}
      order by ${newestFirstSql(START_ORDER)} limit 1)`;
  const alike = `${delivers('one')} = ${delivers('run')}`;
  const rows = await knex
    .withRecursive('connectors', (names) => {
      void names
        .select(knex.raw('min(connector_id) as id'))
        .from('run_state')
        .where({ kind })
        .unionAll((next) => {
          void next
            .select(
              knex.raw(
                `(select min(connector_id) from run_state as one where ${ofKind} and connector_id > connectors.id)`,
              ),
            )
            .from('connectors')
            .whereNotNull('connectors.id');
        });
    })
    .select<Row[]>(
      'run.connector_id',
      'run.status',
      'run.started_at',
      'run.finished_at',
      'run.counts',
      knex.raw(
        `(select status from run_state as one
          where ${ofKind} and connector_id = connectors.id and ${alike} and status <> 'DRY_RUN' and finished_at is not null
          order by ${newestFirstSql(START_ORDER)} limit 1) = 'FAILED' as failing`,
      ),
      knex.raw(
        `(select counts from run_state as one
          where ${ofKind} and connector_id = connectors.id and ${alike} and committed_at is not null
          order by ${newestFirstSql(COMMIT_ORDER)} limit 1) as committed_counts`,
      ),
      knex.raw(
        `(select finished_at from run_state as one
          where ${ofKind} and connector_id = connectors.id and ${alike} and status = 'SUCCESS'
          order by ${newestFirstSql(START_ORDER)} limit 1) as last_success_at`,
      ),
      knex.raw(
        `exists (select 1 from connector_leases as one
          where ${ofKind} and connector_id = connectors.id and run_id is not null and expires_at > ${dialect.clockMs}) as running`,
      ),
    )
    .from('connectors')
    .joinRaw(`join run_state as run on run.run_id = coalesce(${latest(delivers('one'))}, ${latest('1 = 1')})`)
    .orderBy('connectors.id');
  return rows.map((row) => ({
    connectorId: row.connector_id,
    status: statusOrFailed(row.status),
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    counts: countsOf(row.counts) ?? null,
    failing: Boolean(row.failing),
    committedCounts: countsOf(row.committed_counts) ?? null,
    lastSuccessAt: row.last_success_at,
    running: Boolean(row.running),
  }));
}
