import type { RunCounts } from '../../pipeline/ports/ports.ts';
import type { FinishedStatus } from '../../pipeline/ports/state-port.ts';
import type { StateDatabase } from '../state-database.ts';
import { refuseOtherDefinition, runRow } from './runs.ts';

/** What an earlier process did under the id of a run of a knowledge source or an app. */
export interface EarlierRun {
  /** Its result; null if it failed, died or was told to wait, so that its work goes on. */
  readonly result: EarlierResult | null;
  /** Where its work began, as it was recorded; null if nothing was. */
  readonly startedFrom: string | null;
}

/** The recorded result of a run. */
export interface EarlierResult {
  readonly status: FinishedStatus;
  readonly counts: RunCounts;
  readonly holdReason: string | null;
}

/** @throws BridgeError RUN_ID_TAKEN if the id belongs to a run of another definition, of whatever kind */
export async function earlierRun(
  { knex, kind }: StateDatabase,
  runId: string,
  name: string,
): Promise<EarlierRun | undefined> {
  const row = await knex('run_state').where({ run_id: runId }).first();
  if (row === undefined) return undefined;
  refuseOtherDefinition(row, { kind, connector_id: name });
  const { status, counts, holdReason, committedAt, phase } = runRow(row);
  const isDone = committedAt !== null && phase === 'commit' && counts !== null && isFinished(status);
  return { result: isDone ? { status, counts, holdReason } : null, startedFrom: row.started_from };
}

function isFinished(status: string): status is FinishedStatus {
  return status === 'SUCCESS' || status === 'HELD' || status === 'PARTIAL';
}
