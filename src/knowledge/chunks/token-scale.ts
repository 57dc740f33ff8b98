import type { TokenCount } from './tokens.ts';

/** A word with the blanks before it, or a part of one. The parts are short, so that places inside of words are found, too. */
const ATOM = /\s{1,8}(?:\p{L}{1,12})?|[\p{L}\p{M}]{1,8}|\p{N}{1,3}|[^\s\p{L}\p{M}\p{N}]{1,4}/gu;

/**
 * Where the tokens of a text are, approximately: each short part is counted by itself, and the sum is scaled to the count of the
 * whole. The tokenizer joins some letters over the ends of parts, so the exact count of a piece must be checked.
 */
export class TokenScale {
  /** The tokens of the whole text, exactly as counted. */
  readonly total: number;
  readonly #length: number;
  readonly #starts: number[] = [];
  /** The tokens before each part. */
  readonly #before: number[] = [];

  constructor(text: string, count: TokenCount) {
    const known = new Map<string, number>();
    let sum = 0;
    for (const { index, 0: atom } of text.matchAll(ATOM)) {
      this.#starts.push(index);
      this.#before.push(sum);
      let tokens = known.get(atom);
      if (tokens === undefined) known.set(atom, (tokens = count(atom)));
      sum += tokens;
    }
    this.total = count(text);
    this.#length = text.length;
    this.#starts.push(text.length);
    this.#before.push(sum);
    const scale = sum === 0 ? 1 : this.total / sum;
    this.#before = this.#before.map((tokens) => tokens * scale);
  }

  /** The tokens before a place. */
  tokensBefore(place: number): number {
    const atom = lastAtMost(this.#starts, place);
    const from = this.#starts[atom] ?? 0;
    const to = this.#starts[atom + 1] ?? this.#length;
    const tokens = this.#before[atom] ?? 0;
    const next = this.#before[atom + 1] ?? tokens;
    return to === from ? tokens : tokens + ((next - tokens) * (place - from)) / (to - from);
  }

  /** The start of the last part with at most this number of tokens before it. */
  placeAfter(tokens: number): number {
    return this.#starts[lastAtMost(this.#before, tokens)] ?? 0;
  }
}

/** The index of the last number of an ascending list that is at most `limit`; 0 if there is none. */
function lastAtMost(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? Infinity) <= limit) low = middle;
    else high = middle;
  }
  return low;
}
