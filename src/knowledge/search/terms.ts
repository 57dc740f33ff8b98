/** What a search compares chunks with. */
export interface SearchTerms {
  readonly text: string;
  /** The distinct words of the text. */
  readonly words: readonly string[];
  readonly vector: Float32Array;
  /** Only vectors of this embedder are compared with the vector. */
  readonly embedder: string;
  readonly limit: number;
}
