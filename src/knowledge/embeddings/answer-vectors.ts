import { propertyOf } from '../../core/thrown.ts';
import { EMBEDDING_DIMENSIONS } from '../embedder.ts';

/** The answer is not what was requested. The message continues a sentence about the response. */
export class VectorsError extends Error {
  override readonly name = 'VectorsError';
}

const BYTES_PER_NUMBER = 4;

/**
 * Reads the vectors of a response of `POST /v1/embeddings`, and checks them. A server may send base64 or numbers, whatever was asked
 * for, and in any order: `index` says which text a vector is for.
 * @param body the parsed response
 * @param texts the number of texts of the request
 * @returns one vector per text, in the order of the texts
 * @throws VectorsError
 */
export function answerVectors(body: unknown, texts: number): Float32Array[] {
  const data = propertyOf(body, 'data');
  if (!Array.isArray(data)) throw new VectorsError('has no list `data`, so it is not from an embedding API');
  if (data.length !== texts) throw new VectorsError(`has ${data.length} vectors for ${texts} texts`);
  const vectors = new Map<number, Float32Array>();
  for (const entry of data as readonly unknown[]) {
    const index = propertyOf(entry, 'index');
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= texts) {
      throw new VectorsError('has a vector whose `index` is not the number of a text');
    }
    if (vectors.has(index)) throw new VectorsError(`has two vectors for text ${index}`);
    vectors.set(index, checked(vectorOf(propertyOf(entry, 'embedding')), index));
  }
  return Array.from({ length: texts }, (_, index) => vectors.get(index) ?? new Float32Array());
}

function vectorOf(embedding: unknown): Float32Array | undefined {
  if (typeof embedding === 'string') return fromBase64(embedding);
  if (!Array.isArray(embedding)) return undefined;
  return Float32Array.from(embedding, (value: unknown) => (typeof value === 'number' ? value : NaN));
}

/** Reads 32-bit numbers in little-endian order. Other text than base64 gives fewer bytes, so its length is wrong. */
function fromBase64(text: string): Float32Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % BYTES_PER_NUMBER !== 0) return undefined;
  const vector = new Float32Array(bytes.length / BYTES_PER_NUMBER);
  for (let at = 0; at < vector.length; at++) vector[at] = bytes.readFloatLE(at * BYTES_PER_NUMBER);
  return vector;
}

function checked(vector: Float32Array | undefined, index: number): Float32Array {
  if (vector === undefined) throw new VectorsError(`has no readable vector for text ${index}`);
  if (vector.length !== EMBEDDING_DIMENSIONS) {
    throw new VectorsError(
      `has a vector of ${vector.length} numbers for text ${index}; ${EMBEDDING_DIMENSIONS} are required`,
    );
  }
  if (!vector.every(Number.isFinite)) {
    throw new VectorsError(`has a vector for text ${index} with something that is not a finite number`);
  }
  if (vector.every((value) => value === 0)) throw new VectorsError(`has a vector of zeros for text ${index}`);
  return vector;
}
