import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode } from 'yaml';
import type { Entry, EntryNode } from './entries.ts';
import { valueText } from './scalar-text.ts';
import { DEFAULTS, GENERATED_KEYS, type GeneratedKey, type ScheduleJob } from './schedule-jobs.ts';
import { addLines, lineAfter, lineStart, type TextEdit } from './text-edits.ts';

/** A key of an entry that differs from its definition. */
export interface KeyChange {
  readonly key: GeneratedKey;
  readonly wanted: ScheduleJob[GeneratedKey];
  /** Undefined if the entry does not have the key. */
  readonly actual: unknown;
  /** The key in the entry itself, as opposed to one that is merged into it. */
  readonly pair: EntryPair | undefined;
}

type EntryPair = Pair<ParsedNode, ParsedNode | null>;

/** The keys of an entry that differ from its definition. A missing key has the default of the chart. */
export function keyChanges({ value, node }: Entry, job: ScheduleJob): KeyChange[] {
  return GENERATED_KEYS.flatMap((key) => {
    const actual = value[key];
    if (isSame(actual ?? DEFAULTS[key], job[key])) return [];
    return [{ key, wanted: job[key], actual, pair: pairOf(node, key) }];
  });
}

/**
 * The edits that give an entry its wanted values.
 * @returns undefined if its form does not permit that without a change elsewhere
 */
export function entryEdits(
  text: string,
  { node }: Entry,
  changes: readonly KeyChange[],
): readonly TextEdit[] | undefined {
  if (node === undefined) return undefined;
  const replaced = changes.flatMap(({ pair, wanted }) =>
    pair === undefined ? [] : [replacement(text, pair, valueText(wanted))],
  );
  const missing = changes.filter(({ pair }) => pair === undefined);
  const added = missing.length === 0 ? [] : [insertion(text, node, missing)];
  const edits = [...replaced, ...added];
  return edits.every((edit) => edit !== undefined) ? edits : undefined;
}

/** The end of what a node has, without the comments and empty lines after it. */
export function contentEnd(node: ParsedNode): number {
  if (isScalar(node) || isAlias(node) || isFlow(node)) return node.range[1];
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    const last = node.items.at(-1);
    if (last === undefined) return node.range[1];
    return contentEnd(last.value ?? last.key);
  }
  const last = isSeq<ParsedNode>(node) ? node.items.at(-1) : undefined;
  return last === undefined ? node.range[1] : contentEnd(last);
}

function replacement(text: string, { value, key }: EntryPair, wanted: string): TextEdit | undefined {
  // Aliases elsewhere would change with an anchor.
  if (value === null || (!isAlias(value) && value.anchor !== undefined)) return undefined;
  if (isScalar(value) || isAlias(value) || isFlow(value)) {
    const [from, to] = value.range;
    // An empty value has its place directly after the colon. A value of several lines ends with a line break.
    return from === to || text.slice(from, to).includes('\n') ? undefined : { from, to, text: wanted };
  }
  const from = key.range[1];
  const to = contentEnd(value);
  return text.slice(from, to).includes('#') ? undefined : { from, to, text: `: ${wanted}` };
}

/** Adds keys after the last generated one, or after the first key of the entry. */
function insertion(text: string, node: EntryNode, missing: readonly KeyChange[]): TextEdit | undefined {
  const neighbours = ['name', ...GENERATED_KEYS].flatMap((key) => pairOf(node, key) ?? []);
  const ends = neighbours.map(({ key, value }) => contentEnd(value ?? key));
  const last = Math.max(...ends);
  const first = node.items[0];
  if (neighbours.length === 0 || first === undefined) return undefined;
  const texts = missing.map(({ key, wanted }) => `${key}: ${valueText(wanted)}`);
  if (node.flow === true) return { from: last, to: last, text: texts.map((each) => `, ${each}`).join('') };
  const indent = ' '.repeat(first.key.range[0] - lineStart(text, first.key.range[0]));
  return addLines(
    text,
    lineAfter(text, last),
    texts.map((each) => `${indent}${each}`),
  );
}

function pairOf(node: EntryNode | undefined, key: string): EntryPair | undefined {
  return node?.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

function isFlow(node: ParsedNode): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

function isSame(actual: unknown, wanted: ScheduleJob[GeneratedKey]): boolean {
  return JSON.stringify(actual) === JSON.stringify(wanted);
}
