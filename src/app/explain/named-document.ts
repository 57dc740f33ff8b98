import { BridgeError } from '../../core/errors.ts';
import { apiDocumentId, docIdOf, isDigest } from '../../gemini/delivery/document-id.ts';
import type { ExplainState } from '../../pipeline/ports/explain-state-port.ts';

/**
 * The id of a document of a connector, from the id itself or from what the API has in its place. A digest cannot be turned
 * back, so the ids of all records are read for it: some seconds for a million.
 * @returns undefined for a digest that no record has
 * @throws BridgeError USAGE for what is no id of this connector
 */
export async function documentNamed(
  given: string,
  { connectorId, target }: { readonly connectorId: string; readonly target: string },
  state: Pick<ExplainState, 'recordIds'>,
): Promise<string | undefined> {
  const start = `${connectorId}:`;
  const docId = given.includes(':') ? given : docIdOf(given);
  if (docId?.startsWith(start) === true) return docId;
  if (!isDigest(given)) throw noSuchId(given, connectorId);
  for await (const ids of state.recordIds(connectorId, target)) {
    const found = ids.find((id) => apiDocumentId(id) === given);
    if (found !== undefined) return found;
  }
  return undefined;
}

function noSuchId(given: string, connectorId: string): BridgeError {
  return new BridgeError(
    'USAGE',
    `${JSON.stringify(given)} is not a document id of connector ${connectorId}.`,
    {
      hint: `Its ids are written ${connectorId}:<id>, and in the data store ${connectorId}__<id>.`,
    },
  );
}
