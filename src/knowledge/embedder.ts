/** The number of dimensions of every embedding. */
export const EMBEDDING_DIMENSIONS = 1_536;

/** The vector of a text, or the reason for which the service refuses this text alone. */
export type Embedding = { readonly vector: Float32Array } | { readonly refused: string };

/** Turns texts into vectors. Vectors of different embedders are never compared. */
export interface Embedder {
  /** Stored with every chunk: `text-embedding-3-small` or `offline-hash-v1`. */
  readonly name: string;
  /**
   * Embeds texts of any number; it splits them into requests itself.
   * @param texts each of at most `CHUNK_TOKENS_MAX` tokens and not empty
   * @returns one embedding per text, in the order of the texts. A vector has `EMBEDDING_DIMENSIONS` finite numbers, not all 0.
   * @throws BridgeError EMBEDDINGS_* if the service cannot be used or refuses every text; no text has a vector then.
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Embedding[]>;
}
