/** A recommendation for a field. Unlike a problem, it never prevents anything. */
export interface Advice {
  readonly path: string;
  /** Sentences that say what the present choice means, and what to consider. */
  readonly message: string;
}
