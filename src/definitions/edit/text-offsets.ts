/** Functions that find offsets in a YAML text. A line ends with LF, CRLF or CR. */

/** The line break of the text; LF if it has none. */
export function newlineOf(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
}

/** The start of the line of an offset. The byte order mark is not part of a line. */
export function lineStartOf(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !isBreak(text[at - 1]) && !(at === 1 && text.startsWith('\uFEFF'))) at -= 1;
  return at;
}

/** The end of the line of an offset, before its line break. */
export function lineEndOf(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !isBreak(text[at])) at += 1;
  return at;
}

/** The start of the next line; the length of the text if the line is the last one. */
export function nextLineOf(text: string, offset: number): number {
  const end = lineEndOf(text, offset);
  return text.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, text.length);
}

/** The start of the line before the one that starts at `start`; undefined if it is the first one. */
export function previousLineOf(text: string, start: number): number | undefined {
  if (start === 0 || !isBreak(text[start - 1])) return undefined;
  const end = start - (text.startsWith('\r\n', start - 2) ? 2 : 1);
  return lineStartOf(text, end);
}

export function columnOf(text: string, offset: number): number {
  return offset - lineStartOf(text, offset);
}

/** Whether only blanks are before the offset in its line. */
export function isFirstInLine(text: string, offset: number): boolean {
  return isBlank(text.slice(lineStartOf(text, offset), offset));
}

export function isBlank(text: string): boolean {
  return text.trim() === '' && !text.includes('\uFEFF');
}

/** The first offset from `from` on that is not a blank, a line break, or one of the named parts. */
export function afterBlanks(
  text: string,
  from: number,
  { comments = false, commas = false }: { readonly comments?: boolean; readonly commas?: boolean } = {},
): number {
  let at = from;
  while (at < text.length) {
    const character = text[at];
    if (comments && character === '#' && isCommentStart(text, at)) at = lineEndOf(text, at);
    else if (isBreak(character) || character === ' ' || character === '\t' || (commas && character === ','))
      at += 1;
    else break;
  }
  return at;
}

/** The offset after the bracket that closes a flow collection, whose last value ends at `from`. */
export function closingOf(text: string, from: number): number {
  let at = afterBlanks(text, from, { comments: true, commas: true });
  // `{a: }` and `{? a}` end with an empty value.
  while (text[at] === ':' || text[at] === '?')
    at = afterBlanks(text, at + 1, { comments: true, commas: true });
  return Math.min(at + 1, text.length);
}

/** Where the blank lines after a line end: the end of the last of them, before its line break. */
export function endOfBlankLines(text: string, lineEnd: number): number {
  let end = lineEnd;
  for (let start = nextLineOf(text, end); start < text.length; start = nextLineOf(text, start)) {
    if (!isBlank(text.slice(start, lineEndOf(text, start)))) break;
    end = lineEndOf(text, start);
  }
  return end;
}

/**
 * The end of the last line of a block text, before its line break.
 * @param end offset after the block and its blank lines
 * @param blankMax blanks of a line at the end that is layout; a longer one is a part of the value
 */
export function endOfBlock(text: string, end: number, blankMax: number): number {
  let start = isBreak(text[end - 1]) ? (previousLineOf(text, end) ?? end) : lineStartOf(text, end);
  for (
    let line = lineAt(text, start);
    line.trim() === '' && line.length <= blankMax;
    line = lineAt(text, start)
  ) {
    const previous = previousLineOf(text, start);
    if (previous === undefined) break;
    start = previous;
  }
  return lineEndOf(text, start);
}

function lineAt(text: string, start: number): string {
  return text.slice(start, lineEndOf(text, start));
}

function isCommentStart(text: string, at: number): boolean {
  return at === 0 || /[\s,[\]{}"'\uFEFF]/.test(text[at - 1] ?? '');
}

function isBreak(character: string | undefined): boolean {
  return character === '\n' || character === '\r';
}
