import { createHash } from 'node:crypto';

/**
 * The SHA-256 of a chunk's text in UTF-8, as 64 hexadecimal digits in lower case. A chunk with the same hash is not embedded again.
 * Roles and titles are not part of it.
 */
export function contentHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
