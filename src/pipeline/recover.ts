import { toBridgeError } from '../core/errors.ts';
import { commit, pointLatest, type CommitOutcome } from './commit.ts';
import { ingest } from './ingest.ts';
import type { Job, Ports } from './ports/job.ts';
import { latestManifest, manifestName, runFolder } from './artifact/layout.ts';
import type { ArtifactStore, Manifest } from './ports/ports.ts';
import { runErrorOf } from './run-error.ts';
import type { Lease, RunError, RunRow } from './ports/state-port.ts';

type RecoverPorts = Pick<Ports, 'state' | 'store' | 'destination' | 'clock' | 'log' | 'owner'>;

/**
 * Finishes or closes the open runs of this connector. The holder of the lease knows that they are dead, whatever their target. A
 * run that died before it was published is closed and its files are removed. A published run of this target is finished from its
 * manifest, without extracting again.
 *
 * A published run of another target cannot be finished here: this run only has the connection to its own target, and possibly
 * another bucket. A run that delivers to a data store abandons it. That is safe, because the state of the old target did not
 * move: its checkpoint returns to where that run started, and the documents that it may have sent count as unknown, so a
 * connector that is moved back sends those documents again or deletes them. Otherwise it would stay open forever, and block every
 * other connector of the old data store from a full reconciliation. A `--local` run is a trial and leaves it to be finished.
 * @returns the outcome of each run that was finished
 * @throws BridgeError of a retryable code when the destination is unreachable: then no newer run may overtake it
 */
export async function finishEarlierRuns(
  job: Job,
  ports: RecoverPorts,
  lease: Lease,
  signal: AbortSignal,
): Promise<Map<string, CommitOutcome>> {
  const finished = new Map<string, CommitOutcome>();
  for (const run of await ports.state.unfinishedRuns(job.connectorId)) {
    if (run.manifestName === null) {
      await closeUnpublished(run, job, ports);
      continue;
    }
    // A run that sends nothing does not send the work of other runs, either.
    if (!job.sends) continue;
    if (run.target !== job.target) {
      if (isDataStore(job.target)) await giveUpMoved(run, job, ports);
      continue;
    }
    const outcome = await finishPublished(run, run.manifestName, job, ports, lease, signal);
    if (outcome !== undefined) finished.set(run.runId, outcome);
  }
  await repairLatest(job, ports);
  return finished;
}

/** The name of a data store has slashes; the target of `--local` has none. */
function isDataStore(target: string): boolean {
  return target.includes('/');
}

async function closeUnpublished(run: RunRow, job: Job, ports: RecoverPorts): Promise<void> {
  // The files are removed first, because no later run would clean up after a closed run.
  const left = await removeLeftovers(run, job, ports.store);
  await closeRun(run, ports, { code: 'INTERRUPTED', message: 'The process that ran it is gone.' });
  ports.log.warn('closed a run that died before it was published', {
    run: run.runId,
    ...(run.target !== job.target && { target: run.target }),
  });
  if (left !== undefined) {
    ports.log.warn('artifacts of a run that died are in another bucket and were not removed', {
      run: run.runId,
      folder: left,
      hint: 'Delete that folder: nothing in it is used.',
    });
  }
}

/**
 * Removes what a dead run wrote, also under an earlier `output.prefix`. This run has no access to another bucket.
 * @returns the folder, if it is in another bucket
 */
async function removeLeftovers(
  { runId, folder }: RunRow,
  { prefix }: Job,
  store: ArtifactStore,
): Promise<string | undefined> {
  const here = runFolder(prefix, runId);
  if (folder === null) {
    await removeArtifacts(store, here);
    return undefined;
  }
  if (!folder.startsWith(store.root)) return folder;
  await removeArtifacts(store, folder.slice(store.root.length));
  return undefined;
}

const MOVED_HINT =
  'Documents in the old data store stay there. If the connector is moved back, it sends again what is in doubt.';

async function giveUpMoved(run: RunRow, { target }: Job, ports: RecoverPorts): Promise<void> {
  await closeRun(run, ports, {
    code: 'INTERRUPTED',
    message: `Its connector delivers to ${target} now, so what it published was given up.`,
    hint: MOVED_HINT,
  });
  ports.log.warn('abandoned a published run, because its connector delivers to another target now', {
    run: run.runId,
    was: run.target,
    is: target,
    hint: MOVED_HINT,
  });
}

/** @returns undefined if the run was abandoned */
async function finishPublished(
  run: RunRow,
  manifestName: string,
  job: Job,
  ports: RecoverPorts,
  lease: Lease,
  signal: AbortSignal,
): Promise<CommitOutcome | undefined> {
  try {
    const manifest = await readManifest(ports.store, manifestName);
    const receipt = await ingest(manifest, ports, signal);
    const outcome = await commit(manifest, receipt, job.prefix, lease, ports);
    ports.log.info('finished a run that was published and not committed', { run: run.runId });
    return outcome;
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.retryable) throw error;
    // Abandoning the run is safe: the state did not move, so this run finds the same changes again.
    ports.log.warn('abandoned a published run that cannot be finished', { run: run.runId, code: error.code });
    await closeRun(run, ports, runErrorOf(error));
    return undefined;
  }
}

async function closeRun(run: RunRow, { state, clock }: RecoverPorts, error: RunError): Promise<void> {
  await state.failRun(run.runId, {
    error,
    finishedAt: clock.now(),
    abandon: true,
  });
}

/**
 * The last step of `finishEarlierRuns`, for a run that has nothing else to do: its process may have died right after its commit.
 * If another run of the connector is in progress, that run has already done it.
 */
export async function repairLatestAlone(job: Job, ports: RecoverPorts): Promise<void> {
  let lease: Lease;
  try {
    lease = await ports.state.lease(job.connectorId, { ...ports.owner, runId: job.runId });
  } catch (thrown) {
    if (toBridgeError(thrown).code === 'LEASE_HELD') return;
    throw thrown;
  }
  try {
    await repairLatest(job, ports);
  } finally {
    await lease.release();
  }
}

/** A process may die between its commit and moving `latest`. */
async function repairLatest(job: Job, ports: RecoverPorts): Promise<void> {
  // A run that sends nothing must not change the record of what was sent.
  if (!job.sends) return;
  const last = await ports.state.lastCommitted(job.connectorId);
  if (last?.target !== job.target || last.manifestName === null) return;
  const latest = await readManifest(ports.store, latestManifest(job.prefix)).catch(() => undefined);
  if (latest?.runId === last.runId) return;
  const manifest = await readManifest(ports.store, last.manifestName).catch(() => undefined);
  if (manifest !== undefined) await pointLatest(manifest, job.prefix, ports);
}

/** Removes the files of a run, its manifest first, so that it never looks complete during the removal. */
export async function removeArtifacts(store: ArtifactStore, folder: string): Promise<void> {
  await store.remove(manifestName(folder));
  await store.clear(folder);
}

/** @throws BridgeError ARTIFACT_* */
export async function readManifest(store: ArtifactStore, name: string): Promise<Manifest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await store.open(name)) chunks.push(chunk);
  // This program wrote the file as a Manifest and replaces it atomically, so it is complete or missing.
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Manifest;
}
