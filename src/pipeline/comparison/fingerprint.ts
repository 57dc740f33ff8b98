/** Returns a fingerprint as 16 hexadecimal digits. */
export function fingerprintHex(high: number, low: number): string {
  SCRATCH.writeUInt32BE(high, 0);
  SCRATCH.writeUInt32BE(low, 4);
  return SCRATCH.toString('hex');
}

/** @returns the low half, but never zero together with a zero high half: that means an empty slot in a FingerprintSet. */
export function nonZeroLow(high: number, low: number): number {
  return high === 0 && low === 0 ? 1 : low;
}

const SCRATCH = Buffer.alloc(8);
