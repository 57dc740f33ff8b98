/** Letters, digits and the marks on them, in any script. */
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const PART_LENGTH_MIN = 3;
const PART_LENGTH_MAX = 5;
/** A whole word says more than its parts, of which there are many. */
const WORD_WEIGHT = 1;
const PART_WEIGHT = 0.3;

/** The beginning and the end of a word, so that `cat` in `catalogue` differs from the word `cat`. */
const WORD_BEGIN = 0x02;
const WORD_END = 0x03;
/** Separates the hashes of words from those of parts. */
const WORD_SEED = 0x811c9dc5;
const PART_SEED = 0x050c5d1f;
const FNV_PRIME = 0x01000193;

/**
 * Visits the features of a text: its words in lower case, and every 3 to 5 characters in succession of each word with its two ends.
 * @param visit receives a hash of 32 bits; features that are equal have the same hash
 */
export function eachFeature(text: string, visit: (hash: number, weight: number) => void): void {
  for (const [word] of text.toLowerCase().matchAll(WORD)) {
    const characters = [
      WORD_BEGIN,
      ...Array.from(word, (character) => character.codePointAt(0) ?? 0),
      WORD_END,
    ];
    visit(mixed(characters.reduce(hashWith, WORD_SEED)), WORD_WEIGHT);
    for (let start = 0; start + PART_LENGTH_MIN <= characters.length; start++) {
      let hash = PART_SEED;
      const end = Math.min(start + PART_LENGTH_MAX, characters.length);
      for (let at = start; at < end; at++) {
        hash = hashWith(hash, characters[at] ?? 0);
        if (at + 1 - start >= PART_LENGTH_MIN) visit(mixed(hash), PART_WEIGHT);
      }
    }
  }
}

/** FNV-1a over code points. */
function hashWith(hash: number, character: number): number {
  return Math.imul(hash ^ character, FNV_PRIME);
}

/** Spreads the bits, as at the end of MurmurHash3: similar texts must not have similar hashes. @returns 0 to 2^32 - 1 */
function mixed(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
