import { createHash } from 'node:crypto';
import { DISCOVERY_DOCUMENT_ID_LENGTH_MAX } from '../core/limits.ts';

/**
 * A document's id as Discovery Engine accepts it, `^[a-zA-Z0-9_-]{1,128}$`; distinct ids stay distinct.
 * ASCII letters, digits and `-` stay, `:` becomes `__`, every other byte of the UTF-8 (`_` too) becomes `_` and two
 * upper-case hexadecimal digits. What would be longer is `sha256-` and the digest of the id; the other form always has
 * the `__` of the `:` after the connector, so the two never meet.
 */
export function apiDocumentId(docId: string): string {
  const readable = docId.replace(/[^a-zA-Z0-9-]/gu, escaped);
  if (readable.length <= DISCOVERY_DOCUMENT_ID_LENGTH_MAX) return readable;
  return `sha256-${createHash('sha256').update(docId).digest('hex')}`;
}

function escaped(character: string): string {
  if (character === ':') return '__';
  return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '_$&');
}
