import type {
  DeliveryDetail,
  DeliveryJournal,
  DeliveryStep,
  OpenStep,
  RejectedDocument,
} from '../../pipeline/ports/delivery-port.ts';
import type { HeldLeases } from '../../pipeline/held-leases.ts';
import type { LeaseOwner } from '../../pipeline/ports/state-port.ts';
import type { StateDatabase } from '../state-database.ts';
import type { LeaseTiming } from '../leases/leases.ts';
import { countRejected, reject } from './rejections.ts';
import { othersInto } from './records/records.ts';
import { requireOpenRun, type OwnFences } from './open-run.ts';
import { OPEN_STEP_STATES, type StepTable } from '../tables.ts';
import { acquireTargetLease } from '../leases/target-lease.ts';

/** Maps what the engine throws to errors of the state, and refuses the work once a lease of the run is lost. */
type Guard = <Args extends unknown[], Answer>(
  work: (...args: Args) => Promise<Answer>,
) => (...args: Args) => Promise<Answer>;

/** The journal of one run's delivery into its target. */
export function openJournal(
  database: StateDatabase,
  run: { readonly runId: string; readonly target: string; readonly owner: Omit<LeaseOwner, 'runId'> },
  timing: LeaseTiming & { readonly leases: HeldLeases; readonly fences: OwnFences },
  guard: Guard,
): DeliveryJournal {
  const { runId, target } = run;
  return {
    targetLease: guard((signal: AbortSignal) =>
      acquireTargetLease(database, target, { ...run.owner, runId }, timing, signal),
    ),
    steps: guard(() => stepsOf(database, runId)),
    save: guard((step: DeliveryStep) => saveStep(database, timing.fences, { runId, target }, step)),
    openSteps: guard(() => openSteps(database, runId, target)),
    settle: guard((id: number) => settle(database, id)),
    reject: guard((documents: readonly RejectedDocument[]) =>
      reject(database, timing.fences, runId, documents),
    ),
    rejected: guard(() => countRejected(database.knex, runId)),
    othersInto: guard((into: string, connectorId: string) => othersInto(database, into, connectorId)),
    note: guard((name: string) => readNote(database, target, name)),
    isRecent: guard((name: string, hours: number) => isRecentNote(database, target, name, hours)),
    remember: guard((name: string, value: string) => writeNote(database, target, name, value)),
  };
}

export async function stepsOf({ knex }: StateDatabase, runId: string): Promise<DeliveryStep[]> {
  const rows = await knex('delivery_steps').where({ run_id: runId }).orderBy('id');
  return rows.map(stepOf);
}

/** @throws BridgeError LEASE_LOST if the run was closed in the meantime, or began again elsewhere: no run would keep track of its new requests. */
async function saveStep(
  database: StateDatabase,
  fences: OwnFences,
  { runId, target }: { readonly runId: string; readonly target: string },
  step: DeliveryStep,
): Promise<void> {
  const { name, state, operation, askedAt } = step;
  const row = { target, state, operation, asked_at: askedAt, detail: JSON.stringify(step.detail) };
  await database.knex.transaction(async (transaction) => {
    await requireOpenRun(database, transaction, runId, fences);
    await transaction('delivery_steps')
      .insert({ run_id: runId, name, ...row })
      .onConflict(['run_id', 'name'])
      .merge(row);
  });
}

/** A step without a run was written by a version that allowed the run's id to be reused while the step was open. */
async function openSteps({ knex }: StateDatabase, runId: string, target: string): Promise<OpenStep[]> {
  const rows = await knex('delivery_steps')
    .where({ target })
    .whereIn('state', [...OPEN_STEP_STATES])
    .andWhere((other) => void other.whereNull('run_id').orWhereNot({ run_id: runId }))
    .orderBy('id');
  return rows.map((row) => ({ id: row.id, ...stepOf(row) }));
}

/** The step of a run that may still be finished keeps its state: the process that finishes the run checks its operation again. */
async function settle({ knex }: StateDatabase, id: number): Promise<void> {
  const waiting = knex('run_state')
    .select('run_id')
    .whereNotNull('manifest_name')
    .where({ committed_at: null });
  await knex('delivery_steps')
    .where({ id })
    .andWhere((given) => void given.whereNull('run_id').orWhereNotIn('run_id', waiting))
    .update({ state: 'done' });
}

function stepOf({ name, state, operation, asked_at, detail }: StepTable): DeliveryStep {
  return { name, state, operation, askedAt: asked_at, detail: parseDetail(detail) };
}

/** This column is written by `saveStep` only. */
const parseDetail: (json: string) => DeliveryDetail = JSON.parse;

async function readNote({ knex }: StateDatabase, target: string, name: string) {
  const row = await knex('target_notes').where({ target, name }).first();
  return row === undefined ? undefined : { value: row.value, at: row.noted_at };
}

/** Runs of one target may be on machines whose clocks differ, so the database compares times with its own clock. */
async function isRecentNote({ knex, dialect }: StateDatabase, target: string, name: string, hours: number) {
  const recent = await knex('target_notes')
    .where({ target, name })
    .where('noted_at', '>', knex.raw(dialect.clockText(-hours * 3_600)))
    .first('name');
  return recent !== undefined;
}

async function writeNote(
  { knex, dialect }: StateDatabase,
  target: string,
  name: string,
  value: string,
): Promise<void> {
  const row = { value, noted_at: knex.raw(dialect.clockText(0)) };
  await knex('target_notes')
    .insert({ target, name, ...row })
    .onConflict(['target', 'name'])
    .merge(row);
}
