import { connectorDocument } from '../../../definitions/connector/schema/schema-document.ts';
import { editYaml, isTooMuch } from '../../../definitions/edit/edit-yaml.ts';
import { keyOrderOf } from '../../../definitions/edit/key-order.ts';
import { editsTogether } from '../../../definitions/edit/together.ts';
import type { YamlEdit } from '../../../definitions/edit/yaml-edit.ts';
import { changesOfForm } from '../../../definitions/connector/form/changes-of-form.ts';
import type { FormField, FormModel } from '../../../definitions/connector/form/form-model.ts';
import { formOf } from '../../../definitions/connector/form/form-of.ts';
import { displayPath } from '../../../definitions/problem.ts';
import type { Draft } from '../drafts/draft-service.ts';
import { textOfControl } from './control-text.ts';

/** What a person changed in the editor. */
export interface Submission {
  /** The content of the text area; undefined: unchanged. */
  readonly text?: string | undefined;
  /** The contents of controls by the paths of their fields. */
  readonly fields: ReadonlyMap<string, string>;
  /**
   * Whether `fields` are only those that were changed, and after the text. Without it they are all fields of the page, and those that
   * differ from the draft were changed at the same time as the text.
   */
  readonly changedOnly: boolean;
  /** The path of a key that is removed by its button. */
  readonly remove?: string | undefined;
}

/** What was entered in a control and is not in the text. */
export interface Refused {
  readonly path: string;
  readonly value: string;
  readonly message: string;
}

export interface Applied {
  readonly text: string;
  readonly refused: readonly Refused[];
}

const KEY_ORDER = keyOrderOf(connectorDocument);

/** The text of a draft after a submission. Everything that was typed is in the text or in `refused`. */
export function applySubmission(
  draft: Pick<Draft, 'text' | 'readableText'>,
  submission: Submission,
): Applied {
  const { text, fields, changedOnly, remove } = submission;
  const typed = text === undefined ? draft.text : textOfControl(text, draft.text);
  // The script of the editor sends what was changed, so the form that it showed is not needed.
  const before = changedOnly ? undefined : (formOf(draft.text, []) ?? formOf(draft.readableText, []));
  const changed = changedOnly ? fields : differing(fields, before);
  if (changed.size === 0 && remove === undefined) return { text: typed, refused: [] };
  const now = formOf(typed, []);
  if (now === undefined) return { text: typed, refused: refusedAll(changed, UNREADABLE) };
  const isConflict = (field: FormField) =>
    !changedOnly && typed !== draft.text && fieldAt(before, field.path)?.value !== field.value;
  const applied = applyFields(typed, now, changed, isConflict);
  return remove === undefined ? applied : removed(applied, remove);
}

function applyFields(
  text: string,
  form: FormModel,
  changed: ReadonlyMap<string, string>,
  isConflict: (field: FormField) => boolean,
): Applied {
  const refused: Refused[] = [];
  const wanted = new Map<string, string>();
  for (const [path, value] of changed) {
    const field = fieldAt(form, path);
    if (field === undefined) refused.push({ path, value, message: NO_FIELD });
    else if (field.value === value || !isConflict(field)) wanted.set(path, value);
    else refused.push({ path, value, message: BOTH_CHANGED });
  }
  const { edits, errors } = changesOfForm(form, wanted);
  refused.push(...errors.map(({ path, message }) => ({ path, message, value: wanted.get(path) ?? '' })));
  const together = editsTogether(text, edits, KEY_ORDER);
  if (together !== undefined) return { text: together, refused };
  if (isTooMuch(text, edits)) {
    const paths = edits.map(({ path }) => displayPath(path));
    refused.push(...paths.map((path) => ({ path, value: wanted.get(path) ?? '', message: TOO_MUCH })));
    return { text, refused };
  }
  let edited = text;
  for (const edit of edits) {
    const result = editYaml(edited, [edit], KEY_ORDER);
    if ('text' in result) {
      edited = result.text;
      continue;
    }
    const { line, message, fix } = result.refusal;
    const path = displayPath(edit.path);
    const value = wanted.get(path) ?? '';
    refused.push({ path, value, message: `Line ${line}: ${message} Write: ${fix}` });
  }
  return { text: edited, refused };
}

function removed({ text, refused }: Applied, path: string): Applied {
  const field = fieldAt(formOf(text, []), path);
  if (field?.present !== true) return { text, refused };
  const edit: YamlEdit = { kind: 'remove', path: field.segments };
  const result = editYaml(text, [edit], KEY_ORDER);
  if ('text' in result) return { text: result.text, refused };
  const { line, message, fix } = result.refusal;
  const refusal = { path, value: field.value, message: `Line ${line}: ${message} Write: ${fix}` };
  return { text, refused: [...refused, refusal] };
}

function differing(
  fields: ReadonlyMap<string, string>,
  form: FormModel | undefined,
): ReadonlyMap<string, string> {
  return new Map(
    [...fields]
      .map(([path, value]) => [path, value.replace(/\r\n?/g, '\n')] as const)
      .filter(([path, value]) => fieldAt(form, path)?.value !== value),
  );
}

function refusedAll(fields: ReadonlyMap<string, string>, message: string): Refused[] {
  return [...fields].map(([path, value]) => ({ path, value, message }));
}

/** The field of a path; undefined if the form has none. */
export function fieldAt(form: FormModel | undefined, path: string): FormField | undefined {
  for (const { fields } of form?.sections ?? []) {
    const found = fields.find((field) => field.path === path);
    if (found !== undefined) return found;
  }
  return undefined;
}

const UNREADABLE = 'This is not in the text yet, because the text cannot be read. Correct the text first.';
const TOO_MUCH =
  'This is not in the text yet, because the text is too large for several changes at once. Change one field, and save.';
const NO_FIELD = 'This is not in the text, because the field is missing from the form now.';
const BOTH_CHANGED =
  'This is not in the text, because the text has another new value here. Save again to replace it by this one, or enter the value of the text.';
