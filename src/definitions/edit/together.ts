import type { Segment } from '../problem.ts';
import { readYaml } from '../yaml/yaml.ts';
import { splicerOf } from './edit-splices.ts';
import { has, intendedValue, valueIn } from './intended-value.ts';
import { sameValue } from './same-value.ts';
import { smallerEdits } from './smaller-edits.ts';
import { spliced, type Splice } from './splices.ts';
import type { KeyOrder, YamlEdit } from './yaml-edit.ts';

/**
 * Makes edits of separate values at once, so that the text is read twice and not several times for each of them.
 * @returns undefined if they have to be made one after the other
 */
export function editsTogether(
  text: string,
  edits: readonly YamlEdit[],
  keyOrder: KeyOrder,
): string | undefined {
  const { value, problems } = readYaml(text);
  if (problems.some(({ code }) => code !== 'yaml_empty') || !areSeparate(edits)) return undefined;
  let intended: { readonly value: unknown } | undefined = { value };
  for (const edit of edits) intended = intended && intendedValue(intended.value, edit);
  if (intended === undefined) return undefined;
  const steps = edits.flatMap((edit) => stepsOf(value, edit));
  const splicer = splicerOf(text, keyOrder);
  // Additions at the same offset are in the order of their depth, the inner mapping first.
  const splices = steps
    .toSorted((one, other) => other.path.length - one.path.length)
    .map((step) => splicer(step)[0]);
  if (!splices.every((each) => each !== undefined)) return undefined;
  const all = splices.flat();
  const changed = overlaps(all) ? undefined : spliced(text, all);
  return changed !== undefined && reads(changed, intended.value) ? changed : undefined;
}

/** Whether a text has this value. An empty text has the value of an empty document. */
export function reads(text: string, value: unknown): boolean {
  const reading = readYaml(text);
  if (reading.problems.some(({ code }) => code !== 'yaml_empty')) return false;
  return sameValue(reading.value ?? null, value ?? null);
}

/** Values of which none contains another one, and whose places do not depend on the other edits. */
function areSeparate(edits: readonly YamlEdit[]): boolean {
  const paths = edits.map(({ path }) => path);
  return (
    edits.every(({ kind, path }) => (kind === 'set' || kind === 'remove') && path.every(isKey)) &&
    paths.every((path, index) => paths.every((other, at) => at === index || !isWithin(path, other)))
  );
}

function isKey(segment: Segment): boolean {
  return typeof segment === 'string';
}

function isWithin(path: readonly Segment[], parent: readonly Segment[]): boolean {
  return parent.every((segment, index) => path[index] === segment);
}

/** The smallest edits, all of which start from the same text. */
function stepsOf(value: unknown, edit: YamlEdit): YamlEdit[] {
  if (edit.kind === 'remove') return valueExists(value, edit.path) ? [edit] : [];
  if (edit.kind !== 'set') return [edit];
  const old = valueIn(value, edit.path);
  if (valueExists(value, edit.path) && sameValue(old, edit.value)) return [];
  const steps = valueExists(value, edit.path) ? smallerEdits(old, edit.path, edit.value, true) : undefined;
  return steps?.flatMap((step) => stepsOf(value, step)) ?? [edit];
}

function valueExists(value: unknown, path: readonly Segment[]): boolean {
  return path.length === 0 || has(valueIn(value, path.slice(0, -1)), path.at(-1) ?? '');
}

function overlaps(splices: readonly Splice[]): boolean {
  const sorted = splices.toSorted((left, right) => left.start - right.start);
  return sorted.some(({ start }, index) => start < (sorted[index - 1]?.end ?? 0));
}
