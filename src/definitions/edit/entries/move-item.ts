import { endOfEntry, startWithComments } from './entry-lines.ts';
import type { Splice } from '../splices.ts';
import { columnOf, isFirstInLine } from '../text-offsets.ts';
import type { SeqNode } from '../yaml-nodes.ts';

/** Moves an item of a list with the comments directly above it. What is between the items stays in its place. */
export function moveItem(text: string, list: SeqNode, from: number, to: number): Splice[] {
  const parts = list.items.map(({ start, end }) => {
    if (list.isFlow) return { start, end };
    const column = columnOf(text, start);
    const first = isFirstInLine(text, start) ? startWithComments(text, start) + column : start;
    return { start: first, end: endOfEntry(text, end, column) };
  });
  const texts = parts.map(({ start, end }) => text.slice(start, end));
  const moved = texts.toSpliced(from, 1).toSpliced(to, 0, texts[from] ?? '');
  return parts.map((part, index) => ({ ...part, text: moved[index] ?? '' }));
}
