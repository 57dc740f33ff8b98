/** Replaces a part of a text; offsets are of the text before all edits. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Applies edits that do not overlap. Of edits at one offset, the first stays first. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let done = 0;
  for (const edit of edits.toSorted((left, right) => left.from - right.from)) {
    result += text.slice(done, edit.from) + edit.text;
    done = edit.to;
  }
  return result + text.slice(done);
}

/** The line break of a text: that of its first line. */
function lineBreakOf(text: string): '\n' | '\r\n' {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n';
}

/** The text with a line break at its end, unless it is empty. */
export function withFinalBreak(text: string): string {
  return text === '' || text.endsWith('\n') ? text : text + lineBreakOf(text);
}

/** The start of the first line that begins at an offset or later. The text has a line break at its end. */
export function lineAfter(text: string, offset: number): number {
  return offset === 0 || text[offset - 1] === '\n' ? offset : text.indexOf('\n', offset) + 1;
}

/** The start of the line at an offset. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Adds lines at the start of a line. */
export function addLines(text: string, offset: number, lines: readonly string[]): TextEdit {
  const end = lineBreakOf(text);
  return { from: offset, to: offset, text: lines.map((line) => `${line}${end}`).join('') };
}
