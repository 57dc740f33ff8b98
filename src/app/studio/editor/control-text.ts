/**
 * A browser changes every line ending of a text area to one kind, and cannot show a byte order mark. These functions keep those of
 * the draft wherever the person changed nothing.
 */

const BYTE_ORDER_MARK = '\ufeff';

/** The text of a draft as a text area has it. */
export function controlText(text: string): string {
  return withoutMark(text).replace(/\r\n?/g, '\n');
}

/**
 * The text that a person left in a text area, with the line endings of the draft.
 * @param before the draft that the text area showed
 */
export function textOfControl(submitted: string, before: string): string {
  const mark = before.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  const wanted = linesOf(controlText(submitted));
  const known = linesOf(withoutMark(before));
  const limit = Math.min(wanted.length, known.length);
  let start = 0;
  while (start < limit && wanted[start]?.text === known[start]?.text) start += 1;
  let end = 0;
  while (end < limit - start && wanted.at(-1 - end)?.text === known.at(-1 - end)?.text) end += 1;
  const usual = usualEnding(known);
  const lines = wanted.map(({ text, ending }, index) => {
    if (ending === '') return text;
    const fromEnd = wanted.length - index;
    const same = index < start ? known[index] : fromEnd <= end ? known[known.length - fromEnd] : undefined;
    return text + (same === undefined || same.ending === '' ? usual : same.ending);
  });
  return mark + lines.join('');
}

interface Line {
  readonly text: string;
  /** Empty for the last line. */
  readonly ending: string;
}

/** A text that ends with a line ending has an empty last line. */
function linesOf(text: string): readonly Line[] {
  const parts = text.split(/(\r\n|\r|\n)/);
  const lines: Line[] = [];
  for (let index = 0; index < parts.length; index += 2)
    lines.push({ text: parts[index] ?? '', ending: parts[index + 1] ?? '' });
  return lines;
}

function usualEnding(lines: readonly Line[]): string {
  const counts = new Map<string, number>();
  for (const { ending } of lines) if (ending !== '') counts.set(ending, (counts.get(ending) ?? 0) + 1);
  const [first] = [...counts].sort(([, one], [, other]) => other - one);
  return first?.[0] ?? '\n';
}

function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
