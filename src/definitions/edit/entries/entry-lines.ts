import {
  columnOf,
  isBlank,
  lineEndOf,
  lineStartOf,
  newlineOf,
  nextLineOf,
  previousLineOf,
} from '../text-offsets.ts';
import type { LineStyle } from '../value-lines.ts';
import type { YamlNode } from '../yaml-nodes.ts';

/** Functions about the lines of a key or an item of a block collection. */

/** The end of the entry's last line: its value, the comment after it, and comments that are indented deeper than the entry. */
export function endOfEntry(text: string, end: number, column: number): number {
  let last = lineEndOf(text, end);
  for (let start = nextLineOf(text, last); start < text.length; start = nextLineOf(text, start)) {
    const line = text.slice(start, lineEndOf(text, start));
    if (isBlank(line)) continue;
    if (!line.trimStart().startsWith('#') || line.length - line.trimStart().length <= column) break;
    last = start + line.length;
  }
  return last;
}

/** The start of the line of the first comment directly above an entry, at the entry's own column; the entry's own line if it has none. */
export function startWithComments(text: string, entry: number): number {
  const column = columnOf(text, entry);
  let start = lineStartOf(text, entry);
  for (let above = previousLineOf(text, start); above !== undefined; above = previousLineOf(text, above)) {
    if (text[above + column] !== '#' || text.slice(above, above + column).trim() !== '') break;
    start = above;
  }
  return start;
}

export function joined(text: string, lines: readonly string[]): string {
  return lines.join(newlineOf(text));
}

const DEFAULT_STEP = 2;

/** The indentation of the text's own mappings and lists. */
export function lineStyleOf(text: string, root: YamlNode | undefined): LineStyle {
  const found: { step?: number; dashStep?: number } = {};
  if (root !== undefined) measure(text, root, found);
  const step = found.step ?? DEFAULT_STEP;
  return { step, dashStep: found.dashStep ?? step };
}

function measure(text: string, node: YamlNode, found: { step?: number; dashStep?: number }): void {
  if (node.kind === 'seq') for (const { value } of node.items) measure(text, value, found);
  if (node.kind !== 'map' || node.isFlow) return;
  for (const { start, value } of node.pairs) {
    if (value.kind !== 'scalar' && !value.isFlow) {
      const columns = columnOf(text, value.start) - columnOf(text, start);
      if (value.kind === 'map') found.step ??= columns;
      else found.dashStep ??= columns;
    }
    measure(text, value, found);
  }
}
