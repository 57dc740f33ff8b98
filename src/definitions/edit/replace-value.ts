import type { PlainValue } from './yaml-edit.ts';
import { joined } from './entries/entry-lines.ts';
import { quotedText, scalarText } from './scalar-text.ts';
import type { Splice } from './splices.ts';
import { endOfBlankLines, lineEndOf, newlineOf } from './text-offsets.ts';
import {
  entryLines,
  flowText,
  isList,
  isScalar,
  valueLines,
  type LineStyle,
  type ValueLines,
} from './value-lines.ts';
import type { ScalarNode, YamlNode } from './yaml-nodes.ts';

/** Where a value is. */
export interface ValuePlace {
  readonly node: YamlNode;
  /** The column of its key or dash. */
  readonly column: number;
  readonly isInFlow: boolean;
  readonly isItem: boolean;
}

/** A flow list that replaces a single text is written in one line up to this length. */
const SHORT_FLOW_CHARACTERS = 80;

/** Replaces a value; the comment at the end of its first line stays. */
export function replaceValue(text: string, place: ValuePlace, value: PlainValue, style: LineStyle): Splice[] {
  const { node } = place;
  const written = writtenValue(place, value, style);
  const { start, end, bodyEnd } = extentOf(text, node);
  const lineEnd = lineEndOf(text, end);
  const isEmptyBefore = start === end;
  const inline =
    written.inline !== '' && (isEmptyBefore || start === node.slot) ? ` ${written.inline}` : written.inline;
  const from = written.inline === '' ? node.slot : start;
  const keepsBlankLines = /^\|\d?\+/.test(written.inline);
  const oldEnd = Math.max(bodyEnd, lineEnd);
  const body = { start: lineEnd, end: keepsBlankLines ? endOfBlankLines(text, oldEnd) : oldEnd };
  const lines = written.lines.length === 0 ? '' : newlineOf(text) + joined(text, written.lines);
  const first = { start: from, end, text: inline };
  return place.isInFlow ? [first] : [first, { ...body, text: lines }];
}

/** The part of a value in its first line, and the end of the lines after it. */
function extentOf(text: string, node: YamlNode): { start: number; end: number; bodyEnd: number } {
  if (node.kind === 'scalar')
    return { start: node.start, end: node.end, bodyEnd: node.block?.end ?? node.end };
  if (node.isFlow || lineEndOf(text, node.slot) > node.start)
    return { start: node.start, end: node.end, bodyEnd: node.end };
  return { start: node.slot, end: node.slot, bodyEnd: lineEndOf(text, node.end) };
}

function writtenValue(place: ValuePlace, value: PlainValue, style: LineStyle): ValueLines {
  const { node, column, isInFlow, isItem } = place;
  if (isScalar(value)) {
    const indent = node.kind === 'scalar' ? node.block?.indent : undefined;
    const blockStep = indent === undefined ? style.step : indent - column;
    const old = node.kind === 'scalar' ? ({ style: isEmptyText(node) ? 'plain' : node.style } as const) : {};
    const { inline, lines = [] } =
      style.quoted === true ? quotedText(value) : scalarText(value, { isFlow: isInFlow, blockStep, ...old });
    const blanks = ' '.repeat(Math.max(column + blockStep, 0));
    return { inline, lines: lines.map((line) => (line === '' ? '' : blanks + line)) };
  }
  const flow = flowText(value);
  const isShort =
    node.kind === 'scalar' &&
    node.style !== 'empty' &&
    isFlatList(value) &&
    flow.length <= SHORT_FLOW_CHARACTERS;
  if (isInFlow || isShort || (node.kind !== 'scalar' && node.isFlow)) return { inline: flow, lines: [] };
  if (isItem) return itemValue(value, column, style);
  return valueLines(value, column, style);
}

/** `""` is what an emptied field leaves, so its quotes say nothing about the text that is typed there next. */
function isEmptyText({ style, start, end }: ScalarNode): boolean {
  return style === 'double' && end - start === 2;
}

function itemValue(value: PlainValue, column: number, style: LineStyle): ValueLines {
  if (isScalar(value) || isList(value)) return { inline: flowText(value), lines: [] };
  const lines = Object.entries(value).flatMap(([key, item]) => entryLines(key, item, column + 2, style));
  const [first = '{}', ...others] = lines;
  return { inline: first.trimStart(), lines: others };
}

function isFlatList(value: PlainValue): boolean {
  return isList(value) && value.every((item) => isScalar(item));
}
