import type { PlainValue } from '../yaml-edit.ts';
import { endOfEntry, joined, startWithComments } from './entry-lines.ts';
import { keyText } from '../scalar-text.ts';
import type { Splice } from '../splices.ts';
import { afterBlanks, columnOf, isFirstInLine, lineEndOf, lineStartOf, newlineOf } from '../text-offsets.ts';
import { entryLines, flowText, itemLines, type LineStyle } from '../value-lines.ts';
import type { Item, MapNode, Pair, SeqNode } from '../yaml-nodes.ts';

/** Adds a key to a mapping, at the place that the order of the keys gives it. */
export function addKey(
  text: string,
  {
    map,
    isRoot,
    order,
  }: { readonly map: MapNode; readonly isRoot: boolean; readonly order: readonly string[] },
  key: string,
  value: PlainValue,
  style: LineStyle,
): Splice[] {
  const index = indexOfKey(map.pairs, key, order);
  if (map.isFlow) return addToFlow(text, map, map.pairs, index, `${keyText(key)}: ${flowText(value)}`);
  const column = columnOf(text, map.start);
  return addToBlock(text, map.pairs, index, { column, isRoot, lines: entryLines(key, value, column, style) });
}

/** Adds an item to a list before the item at `index`. */
export function addItem(
  text: string,
  list: SeqNode,
  index: number,
  value: PlainValue,
  style: LineStyle,
): Splice[] {
  if (list.isFlow) return addToFlow(text, list, list.items, index, flowText(value));
  const column = columnOf(text, list.start);
  const gap = /^-( +)\S/.exec(text.slice(list.start, list.start + 20))?.[1] ?? ' ';
  const lines = itemLines(value, column, style, gap);
  return addToBlock(text, list.items, index, { column, isRoot: false, lines });
}

/** After the last present key that precedes the new one in the order; at the end if the order does not have it. */
function indexOfKey(pairs: readonly Pair[], key: string, order: readonly string[]): number {
  const position = order.indexOf(key);
  if (position === -1) return pairs.length;
  const before = new Set(order.slice(0, position));
  return pairs.findLastIndex((pair) => before.has(pair.key)) + 1;
}

interface NewLines {
  readonly column: number;
  readonly isRoot: boolean;
  readonly lines: readonly string[];
}

function addToBlock(
  text: string,
  entries: readonly Pick<Pair | Item, 'start' | 'end'>[],
  index: number,
  { column, isRoot, lines }: NewLines,
): Splice[] {
  const newline = newlineOf(text);
  const previous = entries[index - 1];
  if (previous !== undefined) {
    const at = endOfEntry(text, previous.end, column);
    return [{ start: at, end: at, text: newline + joined(text, lines) }];
  }
  const first = entries[0]?.start ?? 0;
  if (!isFirstInLine(text, first)) {
    const inline = joined(text, lines).trimStart() + newline + ' '.repeat(column);
    return [{ start: first, end: first, text: inline }];
  }
  const at = isRoot ? lineStartOf(text, first) : startWithComments(text, first);
  return [{ start: at, end: at, text: joined(text, lines) + newline }];
}

function addToFlow(
  text: string,
  collection: MapNode | SeqNode,
  entries: readonly Pick<Pair | Item, 'start' | 'end'>[],
  index: number,
  written: string,
): Splice[] {
  const next = entries[index];
  const last = entries.at(-1);
  if (next !== undefined) {
    const isOwnLine = isFirstInLine(text, next.start);
    const between = isOwnLine ? newlineOf(text) + text.slice(lineStartOf(text, next.start), next.start) : ' ';
    return [{ start: next.start, end: next.start, text: `${written},${between}` }];
  }
  if (last === undefined) {
    const at = collection.start + 1;
    return [{ start: at, end: at, text: written }];
  }
  return addLastToFlow(text, last, written);
}

function addLastToFlow(text: string, last: Pick<Item, 'start' | 'end'>, written: string): Splice[] {
  const comma = afterBlanks(text, last.end, { comments: true });
  const hasComma = text[comma] === ',';
  if (!isFirstInLine(text, last.start)) {
    const at = hasComma ? comma + 1 : last.end;
    return [{ start: at, end: at, text: hasComma ? ` ${written},` : `, ${written}` }];
  }
  const indent = text.slice(lineStartOf(text, last.start), last.start);
  const at = lineEndOf(text, hasComma ? comma : last.end);
  const closing = afterBlanks(text, hasComma ? comma + 1 : last.end, {});
  // `last]`: the closing bracket is in the same line.
  const end = closing < at && text[closing] !== '#' ? (hasComma ? comma + 1 : last.end) : at;
  const line = { start: end, end, text: `${newlineOf(text)}${indent}${written}${hasComma ? ',' : ''}` };
  return hasComma ? [line] : [{ start: last.end, end: last.end, text: ',' }, line];
}
