import { samplesOf } from './failures.ts';
import { inlineBatches, type InlineBatch } from './inline-batches.ts';
import { countOf } from './json-fields.ts';
import { filesOf } from './manifest-files.ts';
import { rejectBy } from './sent-documents.ts';
import { detailOf, outcomeOf, type StepOutcome } from './part.ts';
import { endStep, operate, type Delivery, type Finished } from './steps.ts';
import { judge } from './verdict.ts';

/**
 * Imports documents inside the requests, for artifacts that Google cannot read. Each request is a step of its own, so a
 * killed process goes on with the one that it was at.
 */
export async function inlineImport(delivery: Delivery): Promise<StepOutcome> {
  const total = { acknowledged: 0, rejected: 0 };
  for await (const batch of inlineBatches(delivery.store, filesOf(delivery.manifest, 'upserts'), 0)) {
    const rejected = await importBatch(batch, delivery);
    total.rejected += rejected;
    total.acknowledged += batch.lines.length - rejected;
  }
  return total;
}

/** @returns how many of its documents were rejected. */
async function importBatch(batch: InlineBatch, delivery: Delivery): Promise<number> {
  const { lines, from } = batch;
  const step = `import-rows-${from}-${from + lines.length}`;
  const judged = outcomeOf(delivery.earlier.get(step));
  if (judged !== undefined) return judged.rejected;
  const finished = await operate(
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
  const rejected = await settle(batch, finished, delivery);
  await endStep(step, finished, detailOf({ acknowledged: lines.length - rejected, rejected }), delivery);
  return rejected;
}

/** Failures that cannot be told apart are looked for in halves, until each stands alone. */
async function settle(batch: InlineBatch, { operation }: Finished, delivery: Delivery): Promise<number> {
  const { lines, from } = batch;
  const { metadata } = operation;
  const sent = lines.length;
  const counts = {
    sent,
    succeeded: countOf(metadata, 'successCount'),
    failed: countOf(metadata, 'failureCount'),
  };
  const failures = samplesOf(operation.response);
  const { manifest } = delivery;
  const range = { manifest, kind: 'upserts', from, to: from + sent } as const;
  if (sent === 1 && counts.failed === 1) {
    const reason = failures[0]?.reason ?? 'no reason given';
    return rejectBy({ proven: true, rejection: () => ({ reason, outcome: 'refused' }) }, range, delivery);
  }
  const verdict = judge(counts, failures, [], 'refused');
  if (verdict.proven || sent === 1) {
    const rejected = await rejectBy(verdict, range, delivery);
    if (rejected >= counts.failed) return rejected;
  }
  const middle = Math.ceil(sent / 2);
  const first = await importBatch({ from, lines: lines.slice(0, middle) }, delivery);
  return first + (await importBatch({ from: from + middle, lines: lines.slice(middle) }, delivery));
}
