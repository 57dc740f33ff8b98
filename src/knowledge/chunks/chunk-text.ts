import { CHUNK_OVERLAP_TOKENS, CHUNK_TOKENS_MAX } from '../limits.ts';
import { codePointAtOrBefore, isBetweenCodePoints, RANK, rankAt, type Rank } from './boundaries.ts';
import { TokenScale } from './token-scale.ts';
import { loadTokenCount, withoutByteOrderMark, type TokenCount } from './tokens.ts';

/** A piece of a text with at most `CHUNK_TOKENS_MAX` tokens. */
export interface TextChunk {
  /** The overlap and what follows it. White space is as in the text. */
  readonly text: string;
  /** How many UTF-16 units at its start repeat the end of the previous chunk; 0 for the first one. */
  readonly overlap: number;
}

/** How far a cut may be from the even division, as a part of the even size: a better boundary is worth an uneven chunk. */
const DEVIATION_MAX = 0.2;
/** The least part of the overlap that is kept to let it begin with a word. */
const OVERLAP_MIN = 0.75;

/**
 * Cuts a text into chunks of similar size, between code points and at the best boundary near an even division: paragraph, line,
 * sentence, word. The same text always gives the same chunks.
 * @returns chunks that are together the text if their overlaps are left out; none for a text without anything but white space. A
 *   byte order mark at its start is left out.
 */
export async function chunkText(text: string): Promise<readonly TextChunk[]> {
  const clean = withoutByteOrderMark(text);
  if (clean.trim() === '') return [];
  const whole = [{ text: clean, overlap: 0 }];
  // A token has at least one byte, so most items need no tokenizer.
  if (Buffer.byteLength(clean) <= CHUNK_TOKENS_MAX) return whole;
  const count = await loadTokenCount();
  if (count(clean) <= CHUNK_TOKENS_MAX) return whole;
  return [...new Chunker(clean, count).chunks()];
}

class Chunker {
  readonly #text: string;
  readonly #count: TokenCount;
  readonly #scale: TokenScale;

  constructor(text: string, count: TokenCount) {
    this.#text = text;
    this.#count = count;
    this.#scale = new TokenScale(text, count);
  }

  *chunks(): Generator<TextChunk> {
    const text = this.#text;
    let previous = 0;
    for (let start = 0; start < text.length;) {
      const begin = start === 0 ? 0 : this.#overlapStart(previous, start);
      const end = this.#end(begin, start);
      yield { text: text.slice(begin, end), overlap: start - begin };
      previous = begin;
      start = end;
    }
  }

  /** Where the overlap begins for a chunk that continues at `start`; never before the previous chunk begins. */
  #overlapStart(previous: number, start: number): number {
    const tokensAtStart = this.#scale.tokensBefore(start);
    const earliest = Math.max(previous, this.#scale.placeAfter(tokensAtStart - CHUNK_OVERLAP_TOKENS));
    const latest = this.#scale.placeAfter(tokensAtStart - CHUNK_OVERLAP_TOKENS * OVERLAP_MIN);
    // The longest overlap that begins with a word is the best one, so better boundaries than words do not count.
    const firstFrom = (from: number) => this.#best(from, Math.max(latest, from), from, RANK.word);
    let begin = firstFrom(earliest);
    while (begin < start && this.#count(this.#text.slice(begin, start)) > CHUNK_OVERLAP_TOKENS) {
      begin = firstFrom(this.#after(begin));
    }
    return begin;
  }

  /** Where the chunk ends that begins with its overlap at `begin` and continues at `start`. */
  #end(begin: number, start: number): number {
    const text = this.#text;
    const startTokens = this.#scale.tokensBefore(start);
    const overlap = startTokens - this.#scale.tokensBefore(begin);
    const remaining = this.#scale.total - startTokens;
    if (overlap + remaining < CHUNK_TOKENS_MAX * (1 + DEVIATION_MAX) && this.#fits(begin, text.length)) {
      return text.length;
    }
    // Every chunk but the first one begins with an overlap, so the first one has as many more tokens of its own.
    const room = CHUNK_TOKENS_MAX - CHUNK_OVERLAP_TOKENS;
    const extra = start === 0 ? CHUNK_OVERLAP_TOKENS : 0;
    const parts = Math.max(2, Math.ceil((remaining - extra) / room));
    const target = (remaining - extra) / parts + extra;
    const latest = Math.min(target * (1 + DEVIATION_MAX), CHUNK_TOKENS_MAX - overlap);
    const place = (tokens: number) =>
      Math.max(this.#scale.placeAfter(startTokens + tokens), this.#after(start));
    const earliest = place(target * (1 - DEVIATION_MAX));
    let end = this.#best(earliest, place(latest), place(target));
    while (!this.#fits(begin, end) && end > this.#after(start)) {
      // The estimate was too low for this piece. The next limit is lower by the measured excess, and by at least one character.
      const excess = this.#count(text.slice(begin, end)) / CHUNK_TOKENS_MAX;
      const lower = Math.min(begin + Math.floor((end - begin) / excess), end - 1);
      const limit = Math.max(codePointAtOrBefore(text, lower), this.#after(start));
      end = this.#best(Math.min(earliest, limit), limit, limit);
    }
    return end;
  }

  #fits(begin: number, end: number): boolean {
    return this.#count(this.#text.slice(begin, end)) <= CHUNK_TOKENS_MAX;
  }

  /** The place with the highest rank from `from` to `to`, and of several the nearest one to `ideal`. Ranks above `enough` are equal to it. */
  #best(from: number, to: number, ideal: number, enough: Rank = RANK.paragraph): number {
    let best = codePointAtOrBefore(this.#text, ideal);
    let bestRank = -1;
    for (let place = from; place <= to; place++) {
      if (!isBetweenCodePoints(this.#text, place)) continue;
      const rank = Math.min(rankAt(this.#text, place), enough);
      const isNearer = Math.abs(place - ideal) < Math.abs(best - ideal);
      if (rank > bestRank || (rank === bestRank && isNearer)) [best, bestRank] = [place, rank];
    }
    return best;
  }

  /** The place after the next code point. */
  #after(place: number): number {
    return place + ((this.#text.codePointAt(place) ?? 0) > 0xffff ? 2 : 1);
  }
}
