import { RUN_CHARACTERS_MAX } from '../limits.ts';

/** Returns the number of tokens of a text. */
export type TokenCount = (text: string) => number;

/** Text such as `<|endoftext|>` is ordinary text in a document. */
const ORDINARY_TEXT = { disallowedSpecial: new Set<string>() };

/** The lookbehinds let a match begin only where a run begins, so the search takes linear time. */
const LONG_RUN = new RegExp(
  String.raw`(?<!\S)\S{${RUN_CHARACTERS_MAX + 1},}|(?<!\s)\s{${RUN_CHARACTERS_MAX + 1},}`,
  'gu',
);
const RUN_PART = new RegExp(String.raw`[\s\S]{1,${RUN_CHARACTERS_MAX}}`, 'gu');

let loaded: Promise<TokenCount> | undefined;

/**
 * Loads the tokenizer of `text-embedding-3-small` (cl100k_base), which takes 0.2 s and 40 MB, once in a process.
 *
 * The count is that of the API, except in two cases in which it may be a few tokens higher: an unbroken run of more than
 * `RUN_CHARACTERS_MAX` characters, whose parts are counted separately, and a byte order mark inside a text.
 */
export async function loadTokenCount(): Promise<TokenCount> {
  loaded ??= import('gpt-tokenizer/encoding/cl100k_base').then(({ countTokens }) => {
    const count: TokenCount = (text) => countTokens(text, ORDINARY_TEXT);
    return (text) => runParts(withoutByteOrderMark(text)).reduce((sum, part) => sum + count(part), 0);
  });
  return await loaded;
}

/** Removes the mark with which some programs begin a text. The tokenizer counts it wrongly, and it has no meaning. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** The text, cut only inside of runs without or of white space that are too long. */
function runParts(text: string): string[] {
  const parts: string[] = [];
  let at = 0;
  for (const { index, 0: run } of text.matchAll(LONG_RUN)) {
    if (index > at) parts.push(text.slice(at, index));
    parts.push(...(run.match(RUN_PART) ?? []));
    at = index + run.length;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}
