import type { ManifestFile } from '../../pipeline/ports/ports.ts';
import { errorsUriOf } from '../delivery/errors-folder.ts';
import { countOf } from '../api/json-fields.ts';
import { filesOf, rowsOf } from '../delivery/manifest-files.ts';
import { outcomeOf, type StepOutcome } from './part.ts';
import { countFirst } from '../delivery/purge-count.ts';
import { purgeBody, requestGroups } from '../api/requests.ts';
import { finishStep } from '../delivery/finish-step.ts';
import { runOperation, type DeliveryContext, type OperationRequest } from '../delivery/steps.ts';

/**
 * One purge for each group of files; usually there is one group.
 * @throws BridgeError GEMINI_PERMISSION if the caller may not purge, GEMINI_PURGE_UNSAFE, GEMINI_UNPROVEN and others.
 */
export async function purgeAll(delivery: DeliveryContext): Promise<StepOutcome> {
  const total = { acknowledged: 0, rejected: 0 };
  let from = 0;
  for (const [index, files] of requestGroups(filesOf(delivery.manifest, 'deletes')).entries()) {
    const outcome = await purgeFiles(files, from, `purge-${index + 1}`, delivery);
    total.acknowledged += outcome.acknowledged;
    total.rejected += outcome.rejected;
    from += rowsOf(files);
  }
  return total;
}

async function purgeFiles(
  files: readonly ManifestFile[],
  from: number,
  step: string,
  delivery: DeliveryContext,
): Promise<StepOutcome> {
  const judged = outcomeOf(delivery.earlier.get(step));
  if (judged !== undefined) return judged;
  const sent = rowsOf(files);
  // A purge that has already started was counted before.
  if ((delivery.earlier.get(step)?.state ?? 'refused') === 'refused') {
    await countFirst(purgeOrder(files, false, `${step}-count`, delivery), { from, sent }, delivery);
  }
  const finished = await runOperation(purgeOrder(files, true, step, delivery), delivery);
  const { metadata } = finished.operation;
  // Documents that did not exist are ignored by Google. They count as deleted, like the others.
  const succeeded = countOf(metadata, 'successCount') + countOf(metadata, 'ignoredCount');
  const counts = { sent, succeeded, failed: countOf(metadata, 'failureCount') };
  return finishStep({ step, kind: 'deletes', files, from, counts }, finished, delivery);
}

function purgeOrder(
  files: readonly ManifestFile[],
  force: boolean,
  step: string,
  delivery: DeliveryContext,
): OperationRequest {
  return {
    step,
    errorsUri: (attempt) => errorsUriOf(delivery.manifest, step, attempt),
    request: (errorsUri) => ({
      path: `${delivery.branch}/documents:purge`,
      body: purgeBody(files, force, errorsUri),
      quota: 'batches',
    }),
  };
}
