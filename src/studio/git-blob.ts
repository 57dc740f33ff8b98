import { createHash } from 'node:crypto';

/** The SHA-1 that Git gives to the content of a file. */
export function gitBlob(content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
