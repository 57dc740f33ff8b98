import { EMBEDDING_DIMENSIONS, type Embedder, type Embedding } from '../../../src/knowledge/embedder.ts';

/** An embedder that needs no service, and remembers every text. */
export interface TestEmbedder extends Embedder {
  readonly texts: string[];
  /** The reason for which a text is refused; undefined for a text that is accepted. */
  refuses: (text: string) => string | undefined;
  /** Fails the next calls, one each. */
  readonly faults: (() => Promise<never>)[];
}

export function testEmbedder(name = 'test-embedder'): TestEmbedder {
  const texts: string[] = [];
  const embedder: TestEmbedder = {
    name,
    texts,
    refuses: () => undefined,
    faults: [],
    async embed(given): Promise<readonly Embedding[]> {
      const fault = embedder.faults.shift();
      if (fault !== undefined) return fault();
      texts.push(...given);
      return given.map((text) => {
        const refused = embedder.refuses(text);
        return refused === undefined ? { vector: vectorOf(text) } : { refused };
      });
    },
  };
  return embedder;
}

/** A vector that depends on every character of the text. */
export function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(EMBEDDING_DIMENSIONS);
  for (let at = 0; at < text.length; at++) {
    const slot = (at * 31 + text.charCodeAt(at)) % EMBEDDING_DIMENSIONS;
    vector[slot] = (vector[slot] ?? 0) + 0.5;
  }
  vector[0] = 1;
  return vector;
}
