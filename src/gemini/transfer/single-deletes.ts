import { forEachConcurrently } from '../../core/for-each-concurrently.ts';
import { toBridgeError } from '../../core/errors.ts';
import { DELETES_PARALLEL, DELETES_PER_STEP } from '../limits.ts';
import type { DeliveryStep, RejectedDocument } from '../../pipeline/ports/delivery-port.ts';
import { apiDocumentId } from '../delivery/document-id.ts';
import { filesOf, rowsOf } from '../delivery/manifest-files.ts';
import { sentDocuments } from '../delivery/sent-documents.ts';
import { detailOf, outcomeOf, type StepOutcome } from './part.ts';
import type { DeliveryContext } from '../delivery/steps.ts';

const STEP = 'deletes';

/**
 * Deletes documents one by one, for a caller that may not purge. A document that does not exist counts as deleted. The progress
 * is recorded, so that a run resumes there after its process was killed.
 * @throws BridgeError; the progress until then is recorded.
 */
export async function deleteEach(delivery: DeliveryContext): Promise<StepOutcome> {
  const { manifest, store, journal, clock } = delivery;
  const earlier = delivery.earlier.get(STEP);
  const finished = outcomeOf(earlier);
  if (finished !== undefined) return finished;
  const sent = rowsOf(filesOf(manifest, 'deletes'));
  let row = progressOf(earlier);
  let rejected = rejectedOf(earlier);
  const save = (state: DeliveryStep['state']) =>
    journal.save({
      name: STEP,
      state,
      operation: null,
      askedAt: clock.now().toISOString(),
      detail: { row, ...detailOf({ acknowledged: row - rejected, rejected }) },
    });
  await save('running');
  let batch: string[] = [];
  const flush = async () => {
    const refused = await deleteAll(batch, delivery);
    await journal.reject(refused);
    row += batch.length;
    rejected += refused.length;
    batch = [];
    await save('running');
  };
  for await (const { docId } of sentDocuments(store, { manifest, kind: 'deletes', from: row, to: sent })) {
    batch.push(docId);
    if (batch.length >= DELETES_PER_STEP) await flush();
  }
  await flush();
  await save('done');
  return { acknowledged: sent - rejected, rejected };
}

/**
 * Deletes several documents concurrently. After a failure that is not about one document alone, no further delete is started,
 * and the error is thrown only when no delete is in progress.
 * @returns the documents that were refused for a reason of their own.
 */
async function deleteAll(docIds: readonly string[], delivery: DeliveryContext): Promise<RejectedDocument[]> {
  const refused: RejectedDocument[] = [];
  await forEachConcurrently(DELETES_PARALLEL, docIds, async (docId) => {
    const reason = await deleteOne(docId, delivery);
    if (reason !== undefined) refused.push({ docId, reason, outcome: 'refused' });
  });
  return refused;
}

/** @returns Google's words if it refuses to delete this document. */
async function deleteOne(
  docId: string,
  { api, branch, signal }: DeliveryContext,
): Promise<string | undefined> {
  const path = `${branch}/documents/${apiDocumentId(docId)}`;
  try {
    await api.request({ method: 'DELETE', path, quota: 'writes', repeatable: true }, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    const error = toBridgeError(thrown);
    if (error.code === 'GEMINI_NOT_FOUND') return undefined;
    if (error.code === 'GEMINI_REFUSED' || error.code === 'GEMINI_PRECONDITION') return error.message;
    throw error;
  }
  return undefined;
}

function progressOf(step: DeliveryStep | undefined): number {
  const row = step?.detail['row'];
  return typeof row === 'number' ? row : 0;
}

function rejectedOf(step: DeliveryStep | undefined): number {
  const rejected = step?.detail['rejected'];
  return typeof rejected === 'number' ? rejected : 0;
}
