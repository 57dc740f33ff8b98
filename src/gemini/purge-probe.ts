import type { Api } from './api.ts';
import { branchOf, type DataStore } from './requests.ts';

/** No document of this program has this id: all of theirs have `__` in them, or begin with `sha256-`. */
const NO_DOCUMENT = 'gemini-sync-bridge-doctor';

/**
 * Asks for a purge that deletes nothing: it names one document that is not there, and is told only to count. The answer
 * proves that the caller may purge.
 * @throws BridgeError GEMINI_PERMISSION if it may not, GEMINI_* for all else
 */
export async function probePurge(store: DataStore, api: Api, signal: AbortSignal): Promise<void> {
  const branch = branchOf(store);
  const document = `${decodeURIComponent(branch)}/documents/${NO_DOCUMENT}`;
  const body = { filter: '*', inlineSource: { documents: [document] }, force: false };
  const path = `${branch}/documents:purge`;
  await api.request({ method: 'POST', path, body, quota: 'batches', repeatable: true }, signal);
}
