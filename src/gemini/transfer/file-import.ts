import { BridgeError } from '../../core/errors.ts';
import type { ManifestFile } from '../../pipeline/ports/ports.ts';
import { requireAlone } from '../../pipeline/reconcile.ts';
import { errorsUriOf } from '../delivery/errors-folder.ts';
import { countOf } from '../api/json-fields.ts';
import { filesOf, modeOf, rowsOf } from '../delivery/manifest-files.ts';
import { outcomeOf, type Part, type StepOutcome } from './part.ts';
import { importBody, requestGroups } from '../api/requests.ts';
import { finishStep } from '../delivery/finish-step.ts';
import { runOperation, type DeliveryContext } from '../delivery/steps.ts';

/**
 * One import for each group of files; usually there is one group.
 * @throws BridgeError RECONCILIATION_REFUSED if a full reconciliation would need more.
 */
export function fileImports(delivery: DeliveryContext): Part[] {
  const { manifest } = delivery;
  const groups = requestGroups(filesOf(manifest, 'upserts'));
  if (modeOf(manifest) === 'FULL' && groups.length > 1) throw tooManyFiles(manifest.runId);
  let next = 0;
  return groups.map((files, index) => {
    const from = next;
    next += rowsOf(files);
    const step = `import-${index + 1}`;
    return { kind: 'upserts', from, to: next, deliver: () => importFiles(files, from, step, delivery) };
  });
}

async function importFiles(
  files: readonly ManifestFile[],
  from: number,
  step: string,
  delivery: DeliveryContext,
): Promise<StepOutcome> {
  const judged = outcomeOf(delivery.earlier.get(step));
  if (judged !== undefined) return judged;
  const { manifest, branch } = delivery;
  const finished = await runOperation(
    {
      step,
      ...(modeOf(manifest) === 'FULL' && { permit: () => requireStillAlone(delivery) }),
      errorsUri: (attempt) => errorsUriOf(manifest, step, attempt),
      request: (errorsUri) => ({
        path: `${branch}/documents:import`,
        body: importBody(files, modeOf(manifest), errorsUri),
        quota: 'imports',
      }),
    },
    delivery,
  );
  const { metadata } = finished.operation;
  const succeeded = countOf(metadata, 'successCount');
  const counts = { sent: rowsOf(files), succeeded, failed: countOf(metadata, 'failureCount') };
  return finishStep({ step, kind: 'upserts', files, from, counts }, finished, delivery);
}

/** FULL deletes what other runs delivered before this run got the lease. @throws BridgeError RECONCILIATION_REFUSED */
function requireStillAlone({ manifest, journal }: DeliveryContext): Promise<void> {
  const { connector: connectorId, target } = manifest;
  return requireAlone({ connectorId, target }, journal);
}

function tooManyFiles(runId: string): BridgeError {
  return new BridgeError(
    'RECONCILIATION_REFUSED',
    `The listing of run ${runId} is too large for one import, and each of several would delete the documents of the others.`,
    { hint: 'Run without --reconcile-full.' },
  );
}
