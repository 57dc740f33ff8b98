import type { Database } from '../../database/database.ts';
import type { StartedRunTable } from '../tables.ts';

/** A run that the server started. */
export interface StartedRun {
  readonly runId: string;
  readonly connectorId: string;
  /** The id of the key that requested it. */
  readonly startedBy: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** null: the run is in progress, or its server was killed before the run ended. */
  readonly finishedAt: string | null;
  /** null: a signal ended the run, or it has not ended. */
  readonly exitStatus: number | null;
  /** The last log lines of the run. */
  readonly log: string;
}

export async function addStartedRun(
  { knex }: Database,
  run: Pick<StartedRun, 'runId' | 'connectorId' | 'startedBy' | 'startedAt'>,
): Promise<void> {
  await knex('started_runs').insert({
    run_id: run.runId,
    connector_id: run.connectorId,
    started_by: run.startedBy,
    started_at: run.startedAt,
    log: '',
  });
}

export async function saveRunLog({ knex }: Database, runId: string, log: string): Promise<void> {
  await knex('started_runs').where({ run_id: runId }).update({ log });
}

export async function endStartedRun(
  { knex }: Database,
  runId: string,
  end: Pick<StartedRun, 'exitStatus' | 'log'> & { readonly finishedAt: string },
): Promise<void> {
  await knex('started_runs')
    .where({ run_id: runId })
    .update({ finished_at: end.finishedAt, exit_status: end.exitStatus, log: end.log });
}

export async function findStartedRun({ knex }: Database, runId: string): Promise<StartedRun | undefined> {
  const row = await knex('started_runs').where({ run_id: runId }).first();
  return row === undefined ? undefined : startedRun(row);
}

function startedRun(row: StartedRunTable): StartedRun {
  return {
    runId: row.run_id,
    connectorId: row.connector_id,
    startedBy: row.started_by,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    exitStatus: row.exit_status,
    log: row.log,
  };
}
