import { createHash } from 'node:crypto';

/** The SHA-1 that Git gives a file with this text. */
export function gitBlob(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
