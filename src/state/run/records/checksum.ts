import { CHECKSUM_BYTES } from '../../../pipeline/ports/staged-batch.ts';

/** The checksum of a record in doubt, as it is stored; no document has it. */
export const CHECKSUM_IN_DOUBT = Buffer.alloc(CHECKSUM_BYTES);

const HEX_IN_DOUBT = CHECKSUM_IN_DOUBT.toString('hex');

/** Returns the checksum whose stored digits these are, in the form of the port. */
export function checksumText(hex: string): string {
  return isInDoubt(hex) ? '' : `sha256:${hex}`;
}

export function isInDoubt(hex: string): boolean {
  return hex === HEX_IN_DOUBT;
}
