import { BridgeError } from '../../core/errors.ts';
import type { Job, Ports } from '../ports/job.ts';
import { manifestName, runFolder } from './layout.ts';
import type { ArtifactStore } from '../ports/ports.ts';
import type { RunRow } from '../ports/state-port.ts';

/**
 * Requires that the folder of a run may be cleared. A manifest in it proves that a run published its artifacts, which are
 * immutable: only the leftovers of an earlier attempt that the state knows are removed. A state that was lost, or another state
 * that uses the same bucket, does not know a run that was delivered long ago.
 * @param known what the state knows of a run of this id
 * @throws BridgeError ARTIFACT_EXISTS, with nothing removed
 */
export async function requireOwnFolder(
  { prefix, runId }: Pick<Job, 'prefix' | 'runId'>,
  { store }: Pick<Ports, 'store'>,
  known: RunRow | undefined,
): Promise<void> {
  const folder = runFolder(prefix, runId);
  if (known?.folder === `${store.root}${folder}`) return;
  const name = manifestName(folder);
  if (!(await exists(store, name))) return;
  throw new BridgeError(
    'ARTIFACT_EXISTS',
    `${store.root}${name} exists, and the state does not know the run ${runId} that published it. Nothing was removed.`,
    {
      hint: 'Use another `--run-id`, or leave it out. If the state was lost, restore it from a backup: then this run id is known.',
    },
  );
}

async function exists(store: ArtifactStore, name: string): Promise<boolean> {
  try {
    await store.open(name);
    return true;
  } catch (thrown) {
    if (thrown instanceof BridgeError && thrown.code === 'ARTIFACT_MISSING') return false;
    throw thrown;
  }
}
