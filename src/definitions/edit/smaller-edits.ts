import type { Segment } from '../problem.ts';
import { has, isMapping } from './intended-value.ts';
import { sameValue } from './same-value.ts';
import { isList, isScalar } from './value-lines.ts';
import type { PlainValue, YamlEdit } from './yaml-edit.ts';

/**
 * The edits of the parts that differ, so that the lines of the others stay.
 * @param isTogether whether all edits start from the same text, instead of each from the text after the one before
 * @returns undefined if the value is replaced as a whole
 */
export function smallerEdits(
  old: unknown,
  path: readonly Segment[],
  value: PlainValue,
  isTogether = false,
): YamlEdit[] | undefined {
  if (isScalar(value)) return undefined;
  if (isList(value)) {
    if (!Array.isArray(old) || old.length === 0 || value.length === 0) return undefined;
    return listEdits(old, path, value, isTogether);
  }
  if (!isMapping(old) || Object.keys(old).length === 0 || Object.keys(value).length === 0) return undefined;
  const sets = Object.entries(value).flatMap(([key, item]): YamlEdit[] =>
    has(old, key) && sameValue(old[key], item) ? [] : [{ kind: 'set', path: [...path, key], value: item }],
  );
  const removals = Object.keys(old)
    .filter((key) => !Object.hasOwn(value, key))
    .map((key): YamlEdit => ({ kind: 'remove', path: [...path, key] }));
  return [...sets, ...removals];
}

function listEdits(
  old: readonly unknown[],
  path: readonly Segment[],
  value: readonly PlainValue[],
  isTogether: boolean,
): YamlEdit[] {
  const shorter = Math.min(old.length, value.length);
  let before = 0;
  while (before < shorter && sameValue(old[before], value[before])) before += 1;
  let after = 0;
  while (after < shorter - before && sameValue(old.at(-1 - after), value.at(-1 - after))) after += 1;
  const replaced = shorter - before - after;
  const rest = before + replaced;
  const later = (index: number) => (isTogether ? 0 : index);
  const sets = value
    .slice(before, rest)
    .map((item, index): YamlEdit => ({ kind: 'set', path: [...path, before + index], value: item }));
  const inserts = value
    .slice(rest, value.length - after)
    .map((item, index): YamlEdit => ({ kind: 'insert', path, index: rest + later(index), value: item }));
  const removals = old
    .slice(rest, old.length - after)
    .map((_, index): YamlEdit => ({ kind: 'remove', path: [...path, rest + (isTogether ? index : 0)] }));
  return [...sets, ...inserts, ...removals];
}
