import type { SipKey } from './fingerprint-key.ts';

const MASK = 0xffff_ffff_ffff_ffffn;
const HIGH_MASK = 0x3fff_ffff;

/** A fingerprint of 62 bits, as two unsigned 32-bit halves. */
export interface Fingerprint {
  high: number;
  low: number;
}

/**
 * The same fingerprint that the kernel computes, without it: SipHash-1-3, whose two top bits are zero, and which is never zero.
 * It takes a hundred times as long, so it is for single rows, and for a program whose kernel is turned off.
 */
export function fingerprintOf(bytes: Uint8Array, key: SipKey): Fingerprint {
  const hash = sipHash(bytes, key);
  const high = Number(hash >> 32n) & HIGH_MASK;
  const low = Number(hash & 0xffff_ffffn);
  return { high, low: high === 0 && low === 0 ? 1 : low };
}

function sipHash(bytes: Uint8Array, { low, high }: SipKey): bigint {
  const state = new SipState(low, high);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 8);
  for (let at = 0; at < whole; at += 8) state.compress(view.getBigUint64(at, true));
  let last = BigInt(bytes.length % 256) << 56n;
  for (let at = whole; at < bytes.length; at++) last |= BigInt(view.getUint8(at)) << BigInt(8 * (at - whole));
  state.compress(last);
  return state.finish();
}

class SipState {
  #v0: bigint;
  #v1: bigint;
  #v2: bigint;
  #v3: bigint;

  constructor(low: bigint, high: bigint) {
    this.#v0 = low ^ 0x736f6d6570736575n;
    this.#v1 = high ^ 0x646f72616e646f6dn;
    this.#v2 = low ^ 0x6c7967656e657261n;
    this.#v3 = high ^ 0x7465646279746573n;
  }

  compress(word: bigint): void {
    this.#v3 ^= word;
    this.#round();
    this.#v0 ^= word;
  }

  finish(): bigint {
    this.#v2 ^= 0xffn;
    for (let round = 0; round < 3; round++) this.#round();
    return this.#v0 ^ this.#v1 ^ this.#v2 ^ this.#v3;
  }

  #round(): void {
    this.#v0 = (this.#v0 + this.#v1) & MASK;
    this.#v2 = (this.#v2 + this.#v3) & MASK;
    this.#v1 = rotated(this.#v1, 13n) ^ this.#v0;
    this.#v3 = rotated(this.#v3, 16n) ^ this.#v2;
    this.#v0 = (rotated(this.#v0, 32n) + this.#v3) & MASK;
    this.#v2 = (this.#v2 + this.#v1) & MASK;
    this.#v3 = rotated(this.#v3, 21n) ^ this.#v0;
    this.#v1 = rotated(this.#v1, 17n) ^ this.#v2;
    this.#v2 = rotated(this.#v2, 32n);
  }
}

function rotated(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}
