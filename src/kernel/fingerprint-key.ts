import { hash } from 'node:crypto';

/** A key of 128 bits, as two unsigned 64-bit numbers. */
export interface SipKey {
  readonly low: bigint;
  readonly high: bigint;
}

/**
 * Derives a key for SipHash.
 * @param secret keeps an author of rows from making two rows with the same fingerprint
 * @param parts everything that must change all fingerprints when it changes
 */
export function sipKey(secret: Uint8Array, parts: unknown): SipKey {
  const bytes = hash('sha256', Buffer.concat([secret, Buffer.from(JSON.stringify(parts))]), 'buffer');
  return { low: bytes.readBigUInt64LE(0), high: bytes.readBigUInt64LE(8) };
}
