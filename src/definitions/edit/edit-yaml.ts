import { displayPath } from '../problem.ts';
import { EDITED_CHARACTERS_MAX } from '../limits.ts';
import { readYaml, type YamlReading } from '../yaml/yaml.ts';
import { splicerOf } from './edit-splices.ts';
import { has, intendedValue, valueIn } from './intended-value.ts';
import { sameValue } from './same-value.ts';
import { smallerEdits } from './smaller-edits.ts';
import { spliced } from './splices.ts';
import { editsTogether, reads } from './together.ts';
import type { KeyOrder, YamlEdit, YamlEdited } from './yaml-edit.ts';

/**
 * Makes edits to the text of a definition. Only the bytes of the edited values change. After each step the text is read again: if its
 * value is not exactly the intended one, the edit is refused and nothing changes.
 */
export function editYaml(text: string, edits: readonly YamlEdit[], keyOrder: KeyOrder): YamlEdited {
  const together = editsTogether(text, edits, keyOrder);
  return together === undefined ? editInOrder(text, edits, keyOrder) : { text: together };
}

function editInOrder(text: string, edits: readonly YamlEdit[], keyOrder: KeyOrder): YamlEdited {
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
  if (sameValue(intended.value, reading.value)) return { text };
  const steps =
    edit.kind === 'set' ? smallerEdits(valueIn(reading.value, edit.path), edit.path, edit.value) : undefined;
  if (steps !== undefined && has(reading.value, edit.path[0] ?? '')) {
    if (isTooMuch(text, steps)) return refused(reading, edit, 'has too many changes for a text of this size');
    return editInOrder(text, steps, keyOrder);
  }
  for (const splices of splicerOf(text, keyOrder)(edit)) {
    const changed = spliced(text, splices);
    if (reads(changed, intended.value)) return { text: changed };
  }
  return refused(reading, edit, 'cannot be changed here without changing other parts of the text');
}

function refused(reading: YamlReading, { path }: YamlEdit, why: string): YamlEdited {
  return {
    refusal: {
      line: reading.locate(displayPath(path)).line,
      message: `${displayPath(path)} ${why}.`,
      fix: 'the new value, typed in the text itself',
    },
  };
}

/** Each of the edits reads the whole text several times. */
export function isTooMuch(text: string, edits: readonly YamlEdit[]): boolean {
  return edits.length > 1 && edits.length * text.length > EDITED_CHARACTERS_MAX;
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
