import { isDeepStrictEqual } from 'node:util';
import { displayPath, type Segment } from '../problem.ts';
import { readYaml, type YamlReading } from '../yaml/yaml.ts';
import { editSplices } from './edit-splices.ts';
import { has, intendedValue, isMapping, valueIn } from './intended-value.ts';
import { spliced } from './splices.ts';
import { isList, isScalar } from './value-lines.ts';
import type { KeyOrder, PlainValue, YamlEdit, YamlEdited } from './yaml-edit.ts';

/**
 * Makes edits to the text of a definition. Only the bytes of the edited values change. After each step the text is read again: if its
 * value is not exactly the intended one, the edit is refused and nothing changes.
 */
export function editYaml(text: string, edits: readonly YamlEdit[], keyOrder: KeyOrder): YamlEdited {
  let edited: YamlEdited = { text };
  for (const edit of edits) {
    if (!('text' in edited)) return edited;
    edited = editOnce(edited.text, edit, keyOrder);
  }
  return edited;
}

function editOnce(text: string, edit: YamlEdit, keyOrder: KeyOrder): YamlEdited {
  const reading = readYaml(text);
  const problem = reading.problems.find(({ code }) => code !== 'yaml_empty');
  if (problem !== undefined) {
    const { line, message, fix } = problem;
    return { refusal: { line, message: `The text cannot be edited as a form: ${message}`, fix } };
  }
  const intended = intendedValue(reading.value, edit);
  if (intended === undefined) return doesNotFit(reading, edit);
  if (isDeepStrictEqual(intended.value, reading.value)) return { text };
  const steps =
    edit.kind === 'set' ? smallerEdits(valueIn(reading.value, edit.path), edit.path, edit.value) : undefined;
  if (steps !== undefined && has(reading.value, edit.path[0] ?? '')) return editYaml(text, steps, keyOrder);
  for (const splices of editSplices(text, edit, keyOrder)) {
    const changed = spliced(text, splices);
    if (reads(changed, intended.value)) return { text: changed };
  }
  return {
    refusal: {
      line: reading.locate(displayPath(edit.path)).line,
      message: `${displayPath(edit.path)} cannot be changed here without changing other parts of the text.`,
      fix: 'the new value, typed in the text itself',
    },
  };
}

/** Whether a text has this value. An empty text has the value of an empty document. */
function reads(text: string, value: unknown): boolean {
  const reading = readYaml(text);
  if (reading.problems.some(({ code }) => code !== 'yaml_empty')) return false;
  return isDeepStrictEqual(reading.value ?? null, value ?? null);
}

/** The edits of the parts that differ, so that the lines of the others stay; undefined if the value is replaced as a whole. */
function smallerEdits(old: unknown, path: readonly Segment[], value: PlainValue): YamlEdit[] | undefined {
  if (isScalar(value)) return undefined;
  if (isList(value)) {
    return Array.isArray(old) && old.length > 0 && value.length > 0 ? listEdits(old, path, value) : undefined;
  }
  if (!isMapping(old) || Object.keys(old).length === 0 || Object.keys(value).length === 0) return undefined;
  const sets = Object.entries(value).flatMap(([key, item]): YamlEdit[] =>
    has(old, key) && isDeepStrictEqual(old[key], item)
      ? []
      : [{ kind: 'set', path: [...path, key], value: item }],
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
): YamlEdit[] {
  const shorter = Math.min(old.length, value.length);
  let before = 0;
  while (before < shorter && isDeepStrictEqual(old[before], value[before])) before += 1;
  let after = 0;
  while (after < shorter - before && isDeepStrictEqual(old.at(-1 - after), value.at(-1 - after))) after += 1;
  const replaced = shorter - before - after;
  const sets = value
    .slice(before, before + replaced)
    .map((item, index): YamlEdit => ({ kind: 'set', path: [...path, before + index], value: item }));
  const inserts = value.slice(before + replaced, value.length - after).map((item, index): YamlEdit => ({
    kind: 'insert',
    path,
    index: before + replaced + index,
    value: item,
  }));
  const removals = old
    .slice(before + replaced, old.length - after)
    .map((): YamlEdit => ({ kind: 'remove', path: [...path, before + replaced] }));
  return [...sets, ...inserts, ...removals];
}

function doesNotFit(reading: YamlReading, edit: YamlEdit): YamlEdited {
  const path = displayPath(edit.path);
  const isList = edit.kind === 'insert' || edit.kind === 'move';
  return {
    refusal: {
      line: reading.locate(path).line,
      message: isList
        ? `${path} is not a list with this position.`
        : `${path} cannot be added, because a value is in the place of its mapping or list.`,
      fix: isList ? 'a list there, in the text itself' : 'a mapping or list there, in the text itself',
    },
  };
}
