/** How well a text can be cut at a place; a higher rank is better. */
export const RANK = { codePoint: 0, character: 1, word: 2, sentence: 3, line: 4, paragraph: 5 } as const;
export type Rank = (typeof RANK)[keyof typeof RANK];

const WHITE = /\s/u;
/** The ends of sentences in many scripts: Latin, Arabic, Devanagari, Tibetan, Burmese, Ethiopic, Khmer, Chinese and Japanese. */
const SENTENCE_END = /[.!?…؟۔।॥།၊။።፧፨។。！？｡．]/u;
/** These ends are not followed by a blank. */
const ENDS_WITHOUT_BLANK = /[။།።፧፨។。！？｡]/u;
const CLOSING = /["'”’»)\]}」』）】]/u;
/** Marks, variation selectors, skin tones and tags belong to the character before them. */
const CONTINUES = /\p{M}|\u200D|\p{Emoji_Modifier}|[\u{E0020}-\u{E007F}]/u;
const JOINER = '\u200D';
/** How many characters before a place are examined, so that long runs of blanks or brackets take no time. */
const CONTEXT_MAX = 16;

/** Whether a place is between two code points, and not inside of a surrogate pair. */
export function isBetweenCodePoints(text: string, place: number): boolean {
  return !(isHalf(text, place - 1, 0xd800) && isHalf(text, place, 0xdc00));
}

/** The nearest place before or at `place` that is between two code points. */
export function codePointAtOrBefore(text: string, place: number): number {
  return isBetweenCodePoints(text, place) ? place : place - 1;
}

/**
 * How well the text can be cut before the character at `place`, which must be between two code points. White space stays at the end
 * of the part before the cut, except for the indentation of a line.
 */
export function rankAt(text: string, place: number): Rank {
  const before = text.charAt(place - 1);
  const next = String.fromCodePoint(text.codePointAt(place) ?? 0);
  if (before === '\n') return lineRank(text, place);
  if (WHITE.test(before)) {
    if (WHITE.test(next)) return RANK.character;
    return isSentenceEnd(text, skipBack(text, place, WHITE)) ? RANK.sentence : RANK.word;
  }
  const isFollowed = WHITE.test(next) || CLOSING.test(next) || SENTENCE_END.test(next);
  if (!isFollowed && isWithoutBlank(text, place)) return RANK.sentence;
  return before === JOINER || CONTINUES.test(next) ? RANK.codePoint : RANK.character;
}

/** Only the last line feed of several is a boundary, so that no part begins with an empty line. */
function lineRank(text: string, place: number): Rank {
  if (/^[^\S\n]*\n/.test(text.slice(place, place + CONTEXT_MAX))) return RANK.character;
  const blanks = text.slice(skipBack(text, place, WHITE), place);
  return blanks.split('\n').length > 2 ? RANK.paragraph : RANK.line;
}

function isSentenceEnd(text: string, place: number): boolean {
  return SENTENCE_END.test(text.charAt(skipBack(text, place, CLOSING) - 1));
}

function isWithoutBlank(text: string, place: number): boolean {
  return ENDS_WITHOUT_BLANK.test(text.charAt(skipBack(text, place, CLOSING) - 1));
}

function skipBack(text: string, place: number, skipped: RegExp): number {
  let at = place;
  while (at > 0 && place - at < CONTEXT_MAX && skipped.test(text.charAt(at - 1))) at--;
  return at;
}

function isHalf(text: string, at: number, first: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= first && unit < first + 0x400;
}
