import { DISCOVERY_MESSAGE_CHARACTERS_MAX } from '../limits.ts';

/** Makes a server's message safe for a log and a terminal: one line, no control characters, limited length. */
export function oneLine(message: string): string {
  const line = message
    // The text is cut first, because it may be megabytes long. The limit leaves room for the characters that are removed.
    .slice(0, 4 * DISCOVERY_MESSAGE_CHARACTERS_MAX)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  return line.length <= DISCOVERY_MESSAGE_CHARACTERS_MAX
    ? line
    : `${line.slice(0, DISCOVERY_MESSAGE_CHARACTERS_MAX)}…`;
}
