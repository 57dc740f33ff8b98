import { SEARCH_WORDS_MAX } from '../limits.ts';

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u;

/** The distinct words of a search text, in lower case. */
export function wordsOf(text: string): readonly string[] {
  const words = folded(text).match(WORD) ?? [];
  return [...new Set(words)].slice(0, SEARCH_WORDS_MAX);
}

/** The share of the words that a text contains as whole words, from 0 to 1; 0 without words. */
export function sharedWords(words: readonly string[], text: string): number {
  if (words.length === 0) return 0;
  const searched = folded(text);
  let found = 0;
  for (const word of words) if (hasWord(searched, word)) found++;
  return found / words.length;
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Searching for the word and checking its ends is many times faster than splitting the text into words. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
    if (!isInWord(before(text, at)) && !isInWord(after(text, at + word.length))) return true;
  }
  return false;
}

function isInWord(character: string): boolean {
  return WORD_CHARACTER.test(character);
}

/** The character, which may have two code units, that ends before a place. */
function before(text: string, at: number): string {
  const pair = text.slice(Math.max(at - 2, 0), at);
  const code = pair.codePointAt(0);
  return pair.length === 2 && code !== undefined && code > 0xffff ? pair : pair.slice(-1);
}

function after(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}
