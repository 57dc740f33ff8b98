import { BridgeError } from '../../core/errors.ts';
import { samplesOf } from '../delivery/failures.ts';
import { inlineBatches, type InlineBatch } from './inline-batches.ts';
import { countOf } from '../api/json-fields.ts';
import { filesOf, modeOf } from '../delivery/manifest-files.ts';
import { rejectAll, rejectSome } from '../delivery/sent-documents.ts';
import { detailOf, outcomeOf, type StepOutcome } from './part.ts';
import { endStep, runOperation, type DeliveryContext, type FinishedOperation } from '../delivery/steps.ts';
import { evaluateOperation } from '../delivery/evaluate-operation.ts';

/**
 * Imports documents inside the requests, for artifacts that Google cannot read. Each request is its own step, so a run resumes
 * at the step where a process was killed.
 * @throws BridgeError RECONCILIATION_REFUSED for a full reconciliation: each request would delete the documents of the others.
 */
export async function inlineImport(delivery: DeliveryContext): Promise<StepOutcome> {
  const { manifest, store } = delivery;
  if (modeOf(manifest) === 'FULL') throw needsFiles(manifest.runId, store.root);
  const total = { acknowledged: 0, rejected: 0 };
  for await (const batch of inlineBatches(store, filesOf(manifest, 'upserts'))) {
    const rejected = await importBatch(batch, false, delivery);
    total.rejected += rejected;
    total.acknowledged += batch.lines.length - rejected;
  }
  return total;
}

/**
 * @param again whether this run has already sent these documents, together with others
 * @returns how many of them were rejected.
 */
async function importBatch(batch: InlineBatch, again: boolean, delivery: DeliveryContext): Promise<number> {
  const { lines, from } = batch;
  const step = `import-rows-${from}-${from + lines.length}`;
  const judged = outcomeOf(delivery.earlier.get(step));
  if (judged !== undefined) return judged.rejected;
  const finished = await runOperation(
    {
      step,
      errorsUri: () => undefined,
      request: () => ({
        path: `${delivery.branch}/documents:import`,
        body: {
          inlineSource: { documents: lines.map((line): unknown => JSON.parse(line)) },
          reconciliationMode: 'INCREMENTAL',
        },
        quota: 'batches',
      }),
    },
    delivery,
  );
  const rejected = await settle(batch, again, finished, delivery);
  await endStep(step, finished, detailOf({ acknowledged: lines.length - rejected, rejected }), delivery);
  return rejected;
}

/** If failures cannot be told apart, the batch is split in halves until each failing document is alone. */
async function settle(
  batch: InlineBatch,
  again: boolean,
  { operation, attempt }: FinishedOperation,
  delivery: DeliveryContext,
): Promise<number> {
  const { lines, from } = batch;
  const sent = lines.length;
  const failed = countOf(operation.metadata, 'failureCount');
  const counts = { sent, succeeded: countOf(operation.metadata, 'successCount'), failed };
  const failures = samplesOf(operation.response);
  const range = { manifest: delivery.manifest, kind: 'upserts', from, to: from + sent } as const;
  // An earlier request may have imported a document that this one refuses.
  const refused = again || attempt.number > 1 ? 'unknown' : 'refused';
  const evaluation = evaluateOperation(counts, failures, [], refused);
  if (evaluation.proven) {
    const rejected = await rejectSome(range, evaluation, delivery);
    if (rejected === evaluation.count) return rejected;
  }
  if (sent === 1) {
    const reason = failures[0]?.reason ?? 'no reason given';
    const outcome = failed === 1 && counts.succeeded === 0 ? refused : 'unknown';
    return rejectAll(range, { reason, outcome }, delivery);
  }
  const middle = Math.ceil(sent / 2);
  const first = await importBatch({ from, lines: lines.slice(0, middle) }, true, delivery);
  return first + (await importBatch({ from: from + middle, lines: lines.slice(middle) }, true, delivery));
}

function needsFiles(runId: string, root: string): BridgeError {
  return new BridgeError(
    'RECONCILIATION_REFUSED',
    `A full reconciliation takes one import of files in Cloud Storage, and those of run ${runId} are in ${root}.`,
    { hint: 'Run without --reconcile-full.' },
  );
}
