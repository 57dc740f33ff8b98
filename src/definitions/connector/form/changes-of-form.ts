import type { YamlEdit } from '../../edit/yaml-edit.ts';
import { editOf } from './edit-of.ts';
import { withLineFeeds } from './field-control.ts';
import type { FormModel } from './form-model.ts';

/** What a submitted form changes. */
export interface FormChanges {
  readonly edits: readonly YamlEdit[];
  /** The texts that are not valid for their field; the others are still applied. */
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

/**
 * The edits of a submitted form: one for each field whose text differs from the shown one.
 * @param submitted the texts of the controls by the path of their field; a field without one is unchanged
 */
export function changesOfForm(model: FormModel, submitted: ReadonlyMap<string, string>): FormChanges {
  const edits: YamlEdit[] = [];
  const errors: { path: string; message: string }[] = [];
  for (const field of model.sections.flatMap(({ fields }) => fields)) {
    const text = submitted.get(field.path);
    if (text === undefined || withLineFeeds(text) === field.value) continue;
    const result = editOf(field, text);
    if ('error' in result) errors.push({ path: field.path, message: result.error });
    else if (result.edit !== undefined) edits.push(result.edit);
  }
  return { edits, errors };
}
