export interface ScoredChunk {
  readonly id: string;
  readonly score: number;
}

/** Keeps the chunks with the highest scores; equal scores are ordered by id, so the same search has the same result. */
export class BestChunks {
  readonly #limit: number;
  readonly #chunks: ScoredChunk[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: ScoredChunk): void {
    const chunks = this.#chunks;
    const last = chunks.at(-1);
    if (chunks.length === this.#limit && last !== undefined && !isBetter(chunk, last)) return;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = chunks[middle];
      if (other !== undefined && isBetter(chunk, other)) high = middle;
      else low = middle + 1;
    }
    chunks.splice(low, 0, chunk);
    if (chunks.length > this.#limit) chunks.pop();
  }

  /** The best first. */
  list(): readonly ScoredChunk[] {
    return this.#chunks;
  }
}

function isBetter(one: ScoredChunk, other: ScoredChunk): boolean {
  return one.score === other.score ? one.id < other.id : one.score > other.score;
}
