import { setImmediate } from 'node:timers/promises';
import { EMBEDDING_DIMENSIONS, type Embedder } from '../embedder.ts';
import { OFFLINE_TEXTS_AT_ONCE } from '../limits.ts';
import { eachFeature } from './features.ts';

/** The name of the embedder that is used without a key. It changes with any change of its vectors. */
const NAME = 'offline-hash-v1';

/**
 * Embeds without any service or model: words and parts of words are hashed to dimensions. It finds texts with the same or similar
 * words, not texts with the same meaning. The vector of a text is the same on every machine.
 */
export const offlineEmbedder: Embedder = {
  name: NAME,
  async embed(texts, signal) {
    const embeddings = [];
    for (const [index, text] of texts.entries()) {
      if (index % OFFLINE_TEXTS_AT_ONCE === 0) await setImmediate();
      signal.throwIfAborted();
      embeddings.push({ vector: offlineVector(text) });
    }
    return embeddings;
  },
};

/**
 * Adds each feature with the square root of its weight, so that a word that is repeated often does not hide the others. Half of the
 * features are subtracted, so that collisions cancel out on average.
 * @returns a vector of length 1
 */
function offlineVector(text: string): Float32Array {
  const weights = new Map<number, number>();
  eachFeature(text, (hash, weight) => {
    weights.set(hash, (weights.get(hash) ?? 0) + weight);
  });
  const sums = new Float64Array(EMBEDDING_DIMENSIONS);
  for (const [hash, weight] of weights) {
    // The square root is exact in IEEE 754, unlike a logarithm, so all machines agree.
    const amount = Math.sqrt(weight);
    const dimension = hash % EMBEDDING_DIMENSIONS;
    sums[dimension] = (sums[dimension] ?? 0) + (isSubtracted(hash) ? -amount : amount);
  }
  let squares = 0;
  for (const value of sums) squares += value * value;
  // A vector of zeros has no direction, and a database cannot compare it.
  if (squares === 0) sums[0] = 1;
  const length = squares === 0 ? 1 : Math.sqrt(squares);
  // `Float32Array.from` takes as long as everything else here together.
  const vector = new Float32Array(EMBEDDING_DIMENSIONS);
  for (const [dimension, value] of sums.entries()) vector[dimension] = value / length;
  return vector;
}

/** A bit of the hash that its remainder, the dimension, does not determine. */
function isSubtracted(hash: number): boolean {
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) < 0;
}
