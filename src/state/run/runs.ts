import type { Knex } from 'knex';
import { BridgeError } from '../../core/errors.ts';
import type { Phase } from '../../pipeline/ports/ports.ts';
import type { Publication, RunRow, State } from '../../pipeline/ports/state-port.ts';
import type { StateDatabase } from '../state-database.ts';
import { abandonedRunError } from './abandoned-run-error.ts';
import { listedRun } from '../server/listed-runs.ts';
import { phaseTimesOf, type OnUnreadableRun } from './readable-run.ts';
import { isOfSuccessor, isOpen, requireRunInProgress, type OwnFences } from './open-run.ts';
import { discardClosedLoads, discardLoad, loadOf } from './records/loads.ts';
import { scopeOf } from './records/records.ts';
import { doubtDelivered, markWithdrawn } from './rejections.ts';
import { START_ORDER, COMMIT_ORDER, newestFirst } from './run-order.ts';
import { OPEN_STEP_STATES, type RunTable } from '../tables.ts';

export async function beginRun(
  database: StateDatabase,
  run: Parameters<State['beginRun']>[0],
): Promise<void> {
  const { kind } = database;
  await discardClosedLoads(database.knex, { kind, connector_id: run.connectorId });
  await database.knex.transaction(async (transaction) => {
    const earlier = await transaction('run_state').where({ run_id: run.runId }).first();
    if (earlier !== undefined) {
      refuseTakenId(earlier, { kind, connector_id: run.connectorId });
      await refuseReadId(transaction, run.runId);
      await transaction('run_state').where({ run_id: run.runId }).delete();
      await forgetDelivery(transaction, run.runId);
      await discardLoad(transaction, await loadOf(transaction, run.runId));
    }
    await transaction('staged_records').where({ run_id: run.runId }).delete();
    await transaction('run_state').insert({
      run_id: run.runId,
      kind,
      connector_id: run.connectorId,
      target: run.target,
      status: 'RUNNING',
      phase: 'extract',
      started_at: run.startedAt.toISOString(),
      fence: await newestFence(transaction, { kind, connector_id: run.connectorId }),
      folder: run.folder ?? null,
    });
  });
}

/** The definition of which a run is one execution. */
type Named = Pick<RunTable, 'kind' | 'connector_id'>;

/** Only the holder of a connector's lease begins runs of it, so the newest fence is that of its lease. */
async function newestFence(transaction: Knex.Transaction, key: Named): Promise<number> {
  const lease = await transaction('connector_leases').where(key).first('fence');
  return lease?.fence ?? 0;
}

async function forgetDelivery(transaction: Knex.Transaction, runId: string): Promise<void> {
  await transaction('delivery_steps').where({ run_id: runId }).delete();
  await transaction('rejected_documents').where({ run_id: runId }).delete();
}

/**
 * An operation of the data store may read the artifacts of a run until it ends, and a run replaces the artifacts of an earlier
 * attempt with the same id. The operation would then import or delete documents that no run has recorded, so a run that waits for
 * the operation has to finish first.
 */
async function refuseReadId(transaction: Knex.Transaction, runId: string): Promise<void> {
  const open = await transaction('delivery_steps')
    .where({ run_id: runId })
    .whereIn('state', [...OPEN_STEP_STATES])
    .first('name');
  if (open === undefined) return;
  throw new BridgeError(
    'RUN_ID_TAKEN',
    `An earlier attempt of run ${runId} was given up, and its ${open.name} may still read the artifacts of that attempt.`,
    { hint: 'Use another `--run-id`, or leave it out: that run waits for the operation to end.' },
  );
}

const OWN_ID = 'Give each run an id of its own, or leave `--run-id` out.';

/** @throws BridgeError RUN_ID_TAKEN if the id of an earlier run belongs to another definition */
export function refuseOtherDefinition(earlier: RunTable, { kind, connector_id }: Named): void {
  if (earlier.kind === kind && earlier.connector_id === connector_id) return;
  throw new BridgeError(
    'RUN_ID_TAKEN',
    `Run id ${earlier.run_id} belongs to a run of ${earlier.kind.replace('_', ' ')} ${earlier.connector_id}.`,
    { hint: OWN_ID },
  );
}

function refuseTakenId(earlier: RunTable, named: Named): void {
  refuseOtherDefinition(earlier, named);
  if (earlier.manifest_name !== null) {
    throw new BridgeError(
      'RUN_ID_TAKEN',
      `Run ${earlier.run_id} has ${earlier.committed_at === null ? 'published its artifacts' : 'been committed'} already.`,
      { hint: OWN_ID },
    );
  }
}

/** Does not change a committed run. @throws BridgeError LEASE_LOST if another process gave the run up in the meantime. */
export async function enterPhase(
  database: StateDatabase,
  fences: OwnFences,
  runId: string,
  phase: Phase,
  at: Date,
): Promise<void> {
  const key = { kind: database.kind, run_id: runId };
  await database.knex.transaction(async (transaction) => {
    const run = await transaction('run_state').where(key).first();
    if (run !== undefined && run.committed_at !== null) return;
    if (run === undefined || !isOpen(run) || isOfSuccessor(run, fences)) throw abandonedRunError(runId);
    const times = { [phase]: at.toISOString(), ...phaseTimesOf(run.phase_times) };
    await transaction('run_state')
      .where(key)
      .update({ phase, phase_times: JSON.stringify(times) });
  });
}

/** @throws BridgeError LEASE_LOST if another process gave the run up in the meantime. */
export async function published(
  database: StateDatabase,
  fences: OwnFences,
  runId: string,
  publication: Publication,
): Promise<void> {
  await database.knex.transaction(async (transaction) => {
    await requireRunInProgress(database, transaction, runId, fences);
    await transaction('run_state')
      .where({ run_id: runId })
      .update({
        manifest_name: publication.manifestName,
        counts: JSON.stringify(publication.counts),
        watermark: publication.watermark,
        started_from: publication.startedFrom,
        mapping_version: publication.mappingVersion,
        source_columns: JSON.stringify(publication.columns),
        hold_reason: publication.holdReason,
      });
  });
}

/** Leaves a run alone that another process began again under its id. */
export async function failRun(
  database: StateDatabase,
  fences: OwnFences,
  runId: string,
  failure: Parameters<State['failRun']>[1],
): Promise<void> {
  const load = await database.knex.transaction(async (transaction) => {
    const run = await transaction('run_state')
      .where({ kind: database.kind, run_id: runId, committed_at: null })
      .first();
    if (run === undefined || isOfSuccessor(run, fences)) return undefined;
    // No process can finish a run that was not published, so its changes are useless.
    const abandon = failure.abandon || run.manifest_name === null;
    if (abandon) await dropStaged(database, transaction, run);
    await transaction('run_state')
      .where({ run_id: runId })
      .update({
        status: 'FAILED',
        finished_at: failure.finishedAt.toISOString(),
        error: JSON.stringify(failure.error),
        manifest_name: abandon ? null : run.manifest_name,
      });
    return abandon ? loadOf(transaction, runId) : undefined;
  });
  // Once the run is closed: a run that could still be finished must not lose a part of what it loaded.
  await discardLoad(database.knex, load);
}

async function dropStaged(
  { dialect }: StateDatabase,
  transaction: Knex.Transaction,
  run: RunTable,
): Promise<void> {
  // The plan of a published run is complete and within the limits of the quarantine, whether or not its delivery began.
  if (run.manifest_name !== null) {
    await markWithdrawn(transaction, await scopeOf(transaction, run), run.run_id, 'all');
  }
  const begun = await transaction('delivery_steps')
    .where({ run_id: run.run_id })
    .whereNot({ state: 'refused' })
    .first('id');
  if (begun !== undefined) {
    const scope = await scopeOf(transaction, run);
    await doubtDelivered(dialect, transaction, scope, run.run_id);
    // It may have read more rows than the checkpoint shows: those must be read again, too.
    await transaction('connector_checkpoints').where({ id: scope }).update({ watermark: run.started_from });
  }
  await transaction('staged_records').where({ run_id: run.run_id }).delete();
}

export async function closeUnsent(
  database: StateDatabase,
  fences: OwnFences,
  runId: string,
  { counts, finishedAt }: Parameters<State['closeUnsent']>[1],
): Promise<void> {
  const load = await database.knex.transaction(async (transaction) => {
    await requireRunInProgress(database, transaction, runId, fences);
    await transaction('staged_records').where({ run_id: runId }).delete();
    await transaction('run_state')
      .where({ run_id: runId })
      .update({ status: 'DRY_RUN', counts: JSON.stringify(counts), finished_at: finishedAt.toISOString() });
    return loadOf(transaction, runId);
  });
  await discardLoad(database.knex, load);
}

export async function findRun(database: StateDatabase, runId: string): Promise<RunRow | undefined> {
  const run = await database.knex('run_state').where({ kind: database.kind, run_id: runId }).first();
  return run === undefined ? undefined : runRow(run);
}

export async function unfinishedRuns(database: StateDatabase, connectorId: string): Promise<RunRow[]> {
  const runs = await database
    .knex('run_state')
    .where({ kind: database.kind, connector_id: connectorId, committed_at: null })
    .andWhere((either) => void either.whereNull('finished_at').orWhereNotNull('manifest_name'))
    .orderBy([...START_ORDER]);
  return runs.map((run) => runRow(run));
}

export async function lastCommitted(
  database: StateDatabase,
  connectorId: string,
): Promise<RunRow | undefined> {
  const run = await database
    .knex('run_state')
    .where({ kind: database.kind, connector_id: connectorId })
    .whereNotNull('committed_at')
    .orderBy(newestFirst(COMMIT_ORDER))
    .first();
  return run === undefined ? undefined : runRow(run);
}

export function runRow(run: RunTable, onUnreadable?: OnUnreadableRun): RunRow {
  const { watermark, folder, phase_times: times } = run;
  return { ...listedRun(run, onUnreadable), watermark, phaseTimes: phaseTimesOf(times), folder };
}
