import type { Database } from './database.ts';
import { LISTED_COLUMNS, listedRun, type ListedRun } from './listed-runs.ts';

/** Where a connector stands, by its newest runs. Dry runs count for nothing. */
export interface Newest {
  /** The run that began last. */
  readonly last: ListedRun | null;
  /** The run that began last, of those that ended. */
  readonly finished: ListedRun | null;
  /** The run that changed the target last: SUCCESS, HELD or PARTIAL. */
  readonly committed: ListedRun | null;
  /** The last run of status SUCCESS. */
  readonly success: ListedRun | null;
}

/** Who has the right to run a connector, or had it last. */
export interface Holder {
  /** Null when nobody has it. */
  readonly runId: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  /** Whether it has shown signs of life within the time of a lease. */
  readonly alive: boolean;
}

/** Of every connector that ever ran, by name. A lease on a target, whose name has slashes, is none of a connector. */
export async function holders({ knex, dialect }: Database): Promise<ReadonlyMap<string, Holder>> {
  const rows = await knex('connector_leases')
    .whereNot('connector_id', 'like', '%/%')
    .select<HolderAnswer[]>(
      'connector_id',
      'run_id',
      'host',
      'pid',
      knex.raw(`case when run_id is not null and expires_at > ${dialect.clockMs} then 1 else 0 end as alive`),
    );
  return new Map(
    rows.map(({ connector_id, run_id, host, pid, alive }) => [
      connector_id,
      { runId: run_id, host, pid, alive: alive === 1 },
    ]),
  );
}

interface HolderAnswer {
  readonly connector_id: string;
  readonly run_id: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly alive: number;
}

/** The newest runs of some connectors, by name: two queries for all of them, each run found by an index. */
export async function newestRuns(
  database: Database,
  connectorIds: readonly string[],
): Promise<ReadonlyMap<string, Newest>> {
  const found = await newestQuery(database, connectorIds);
  const ids = new Set(
    found.flatMap(({ last, finished, committed, success }) => [last, finished, committed, success]),
  );
  const { knex, dialect } = database;
  const runIds = JSON.stringify([...ids].filter((id) => id !== null));
  const rows = await knex('run_state')
    .select(...LISTED_COLUMNS)
    .whereRaw(`run_id in (${dialect.jsonTexts})`, [runIds]);
  const runs = new Map(rows.map((row) => [row.run_id, listedRun(row)]));
  const runOf = (id: string | null) => (id === null ? null : (runs.get(id) ?? null));
  return new Map(
    found.map(({ connector_id, last, finished, committed, success }) => [
      connector_id,
      {
        last: runOf(last),
        finished: runOf(finished),
        committed: runOf(committed),
        success: runOf(success),
      },
    ]),
  );
}

interface NewestAnswer {
  readonly connector_id: string;
  readonly last: string | null;
  readonly finished: string | null;
  readonly committed: string | null;
  readonly success: string | null;
}

/** Exported for the test that looks at its plan. */
export function newestQuery({ knex, dialect }: Database, connectorIds: readonly string[]) {
  const newest = (name: string, condition: string, order = 'started_at desc, run_id desc') =>
    knex.raw(
      `(select run_id from run_state
        where connector_id = connectors.value and ${condition} order by ${order} limit 1) as ${name}`,
    );
  return knex
    .with('connectors', ['value'], knex.raw(dialect.jsonTexts, [JSON.stringify(connectorIds)]))
    .select<NewestAnswer[]>(
      'connectors.value as connector_id',
      newest('last', "status <> 'DRY_RUN'"),
      newest('finished', "status <> 'DRY_RUN' and finished_at is not null"),
      newest('committed', 'committed_at is not null', 'committed_at desc, started_at desc, run_id desc'),
      newest('success', "status = 'SUCCESS'"),
    )
    .from('connectors');
}
