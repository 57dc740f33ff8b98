import { EMBEDDING_DIMENSIONS, type Embedder } from '../../../src/knowledge/embedder.ts';

/** A vector that has a one for each word of a text, at a place that depends on the word alone; of unit length. */
export function wordVector(text: string): Float32Array {
  const vector = new Float32Array(EMBEDDING_DIMENSIONS);
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? ['']) {
    let place = 7;
    for (const character of word)
      place = (place * 31 + (character.codePointAt(0) ?? 0)) % EMBEDDING_DIMENSIONS;
    vector[place] = 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** An embedder of tests: texts with the same words have the same vector, whatever the order of the words is. */
export function wordEmbedder(name = 'words'): Embedder {
  return { name, embed: (texts) => Promise.resolve(texts.map((text) => ({ vector: wordVector(text) }))) };
}
