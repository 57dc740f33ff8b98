import { BridgeError } from '../../core/errors.ts';
import type { ManifestFile } from '../../pipeline/ports/ports.ts';
import { errorsFolder } from './errors-folder.ts';
import { readFailures } from './failures.ts';
import { modeOf } from './manifest-files.ts';
import { detailOf, type StepOutcome } from '../transfer/part.ts';
import { rejectAll, rejectSome } from './sent-documents.ts';
import { endStep, type DeliveryContext, type FinishedOperation } from './steps.ts';
import { evaluateOperation, type OperationCounts } from './evaluate-operation.ts';

/** What a step sent, and the counts that Google reported. */
export interface CountedStep {
  readonly step: string;
  readonly kind: 'upserts' | 'deletes';
  readonly files: readonly ManifestFile[];
  /** The position of its first row, over all files of its kind. */
  readonly from: number;
  readonly counts: OperationCounts;
}

/**
 * Evaluates a finished operation: writes every document that is not proven to have succeeded to the journal, and then ends the
 * step.
 * @throws BridgeError GEMINI_UNPROVEN when no document that it sent is proven.
 */
export async function finishStep(
  { step, kind, files, from, counts }: CountedStep,
  finished: FinishedOperation,
  delivery: DeliveryContext,
): Promise<StepOutcome> {
  const { manifest, store } = delivery;
  const { operation, attempt } = finished;
  const { sent, failed } = counts;
  const folder = errorsFolder(manifest, step, attempt);
  const failures = failed === 0 ? [] : await readFailures(folder, operation.response, delivery);
  // A FULL import may have removed a document that it failed to import, and an earlier attempt may have imported it.
  const refused = modeOf(manifest) === 'FULL' || attempt.number > 1 ? 'unknown' : 'refused';
  const evaluation = evaluateOperation(counts, failures, files, refused);
  const range = { manifest, kind, from, to: from + sent };
  let rejected = evaluation.proven ? await rejectSome(range, evaluation, delivery) : 0;
  let unproven = evaluation.proven ? undefined : evaluation.reason;
  if (evaluation.proven && rejected !== evaluation.count) {
    unproven = `${failed} documents failed, and Google names others than were sent`;
  }
  if (unproven !== undefined) {
    rejected = await rejectAll(range, { reason: unproven, outcome: 'unknown' }, delivery);
  }
  const outcome = { acknowledged: sent - rejected, rejected };
  await endStep(step, finished, detailOf(outcome), delivery);
  if (unproven === undefined) return outcome;
  const name = operation.name === '' ? 'the operation' : operation.name;
  throw new BridgeError('GEMINI_UNPROVEN', `None of the ${sent} ${kind} of ${step} counts: ${unproven}.`, {
    hint: `The next run sends these documents again. What Google wrote about the failures of ${name}, if anything, is below ${store.root}${folder}.`,
  });
}
