import { BridgeError } from '../../core/errors.ts';
import { apiDocumentId, docIdOf, isDigest } from '../../gemini/delivery/document-id.ts';
import { escapeIdPart } from '../../pipeline/document/document-id.ts';
import type { ExplainState } from '../../pipeline/ports/explain-state-port.ts';

export interface GivenId {
  /** The id of a document, its id in the data store, or the key of its row in the source. */
  readonly given: string;
  readonly connectorId: string;
  readonly target: string;
  /** The fields that the connector's ids consist of. */
  readonly idFields: readonly string[];
  /** Returns the command that explains another id, ready to paste into a shell. */
  readonly command: (docId: string) => string;
}

/**
 * Resolves the id of the document that is meant. A digest cannot be reversed, so the ids of all records are read to find it,
 * which takes some seconds for a million records.
 * @returns undefined for a digest that no record has
 * @throws BridgeError USAGE for an id of another connector, and for an ambiguous key
 */
export async function documentNamed(
  id: GivenId,
  state: Pick<ExplainState, 'recordIds'>,
): Promise<string | undefined> {
  const { given, connectorId, target } = id;
  const docId = given.includes(':') ? given : docIdOf(given);
  if (docId?.startsWith(`${connectorId}:`) === true) return docId;
  if (!isDigest(given)) return ofKey(id, docId);
  for await (const ids of state.recordIds(connectorId, target)) {
    const found = ids.find((id) => apiDocumentId(id) === given);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Completes an unambiguous key of a row. A key with a colon can also be an id of another connector, and a key with a percent
 * sign can already be encoded.
 */
function ofKey(id: GivenId, elsewhere: string | undefined): string {
  const { given, connectorId, idFields } = id;
  const isPlain = elsewhere === undefined && given !== '' && !given.includes('%');
  if (isPlain && idFields.length === 1) return `${connectorId}:${given}`;
  throw notAnId(id);
}

function notAnId(id: GivenId): BridgeError {
  const { given, connectorId, idFields, command } = id;
  const form = `Its ids have the form ${connectorId}:${idFields.map((field) => `<${field}>`).join(':')}`;
  const commands = possibleIds(id).map(command);
  const fix = commands.length === 0 ? '' : ` For the key of a row, run: ${commands.join('  or: ')}`;
  return new BridgeError(
    'USAGE',
    `${JSON.stringify(given)} is not a document id of connector ${connectorId}.`,
    { hint: `${form}.${fix}` },
  );
}

/** The ids that a key of several parts may mean, or a key with characters that an id encodes. */
function possibleIds({ given, connectorId, idFields }: GivenId): string[] {
  if (given === '') return [];
  if (idFields.length > 1) {
    return given.split(':').length === idFields.length ? [`${connectorId}:${given}`] : [];
  }
  const encoded = `${connectorId}:${escapeIdPart(given)}`;
  const isEncoded = /%(?:25|3A)/.test(given) && !/%(?!25|3A)|:/.test(given);
  return isEncoded ? [`${connectorId}:${given}`, encoded] : [encoded];
}
