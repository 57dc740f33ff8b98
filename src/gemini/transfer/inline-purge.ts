import { inlineBatches, type InlineBatch } from './inline-batches.ts';
import { countOf } from '../api/json-fields.ts';
import { filesOf } from '../delivery/manifest-files.ts';
import { outcomeOf, type StepOutcome } from './part.ts';
import { countFirst } from '../delivery/purge-count.ts';
import { finishStep } from '../delivery/finish-step.ts';
import { runOperation, type DeliveryContext, type OperationRequest } from '../delivery/steps.ts';

/** Purges documents by listing their names in the requests, for artifacts that Google cannot read. */
export async function inlinePurge(delivery: DeliveryContext): Promise<StepOutcome> {
  const total = { acknowledged: 0, rejected: 0 };
  for await (const batch of inlineBatches(delivery.store, filesOf(delivery.manifest, 'deletes'))) {
    const outcome = await purgeBatch(batch, delivery);
    total.acknowledged += outcome.acknowledged;
    total.rejected += outcome.rejected;
  }
  return total;
}

async function purgeBatch({ from, lines }: InlineBatch, delivery: DeliveryContext): Promise<StepOutcome> {
  const step = `purge-rows-${from}-${from + lines.length}`;
  const judged = outcomeOf(delivery.earlier.get(step));
  if (judged !== undefined) return judged;
  if ((delivery.earlier.get(step)?.state ?? 'refused') === 'refused') {
    const range = { from, sent: lines.length };
    await countFirst(purgeOrder(`${step}-count`, lines, false, delivery), range, delivery);
  }
  const finished = await runOperation(purgeOrder(step, lines, true, delivery), delivery);
  const { metadata } = finished.operation;
  const succeeded = countOf(metadata, 'successCount') + countOf(metadata, 'ignoredCount');
  const counts = { sent: lines.length, succeeded, failed: countOf(metadata, 'failureCount') };
  return finishStep({ step, kind: 'deletes', files: [], from, counts }, finished, delivery);
}

/** The files of a purge list bare ids. A request lists full names, which are not percent-encoded as in a path. */
function purgeOrder(
  step: string,
  ids: readonly string[],
  force: boolean,
  { branch }: DeliveryContext,
): OperationRequest {
  const name = decodeURIComponent(branch);
  return {
    step,
    errorsUri: () => undefined,
    request: () => ({
      path: `${branch}/documents:purge`,
      body: { filter: '*', inlineSource: { documents: ids.map((id) => `${name}/documents/${id}`) }, force },
      quota: 'batches',
    }),
  };
}
