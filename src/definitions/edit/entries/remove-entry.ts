import { endOfEntry, startWithComments } from './entry-lines.ts';
import type { Splice } from '../splices.ts';
import {
  afterBlanks,
  columnOf,
  isBlank,
  isFirstInLine,
  lineEndOf,
  lineStartOf,
  nextLineOf,
} from '../text-offsets.ts';
import type { Item, MapNode, Pair, SeqNode } from '../yaml-nodes.ts';

type Entry = Pick<Pair | Item, 'start' | 'end'>;

/**
 * Removes one of several entries of a collection.
 * @returns undefined if a comment would be lost that belongs to another entry
 */
export function removeEntry(
  text: string,
  collection: MapNode | SeqNode,
  index: number,
  isRoot: boolean,
): Splice[] | undefined {
  const entries: readonly Entry[] = collection.kind === 'map' ? collection.pairs : collection.items;
  const entry = entries[index];
  if (entry === undefined) return undefined;
  if (collection.isFlow) return removeFromFlow(text, entries, index);
  if (isFirstInLine(text, entry.start)) {
    // The comment above the first key of a file is about the file.
    const start =
      isRoot && index === 0 ? lineStartOf(text, entry.start) : startWithComments(text, entry.start);
    const end = nextLineOf(text, endOfEntry(text, entry.end, columnOf(text, entry.start)));
    return [{ start, end, text: '' }];
  }
  const next = entries[index + 1];
  if (next === undefined || !isBlank(text.slice(lineEndOf(text, entry.end), next.start))) return undefined;
  return [{ start: entry.start, end: next.start, text: '' }];
}

/** Removes the value of the text; its document marker and the comments around it stay. */
export function removeAll(text: string, root: { readonly start: number; readonly end: number }): Splice[] {
  if (!isFirstInLine(text, root.start)) return [{ start: root.start, end: root.end, text: '' }];
  return [
    { start: lineStartOf(text, root.start), end: nextLineOf(text, endOfEntry(text, root.end, 0)), text: '' },
  ];
}

function removeFromFlow(text: string, entries: readonly Entry[], index: number): Splice[] | undefined {
  const [entry, previous, next] = [entries[index], entries[index - 1], entries[index + 1]];
  if (entry === undefined) return undefined;
  const comma = afterBlanks(text, entry.end, { comments: true });
  const end = text[comma] === ',' ? comma + 1 : entry.end;
  const rest = text.slice(end, lineEndOf(text, end)).trim();
  if (isFirstInLine(text, entry.start) && (rest === '' || rest.startsWith('#'))) {
    return [{ start: lineStartOf(text, entry.start), end: nextLineOf(text, end), text: '' }];
  }
  const range =
    next === undefined
      ? { start: previous?.end ?? entry.start, end: entry.end }
      : { start: entry.start, end: next.start };
  return text.slice(range.start, range.end).includes('#') && /\s#/.test(text.slice(range.start, range.end))
    ? undefined
    : [{ ...range, text: '' }];
}
