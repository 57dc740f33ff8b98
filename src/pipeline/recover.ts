import { toBridgeError, type BridgeError } from '../core/errors.ts';
import { commit, pointLatest, type Outcome } from './commit.ts';
import { ingest } from './ingest.ts';
import type { Job, Ports } from './job.ts';
import { latestManifest, manifestName, runFolder } from './layout.ts';
import type { ArtifactStore, Manifest } from './ports.ts';
import type { Lease, RunRow } from './state-port.ts';

type RecoverPorts = Pick<Ports, 'state' | 'store' | 'destination' | 'clock' | 'log' | 'owner'>;

/**
 * Ends what earlier runs of this connector and target left open. A published run is finished from its manifest, without
 * extracting again; one that died before is closed and its files are removed.
 * @returns the outcome of each run that was finished.
 * @throws BridgeError of a retryable code when the destination cannot be reached: then nothing newer may overtake it.
 */
export async function finishEarlierRuns(
  job: Job,
  ports: RecoverPorts,
  lease: Lease,
  signal: AbortSignal,
): Promise<Map<string, Outcome>> {
  const finished = new Map<string, Outcome>();
  for (const run of await ports.state.unfinishedRuns(job.connectorId)) {
    if (run.target !== job.target) continue;
    // A run that sends nothing sends nothing of others, either.
    if (run.manifestName !== null && !job.sends) continue;
    const outcome = await endRun(run, job, ports, lease, signal);
    if (outcome !== undefined) finished.set(run.runId, outcome);
  }
  await repairLatest(job, ports);
  return finished;
}

async function endRun(
  run: RunRow,
  job: Job,
  ports: RecoverPorts,
  lease: Lease,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  if (run.manifestName === null) {
    // In this order, because nobody would come back to clear up after a run that is closed.
    await removeArtifacts(ports.store, job.prefix, run.runId);
    await closeRun(run, ports, 'The process that ran it is gone.');
    ports.log.warn('closed a run that died before it was published', { run: run.runId });
    return undefined;
  }
  try {
    const manifest = await readManifest(ports.store, run.manifestName);
    const receipt = await ingest(manifest, ports, signal);
    const outcome = await commit(manifest, receipt, job.prefix, lease, ports);
    ports.log.info('finished a run that was published and not committed', { run: run.runId });
    return outcome;
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.retryable) throw error;
    // Giving it up is safe: the state did not move, so this run finds the same changes again.
    ports.log.warn('gave up a published run that cannot be finished', { run: run.runId, code: error.code });
    await closeRun(run, ports, error.message, error);
    return undefined;
  }
}

async function closeRun(
  run: RunRow,
  { state, clock }: RecoverPorts,
  message: string,
  cause?: BridgeError,
): Promise<void> {
  await state.failRun(run.runId, {
    error: { code: cause?.code ?? 'INTERRUPTED', message },
    finishedAt: clock.now(),
    abandon: true,
  });
}

/**
 * The last thing that `finishEarlierRuns` does, for a run that has nothing else to do: its process may have died right after
 * its commit. If the connector is being run, whoever runs it has done it before.
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
  // A run that sends nothing leaves what says what was sent.
  if (!job.sends) return;
  const last = await ports.state.lastCommitted(job.connectorId);
  if (last?.target !== job.target || last.manifestName === null) return;
  const latest = await readManifest(ports.store, latestManifest(job.prefix)).catch(() => undefined);
  if (latest?.runId === last.runId) return;
  const manifest = await readManifest(ports.store, last.manifestName).catch(() => undefined);
  if (manifest !== undefined) await pointLatest(manifest, job.prefix, ports);
}

/** Removes what a run left, its manifest first, so that it never looks whole while it goes. */
export async function removeArtifacts(store: ArtifactStore, prefix: string, runId: string): Promise<void> {
  const folder = runFolder(prefix, runId);
  await store.remove(manifestName(folder));
  await store.clear(folder);
}

/** @throws BridgeError ARTIFACT_* */
export async function readManifest(store: ArtifactStore, name: string): Promise<Manifest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await store.open(name)) chunks.push(chunk);
  // Written by this program as a Manifest, and replaced atomically: it is whole or absent.
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Manifest;
}
