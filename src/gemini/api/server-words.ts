import { DISCOVERY_WORDS_CHARACTERS_MAX } from '../limits.ts';

/** Words of a server, safe in a log and on a terminal: one line, no control characters, not endless. */
export function oneLine(words: string): string {
  const line = words
    // First, because the words may be megabytes; with room for what is taken out.
    .slice(0, 4 * DISCOVERY_WORDS_CHARACTERS_MAX)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  return line.length <= DISCOVERY_WORDS_CHARACTERS_MAX
    ? line
    : `${line.slice(0, DISCOVERY_WORDS_CHARACTERS_MAX)}…`;
}
