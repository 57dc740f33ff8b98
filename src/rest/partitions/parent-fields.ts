import { parsePath } from '../../core/text/field-path.ts';
import { fieldAt } from '../../json/field.ts';
import type { AddedFields } from '../fields/field-pages.ts';
import type { RecordText } from '../templates/record-templates.ts';

/**
 * The fields that the children of one parent receive from it.
 * @param fields the new names, each with a path in the parent
 */
export function fieldsOfParent(
  fields: Readonly<Record<string, string>>,
  { bytes, start }: RecordText,
): AddedFields {
  const values = Object.values(fields).map((path) => fieldAt(bytes, start, parsePath(path)));
  return { names: Object.keys(fields), valuesOf: () => values };
}
