import { BridgeError } from '../../core/errors.ts';
import { apiDocumentId, docIdOf, isDigest } from '../../gemini/delivery/document-id.ts';
import { escapeIdPart } from '../../pipeline/document/document-id.ts';
import type { ExplainState } from '../../pipeline/ports/explain-state-port.ts';

export interface GivenId {
  /** The id of a document, the id that the data store has for it, or the key of its row in the source. */
  readonly given: string;
  readonly connectorId: string;
  readonly target: string;
  /** The fields that ids of the connector are made of. */
  readonly idFields: readonly string[];
  /** The command that explains another id, to be pasted into a shell. */
  readonly command: (docId: string) => string;
}

/**
 * The id of the document that is meant. A digest cannot be turned back, so the ids of all records are read for it: some
 * seconds for a million.
 * @returns undefined for a digest that no record has
 * @throws BridgeError USAGE for an id of another connector, and for a key that can be meant in several ways
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
 * Completes the key of a row, which has one meaning: a key with a colon can also be an id of another connector, and one with
 * a percent sign can be encoded already.
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

/** The ids that may be meant by a key of several parts, or by one with characters that an id encodes. */
function possibleIds({ given, connectorId, idFields }: GivenId): string[] {
  if (given === '') return [];
  if (idFields.length > 1) {
    return given.split(':').length === idFields.length ? [`${connectorId}:${given}`] : [];
  }
  const encoded = `${connectorId}:${escapeIdPart(given)}`;
  const isEncoded = /%(?:25|3A)/.test(given) && !/%(?!25|3A)|:/.test(given);
  return isEncoded ? [`${connectorId}:${given}`, encoded] : [encoded];
}
