import { isScalar, isSeq, type ParsedNode, type YAMLSeq } from 'yaml';
import { contentEnd } from './entry-edits.ts';
import type { Entry } from './entries.ts';
import { stringText, valueText } from './scalar-text.ts';
import { DEFAULTS, GENERATED_KEYS, type ScheduleJob } from './schedule-jobs.ts';
import { addLines, lineAfter, lineStart, type TextEdit } from './text-edits.ts';
import type { ValuesFile } from './values-file.ts';

/** The indentation of a new list. */
const INDENT = '  ';

/**
 * The edits that add entries to the list, after its last one, and remove others.
 * @returns undefined if the list has a form that does not permit that
 */
export function listEdits(
  { text, pair, entries }: ValuesFile,
  added: readonly ScheduleJob[],
  removed: readonly Entry[],
): readonly TextEdit[] | undefined {
  if (added.length === 0 && removed.length === 0) return [];
  if (pair === undefined)
    return [addLines(text, text.length, ['scheduleJobs:', ...entryLines(added, INDENT)])];
  const { key, value } = pair;
  const colon = text.indexOf(':', key.range[1]);
  if (value === null || isScalar(value) || (isSeq<ParsedNode>(value) && value.items.length === 0)) {
    return [
      ...emptied(text, colon + 1, value),
      addLines(text, lineAfter(text, value?.range[1] ?? colon), entryLines(added, INDENT)),
    ];
  }
  if (!isSeq<ParsedNode>(value)) return undefined;
  const dashes = dashesOf(value);
  const first = dashes?.[0];
  const last = value.items.at(-1);
  if (dashes === undefined || first === undefined || last === undefined) return undefined;
  const removals = removed.flatMap(({ index }) => removal(text, dashes[index], value.items[index]));
  const isEmpty = removed.length === entries.length && added.length === 0;
  const indent = ' '.repeat(first - lineStart(text, first));
  return [
    ...(isEmpty ? [{ from: colon + 1, to: colon + 1, text: ' []' }] : []),
    ...removals,
    addLines(text, lineAfter(text, contentEnd(last)), entryLines(added, indent)),
  ];
}

/** Removes the `[]`, `null` or `~` of a list without entries, and the blanks before it. */
function emptied(text: string, from: number, value: ParsedNode | null): TextEdit[] {
  const to = value?.range[1] ?? from;
  return to > from && text.slice(from, to).trim() !== '' ? [{ from, to, text: '' }] : [];
}

/** The offsets of the dashes of a block list; undefined for a list in brackets. */
function dashesOf({ srcToken }: YAMLSeq<ParsedNode>): number[] | undefined {
  if (srcToken?.type !== 'block-seq') return undefined;
  return srcToken.items.flatMap(
    ({ start }) => start.find(({ type }) => type === 'seq-item-ind')?.offset ?? [],
  );
}

function removal(text: string, dash: number | undefined, item: ParsedNode | undefined): TextEdit[] {
  if (dash === undefined || item === undefined) return [];
  return [{ from: lineStart(text, dash), to: lineAfter(text, contentEnd(item)), text: '' }];
}

function entryLines(jobs: readonly ScheduleJob[], indent: string): string[] {
  return jobs.flatMap((job) => {
    const keys = GENERATED_KEYS.filter((key) => job[key] !== DEFAULTS[key]);
    return [
      `${indent}- name: ${stringText(job.name)}`,
      ...keys.map((key) => `${indent}  ${key}: ${valueText(job[key])}`),
    ];
  });
}
