import { randomBytes } from 'node:crypto';
import type { RecordChange } from '../ports/staged-batch.ts';
import { nonZeroLow } from './fingerprint.ts';
import { FINGERPRINT_BYTES } from './fingerprint-set.ts';

/**
 * Returns a change that puts a record in doubt: its checksum and its fingerprint equal no other, so the next run sends the
 * document again, or deletes it if the source no longer has it. It changes no record that does not exist.
 */
export function recordInDoubt(docId: string): RecordChange {
  const random = randomBytes(FINGERPRINT_BYTES);
  const high = (random.readUInt32BE(0) & 0x3fff_ffff) >>> 0;
  const low = nonZeroLow(high, random.readUInt32BE(4));
  return { docId, digest: '', high, low };
}
