import { BridgeError } from '../../core/errors.ts';
import { apiDocumentId } from './document-id.ts';
import { countOf, fieldOf } from '../api/json-fields.ts';
import { sentDocuments } from './sent-documents.ts';
import {
  endStep,
  runOperation,
  type DeliveryContext,
  type FinishedOperation,
  type OperationRequest,
} from './steps.ts';

/** The rows of deletes that a purge covers, over all files. */
interface Purged {
  readonly from: number;
  readonly sent: number;
}

/**
 * Runs a trial purge before the real one. The filter of a purge matches every document, and its combination with a list is not
 * documented. So nothing is deleted unless Google itself reports that it would delete only our documents.
 * @throws BridgeError GEMINI_PURGE_UNSAFE, and those of `operate`.
 */
export async function countFirst(
  order: OperationRequest,
  purged: Purged,
  delivery: DeliveryContext,
): Promise<void> {
  const counted = await runOperation(order, delivery);
  await requireOurs(counted, purged, delivery);
  await endStep(order.step, counted, {}, delivery);
}

async function requireOurs(
  counted: FinishedOperation,
  { from, sent }: Purged,
  delivery: DeliveryContext,
): Promise<void> {
  const { response } = counted.operation;
  const count = countOf(response, 'purgeCount');
  if (count > sent) throw unsafe(`it would delete ${count} documents, and ${sent} are to be deleted`);
  const others = sampleOf(response);
  if (others.size === 0) return;
  const { manifest, store } = delivery;
  for await (const { docId } of sentDocuments(store, { manifest, kind: 'deletes', from, to: from + sent })) {
    others.delete(apiDocumentId(docId));
    if (others.size === 0) return;
  }
  throw unsafe(`it would delete ${[...others].join(', ')}, which are not to be deleted`);
}

/** The ids of the documents that Google returns as samples. */
function sampleOf(response: unknown): Set<string> {
  const names = fieldOf(response, 'purgeSample');
  if (!Array.isArray(names)) return new Set();
  return new Set(names.map((name: unknown) => String(name).split('/').at(-1) ?? ''));
}

function unsafe(problem: string): BridgeError {
  return new BridgeError('GEMINI_PURGE_UNSAFE', `A purge was tried out and not carried out: ${problem}.`, {
    hint: 'Nothing was deleted. Please report this; until then, `deletePolicy: never_delete` lets everything else through.',
  });
}
