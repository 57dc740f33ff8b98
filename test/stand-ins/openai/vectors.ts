import { createHash } from 'node:crypto';

const DIMENSIONS = 1_536;

/** The vector of a text, of length 1: different for each text, always the same, and exact as 32-bit numbers. */
export function vectorFor(text: string): Float32Array {
  const seed = createHash('sha256').update(text).digest();
  const values = Array.from({ length: DIMENSIONS }, (_, at) => {
    const byte = seed[at % seed.length] ?? 0;
    return ((byte * (at + 1)) % 251) - 125;
  });
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}
