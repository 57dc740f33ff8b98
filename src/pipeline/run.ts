import { BridgeError, toBridgeError } from '../core/errors.ts';
import { REJECTED_SAMPLES_MAX } from './limits.ts';
import type { ColumnDrift } from './comparison/column-drift.ts';
import { commit, statusOf, type CommitOutcome } from './commit.ts';
import { DocumentSample } from './outgoing/document-sample.ts';
import type { RejectedDocument } from './ports/delivery-port.ts';
import { tellExpectedRows } from './counts/expected-rows.ts';
import { ingest } from './ingest.ts';
import type { Job, Ports } from './ports/job.ts';
import { runFolder } from './artifact/layout.ts';
import { requireOwnFolder } from './artifact/own-folder.ts';
import { planChanges, type Planner } from './plan.ts';
import type { ArtifactStore, ListingRemarks, Manifest, Phase, RunCounts } from './ports/ports.ts';
import type { FinishedStatus, Lease, RunRow, State } from './ports/state-port.ts';
import { Publisher } from './publish.ts';
import { finishEarlierRuns, readManifest, removeArtifacts, repairLatestAlone } from './recover.ts';
import { RowsSeen } from './counts/rows-seen.ts';
import { runErrorOf } from './run-error.ts';
import type { Tally } from './counts/tally.ts';

export interface RunResult {
  readonly runId: string;
  readonly status: FinishedStatus;
  readonly counts: RunCounts;
  /** `done` now, `planned` only, `written` and not sent, or `repeated`: already completed under this run id. */
  readonly work: 'done' | 'planned' | 'written' | 'repeated';
  readonly holdReason: string | null;
  readonly remarks: ListingRemarks;
  /** The name relative to the store; null for a dry run. */
  readonly manifestName: string | null;
  /** A few examples of each kind of change; absent for repeated work. */
  readonly samples: Tally['samples'] | undefined;
  /** The wanted documents that a dry run would send, as lines of `upserts.ndjson`; absent if none are wanted. */
  readonly documents?: readonly string[];
  /** The columns whose kind differs from that in the last committed run; absent for repeated work. */
  readonly drift: readonly ColumnDrift[] | undefined;
  /** A few of the documents that the destination rejected. */
  readonly rejected: readonly RejectedDocument[];
}

/**
 * Runs one connector once.
 * @param planner finds the changes: those of the source unless given
 * @throws BridgeError; then nothing is committed, and the next run starts where this one did
 */
export async function runConnector(
  job: Job,
  ports: Ports,
  signal: AbortSignal,
  planner: Planner = planChanges,
): Promise<RunResult> {
  if (job.dryRun) return plan(job, ports, planner, signal);
  const done = await ports.state.findRun(job.runId);
  if (isCommitted(done)) {
    const result = await repeated(done, job, ports);
    await repairLatestAlone(job, ports);
    return result;
  }

  const observer = new RowsSeen(ports.observer);
  const owner = { ...ports.owner, runId: job.runId };
  const lease = await ports.state.lease(job.connectorId, owner, () => observer.seen);
  try {
    const ending = AbortSignal.any([signal, lease.signal]);
    return await runLeased(job, { ...ports, observer }, lease, planner, ending);
  } finally {
    await lease.release();
  }
}

/** Finishes what earlier runs left open, and then does the work of this run. */
async function runLeased(
  job: Job,
  ports: Ports,
  lease: Lease,
  planner: Planner,
  signal: AbortSignal,
): Promise<RunResult> {
  try {
    await finishEarlierRuns(job, ports, lease, signal);
    const known = await ports.state.findRun(job.runId);
    if (isCommitted(known)) return await repeated(known, job, ports);
    await requireOwnFolder(job, ports, known);
    return await apply(job, ports, lease, planner, signal);
  } catch (thrown) {
    throw await causeOf(thrown, lease);
  }
}

/** Runs the phases extract, map and diff without writing. */
async function plan(job: Job, ports: Ports, planner: Planner, signal: AbortSignal): Promise<RunResult> {
  ports.observer.phase('extract');
  const position = await ports.state.position(job.connectorId, job.target);
  const expected = await tellExpectedRows(job, ports, position);
  const sample = new DocumentSample(job.wanted ?? { first: 0, ids: [] });
  const planned = await planner(job, { ...ports, expected }, position, sample, signal);
  const { tally, holdReason, remarks, drift } = planned;
  const counts = tally.counts();
  const { runId } = job;
  return {
    runId,
    status: statusOf(counts, remarks),
    counts,
    work: 'planned',
    holdReason,
    remarks,
    manifestName: null,
    samples: tally.samples,
    ...(job.wanted !== undefined && { documents: sample.documents }),
    drift,
    rejected: [],
  };
}

/** Runs all six phases. */
async function apply(
  job: Job,
  ports: Ports,
  lease: Lease,
  planner: Planner,
  signal: AbortSignal,
): Promise<RunResult> {
  const { state, clock, store } = ports;
  const { runId, connectorId, target } = job;
  const enter = async (phase: Phase): Promise<void> => {
    signal.throwIfAborted();
    ports.observer.phase(phase);
    await state.enterPhase(runId, phase, clock.now());
  };
  const startedAt = clock.now();
  // This comes first, because it refuses an id whose run may still need its artifacts.
  const folder = runFolder(job.prefix, runId);
  await state.beginRun({ runId, connectorId, target, startedAt, folder: `${store.root}${folder}` });
  const publisher = new Publisher(job, ports, startedAt);
  let published = false;
  try {
    await removeArtifacts(store, folder);
    await enter('extract');
    const position = await state.position(connectorId, target);
    const expected = await tellExpectedRows(job, ports, position);
    const { tally, ...planned } = await planner(job, { ...ports, expected }, position, publisher, signal);

    await enter('publish');
    const manifest = await publisher.finish({ tally, ...planned });
    published = true;

    await enter('ingest');
    const receipt = await ingest(manifest, ports, signal);

    await enter('commit');
    const outcome = job.sends
      ? await commit(manifest, receipt, job.prefix, lease, ports)
      : await closeUnsent(manifest, ports);
    const { manifestName } = publisher;
    const { holdReason, remarks, drift } = planned;
    const work = job.sends ? 'done' : 'written';
    const rejected = await rejectedSamples(runId, outcome.counts, state);
    const { samples } = tally;
    return { runId, ...outcome, work, holdReason, remarks, manifestName, samples, drift, rejected };
  } catch (thrown) {
    await publisher.abort();
    const error = await causeOf(thrown, lease);
    await recordFailure(error, job, ports, published);
    throw error;
  }
}

/** Replaces the commit when nothing was sent: the state is unchanged, so that everything is sent once sending is enabled. */
async function closeUnsent(manifest: Manifest, { state, clock }: Ports): Promise<CommitOutcome> {
  const { runId, counts, listing } = manifest;
  await state.closeUnsent(runId, { counts, finishedAt: clock.now() });
  return { status: statusOf(counts, listing), counts };
}

/**
 * A run that lost its lease fails for that reason, whatever error occurs first: a connection that a suspension broke, or a file
 * that the successor has removed. A run that is stopped by a signal ends as interrupted.
 */
async function causeOf(thrown: unknown, lease: Lease): Promise<BridgeError> {
  const error = toBridgeError(thrown);
  if (error.code === 'INTERRUPTED') return error;
  return lease.requireHeld().then(() => error, toBridgeError);
}

/** A published run that may still succeed is left for the next run to finish; any other run is closed. */
async function recordFailure(error: BridgeError, job: Job, ports: Ports, published: boolean): Promise<void> {
  // The run that took over is now responsible for this one.
  if (error.code === 'LEASE_LOST') return;
  const failure = {
    error: runErrorOf(error),
    finishedAt: ports.clock.now(),
    abandon: !published || !error.retryable,
  };
  await ports.state.failRun(job.runId, failure).catch((thrown: unknown) => {
    ports.log.warn('the failure of this run could not be recorded', {
      reason: toBridgeError(thrown).message,
    });
  });
}

interface CommittedRun extends RunRow {
  readonly status: FinishedStatus;
  readonly counts: RunCounts;
  readonly manifestName: string;
}

function isCommitted(run: RunRow | undefined): run is CommittedRun {
  const committedAt = run?.committedAt ?? null;
  return committedAt !== null && run?.counts !== null && run?.manifestName !== null;
}

/** @throws BridgeError RUN_ID_TAKEN if the id was used for other work than requested */
async function repeated(
  run: CommittedRun,
  { connectorId, target }: Job,
  { state, store }: Ports,
): Promise<RunResult> {
  const { runId, status, counts, manifestName, holdReason } = run;
  if (run.connectorId !== connectorId || run.target !== target) {
    throw new BridgeError(
      'RUN_ID_TAKEN',
      `Run id ${runId} belongs to a run of connector ${run.connectorId} into ${run.target}.`,
      { hint: 'Give each run an id of its own, or leave `--run-id` out.' },
    );
  }
  const rejected = await rejectedSamples(runId, counts, state);
  const remarks = await remarksIn(manifestName, store);
  const done = { runId, status, counts, holdReason, remarks, manifestName, rejected };
  return { ...done, work: 'repeated', samples: undefined, drift: undefined };
}

/** Returns the remarks of a run that was committed long ago; its artifacts may have been removed since. */
async function remarksIn(manifestName: string, store: ArtifactStore): Promise<ListingRemarks> {
  const manifest = await readManifest(store, manifestName).catch(() => undefined);
  return manifest?.listing ?? {};
}

function rejectedSamples(runId: string, { rejected }: RunCounts, state: State): Promise<RejectedDocument[]> {
  return rejected === 0 ? Promise.resolve([]) : state.rejections(runId, REJECTED_SAMPLES_MAX);
}
