import { DOC_ID_BYTES_MAX } from '../../core/limits.ts';
import { escapeIdPart } from '../../pipeline/document-id.ts';
import { HALF_PAIR, holdsHalfPair } from './canonical-json.ts';
import type { EventRejection } from './verdict.ts';

/** `%` that stands for itself, where only `%25` and `%3A` may be. */
const STRAY_PERCENT = /%(?!25|3A)/;

/**
 * The document id that a producer means. With the connector's name and a colon before it, it is a whole one, as answers and
 * artifacts show it, and stays as it is. Any other text is the source's own id, and is encoded as the mapping encodes a field: so
 * `hr:5` pushed to `support` is `support:hr%3A5`, which no other connector has.
 */
export function fullDocId(connector: string, given: string): string | EventRejection {
  const prefix = `${connector}:`;
  if (!given.startsWith(prefix)) {
    return given === '' ? missing('its doc_id is empty') : `${prefix}${escapeIdPart(given)}`;
  }
  if (given === prefix) return missing(`its doc_id ends behind ${prefix}`);
  if (STRAY_PERCENT.test(given)) {
    const reason = `behind ${prefix} a doc_id has % only as %25, and a colon that is no separator as %3A`;
    return { code: 'ID_INVALID', reason };
  }
  return given;
}

function missing(reason: string): EventRejection {
  return { code: 'ID_MISSING', reason };
}

/** What the state and the index cannot take as an id. */
export function idProblem(docId: string): EventRejection | undefined {
  if (Buffer.byteLength(docId) > DOC_ID_BYTES_MAX) {
    return { code: 'ID_TOO_LONG', reason: `its id has more than ${DOC_ID_BYTES_MAX} bytes` };
  }
  if (docId.includes('\0')) return { code: 'NUL_CHARACTER', reason: 'its id holds a NUL character (U+0000)' };
  if (holdsHalfPair(JSON.stringify(docId))) return { code: 'INVALID_UTF8', reason: HALF_PAIR };
  return undefined;
}
