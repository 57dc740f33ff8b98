import { hash } from 'node:crypto';
import type { Column } from '../ports/ports.ts';

/**
 * Computes fingerprints of rows: 62 bits of the SHA-256 of a row's bytes, mixed with a salt of the mapping and the columns.
 * Another mapping, or the same bytes under other columns, gives other fingerprints, so every row is processed again.
 *
 * `high` and `low` hold the last fingerprint: a returned pair would cost one allocation per row.
 */
export class Fingerprinter {
  high = 0;
  low = 0;
  readonly #saltHigh: number;
  readonly #saltLow: number;

  constructor(mappingVersion: string, columns: readonly Column[]) {
    const salt = hash('sha256', JSON.stringify([mappingVersion, columns]), 'buffer');
    this.#saltHigh = salt.readUInt32BE(0);
    this.#saltLow = salt.readUInt32BE(4);
  }

  of(bytes: Uint8Array | string): void {
    // A string with one byte per character costs half as much as a Buffer: 0.45 against 0.8 µs for 600 bytes.
    const digest = hash('sha256', bytes, 'binary');
    this.high = ((word(digest, 0) ^ this.#saltHigh) & 0x3fff_ffff) >>> 0;
    this.low = nonZeroLow(this.high, (word(digest, 4) ^ this.#saltLow) >>> 0);
  }
}

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

function word(digest: string, at: number): number {
  return (
    (digest.charCodeAt(at) << 24) |
    (digest.charCodeAt(at + 1) << 16) |
    (digest.charCodeAt(at + 2) << 8) |
    digest.charCodeAt(at + 3)
  );
}

const SCRATCH = Buffer.alloc(8);
