import { BridgeError } from '../../core/errors.ts';
import { DISCOVERY_DOCUMENTS_PER_PAGE } from '../limits.ts';
import type { Api } from './api.ts';
import { fieldOf, textOf } from './json-fields.ts';
import { branchOf, type DataStore } from './requests.ts';

/** Google's APIs leave out everything that is not named here: otherwise a page would contain the text of 1,000 documents. */
const IDS_ONLY = 'nextPageToken,documents/id';

/**
 * Yields the ids of all documents of a data store, page by page, in an order that Google does not document. A data store with
 * access control refuses this request.
 * @throws BridgeError GEMINI_*
 */
export async function* listDocumentIds(
  store: DataStore,
  api: Api,
  signal: AbortSignal,
): AsyncIterable<string[]> {
  const path = `${branchOf(store)}/documents`;
  let pageToken: string | undefined;
  do {
    const query = {
      pageSize: String(DISCOVERY_DOCUMENTS_PER_PAGE),
      fields: IDS_ONLY,
      ...(pageToken !== undefined && { pageToken }),
    };
    const page = await api.request({ method: 'GET', path, query, quota: 'reads', repeatable: true }, signal);
    yield idsOf(page);
    const next = textOf(page, 'nextPageToken');
    if (next !== undefined && next !== '' && next === pageToken) throw endless(path);
    pageToken = next === '' ? undefined : next;
  } while (pageToken !== undefined);
}

function idsOf(page: unknown): string[] {
  const documents = fieldOf(page, 'documents') ?? [];
  if (!Array.isArray(documents)) throw unreadable();
  return documents.map((document: unknown) => {
    const id = textOf(document, 'id');
    if (id === undefined) throw unreadable();
    return id;
  });
}

const NEWER_VERSION = 'If this persists, a newer version of gemini-sync-bridge may understand it.';

function unreadable(): BridgeError {
  return new BridgeError(
    'GEMINI_REFUSED',
    'Discovery Engine answered with a list of documents that have no ids.',
    {
      hint: NEWER_VERSION,
    },
  );
}

function endless(path: string): BridgeError {
  return new BridgeError('GEMINI_REFUSED', `Discovery Engine gave the same page of ${path} twice.`, {
    hint: NEWER_VERSION,
  });
}
