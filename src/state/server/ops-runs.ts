import type { Knex } from 'knex';
import type { DeliveryStep, RejectedDocument } from '../../pipeline/ports/delivery-port.ts';
import type { RunRow, RunStatus } from '../../pipeline/ports/state-port.ts';
import type { StateDatabase } from '../state-database.ts';
import type { RunDatabase } from './run-database.ts';
import { stepsOf } from '../run/journal.ts';
import { LISTED_COLUMNS, listedRun, type ListedRow, type ListedRun } from './listed-runs.ts';
import { rejections } from '../run/rejections.ts';
import { runRow } from '../run/runs.ts';

/** The filter of a list of runs. */
export interface RunFilter {
  /** ISO 8601, UTC; runs that started earlier are left out. */
  readonly since: string;
  /** Null: all connectors. */
  readonly connectorId: string | readonly string[] | null;
  readonly status: StatusFilter | null;
}

/** `RUNNING` is a run whose process shows signs of life; `STALLED` has the same status in the state, and shows none. */
export type StatusFilter = RunStatus | 'STALLED';

const NEWEST_FIRST = [
  { column: 'started_at', order: 'desc' },
  { column: 'run_id', order: 'desc' },
] as const;

/** Lists some runs, newest first. The runs of earlier pages are read from an index alone. */
export function pageOfRuns(
  database: RunDatabase,
  filter: RunFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<ListedRun[]> {
  return rowsOf(database, pageQuery(database, filter, page));
}

/** Adds the condition on the kind and the connector, in a form that allows the index of one connector to be used. */
function ofConnectors<Query extends Knex.QueryBuilder>(
  query: Query,
  { dialect, kind }: Pick<StateDatabase, 'dialect' | 'kind'>,
  connectorId: RunFilter['connectorId'],
): Query {
  query.where({ kind });
  if (connectorId === null) return query;
  if (typeof connectorId === 'string') query.where({ connector_id: connectorId });
  else query.whereRaw(`connector_id in (${dialect.jsonTexts})`, [JSON.stringify(connectorId)]);
  return query;
}

/** The lease that the run of the outer query holds and renews. */
function liveLease({ knex, dialect, kind }: Pick<StateDatabase, 'knex' | 'dialect' | 'kind'>) {
  const lease = knex('connector_leases')
    .select('fence')
    .where('connector_leases.kind', knex.ref('run_state.kind'))
    .where('connector_leases.run_id', knex.ref('run_state.run_id'))
    .where('expires_at', '>', knex.raw(dialect.clockMs));
  // A run of a knowledge source holds a lease of another name.
  return kind === 'knowledge_source'
    ? lease
    : lease.where('connector_leases.connector_id', knex.ref('run_state.connector_id'));
}

/** Exported for the test that checks its query plan. */
export function pageQuery(
  { knex, dialect, kind }: Pick<StateDatabase, 'knex' | 'dialect' | 'kind'>,
  { since, connectorId, status }: RunFilter,
  { limit, offset }: { readonly limit: number; readonly offset: number },
) {
  const runs = knex('run_state').select('run_id');
  const ids = ofConnectors(runs, { dialect, kind }, connectorId)
    .where(status === null ? {} : { status: status === 'STALLED' ? 'RUNNING' : status })
    .andWhere('started_at', '>=', since)
    .modify((query) => {
      if (status === 'STALLED') query.whereNotExists(liveLease({ knex, dialect, kind }));
      if (status === 'RUNNING') query.whereExists(liveLease({ knex, dialect, kind }));
    })
    .orderBy([...NEWEST_FIRST])
    .limit(limit)
    .offset(offset);
  return knex('run_state')
    .select(...LISTED_COLUMNS)
    .whereIn('run_id', ids)
    .orderBy([...NEWEST_FIRST]);
}

const NONE: Readonly<Record<RunStatus, number>> = {
  RUNNING: 0,
  SUCCESS: 0,
  HELD: 0,
  PARTIAL: 0,
  FAILED: 0,
  DRY_RUN: 0,
};

/** The number of runs of each status; the status in the filter is ignored. */
export async function countRuns(
  database: RunDatabase,
  filter: Omit<RunFilter, 'status'>,
): Promise<Record<RunStatus, number>> {
  const counts = { ...NONE };
  for (const { status, runs } of await countQuery(database, filter)) counts[status] = Number(runs);
  return counts;
}

/** The number of runs that have not ended and whose process shows no signs of life; the status in the filter is ignored. */
export async function countStalled(
  { knex, dialect, kind }: RunDatabase,
  { since, connectorId }: Omit<RunFilter, 'status'>,
): Promise<number> {
  const [answer] = await ofConnectors(
    knex('run_state').count<{ readonly runs: number | string }[]>({ runs: '*' }),
    { dialect, kind },
    connectorId,
  )
    .where({ status: 'RUNNING' })
    .andWhere('started_at', '>=', since)
    .whereNotExists(liveLease({ knex, dialect, kind }));
  return Number(answer?.runs ?? 0);
}

/**
 * Reads one index range for each status. Grouped by status instead, SQLite reads the index of all times: of 100,000 runs that
 * took 7 ms, and this takes 0.4 ms for a day. Exported for the test that checks its query plan.
 */
export function countQuery(
  { knex, dialect, kind }: StateDatabase,
  { since, connectorId }: Omit<RunFilter, 'status'>,
) {
  const runs = ofConnectors(knex('run_state').count(), { dialect, kind }, connectorId)
    .andWhere('status', knex.ref('statuses.value'))
    .andWhere('started_at', '>=', since);
  return knex
    .with('statuses', ['value'], knex.raw(dialect.jsonTexts, [JSON.stringify(Object.keys(NONE))]))
    .select<{ readonly status: RunStatus; readonly runs: number | string }[]>(
      'statuses.value as status',
      runs.as('runs'),
    )
    .from('statuses');
}

/** The newest runs of a connector. */
export function historyOf(database: RunDatabase, connectorId: string, limit: number): Promise<ListedRun[]> {
  return rowsOf(
    database,
    database
      .knex('run_state')
      .select(...LISTED_COLUMNS)
      .where({ kind: database.kind, connector_id: connectorId })
      .orderBy([...NEWEST_FIRST])
      .limit(limit),
  );
}

/** Everything that the state knows about one run. */
export interface RunDetail {
  readonly run: RunRow;
  readonly steps: readonly DeliveryStep[];
  /** Some of the rejected documents, by id; the commit of a later run deletes them. */
  readonly rejected: readonly RejectedDocument[];
}

/** @returns undefined if the run does not exist */
export async function runDetail(
  database: RunDatabase,
  runId: string,
  limits: { readonly rejected: number },
): Promise<RunDetail | undefined> {
  const row = await database.knex('run_state').where({ kind: database.kind, run_id: runId }).first();
  if (row === undefined) return undefined;
  const steps = await stepsOf(database, runId);
  const rejected = await rejections(database, runId, limits.rejected);
  return { run: runRow(row, database.onUnreadableRun), steps, rejected };
}

async function rowsOf(
  { onUnreadableRun }: RunDatabase,
  query: PromiseLike<ListedRow[]>,
): Promise<ListedRun[]> {
  const rows = await query;
  return rows.map((row) => listedRun(row, onUnreadableRun));
}
