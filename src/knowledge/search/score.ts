import { EMBEDDING_DIMENSIONS } from '../embedder.ts';

const VECTOR_WEIGHT = 0.65;
const TEXT_WEIGHT = 0.35;
const FLOAT_BYTES = 4;

/** @param similarity the cosine of the vectors; null if they cannot be compared */
export function scoreOf(similarity: number | null, sharedWords: number): number {
  const vector = similarity === null || Number.isNaN(similarity) ? 0 : Math.min(Math.max(similarity, 0), 1);
  return VECTOR_WEIGHT * vector + TEXT_WEIGHT * sharedWords;
}

/**
 * The cosine of a vector and of one that is stored as float32 numbers, little-endian; null if the bytes are not such a vector. A
 * vector that another program stored may have any length.
 */
export function cosine(vector: Float32Array, bytes: DataView): number | null {
  if (bytes.byteLength !== EMBEDDING_DIMENSIONS * FLOAT_BYTES) return null;
  let product = 0;
  let ownSquares = 0;
  let otherSquares = 0;
  for (let index = 0; index < EMBEDDING_DIMENSIONS; index++) {
    const own = vector[index] ?? 0;
    const other = bytes.getFloat32(index * FLOAT_BYTES, true);
    product += own * other;
    ownSquares += own * own;
    otherSquares += other * other;
  }
  const cosine = product / Math.sqrt(ownSquares * otherSquares);
  return Number.isFinite(cosine) ? cosine : null;
}
