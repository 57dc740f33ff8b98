import { createHash } from 'node:crypto';
import { DISCOVERY_DOCUMENT_ID_LENGTH_MAX } from '../limits.ts';

/**
 * A document's id as Discovery Engine accepts it, `^[a-zA-Z0-9_-]{1,128}$`; distinct ids stay distinct.
 * ASCII letters, digits and `-` stay, `:` becomes `__`, every other byte of the UTF-8 (`_` too) becomes `_` and two upper-case
 * hexadecimal digits. An id that would be longer becomes `sha256-` and the digest of the id. The other form always has the `__`
 * of the `:` after the connector, so the two forms never collide.
 */
export function apiDocumentId(docId: string): string {
  const readable = docId.replace(/[^a-zA-Z0-9-]/gu, escaped);
  if (readable.length <= DISCOVERY_DOCUMENT_ID_LENGTH_MAX) return readable;
  return `sha256-${createHash('sha256').update(docId).digest('hex')}`;
}

/** Whether an id of the API is the digest of a document's id. A digest cannot be decoded. */
export function isDigest(apiId: string): boolean {
  return /^sha256-[0-9a-f]{64}$/.test(apiId);
}

/** Decodes an id of Discovery Engine into the document's id; undefined if the id has another form or is a digest. */
export function docIdOf(apiId: string): string | undefined {
  if (!/^(?:[a-zA-Z0-9-]|__|_[0-9A-F]{2})+$/.test(apiId)) return undefined;
  // A `:` is a complete character, never part of one, so it may occur between the bytes of other characters.
  const bytes = apiId.replace(/__|_([0-9A-F]{2})|[a-zA-Z0-9-]/g, (character, byte: string | undefined) => {
    if (character === '__') return '3A';
    return byte ?? Buffer.from(character).toString('hex');
  });
  const docId = Buffer.from(bytes, 'hex').toString('utf8');
  return docId.includes(':') && apiDocumentId(docId) === apiId ? docId : undefined;
}

function escaped(character: string): string {
  if (character === ':') return '__';
  return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '_$&');
}
