import { parsePath } from '../../core/text/field-path.ts';
import type { RestSpec } from '../../definitions/rest/types.ts';
import { fieldAt, type FieldValue } from '../../json/field.ts';
import type { AddedFields } from './field-pages.ts';

/**
 * The fields that records receive from where they were found: the key of a map, and fields of the element that contains them.
 * @returns undefined if the definition has none
 */
export function originFields({ recordKeyField, parentFields, parents }: RestSpec): AddedFields | undefined {
  // With `parents`, the parent is the record of the other listing.
  const fromParent = Object.entries(parents === undefined ? (parentFields ?? {}) : {});
  if (recordKeyField === undefined && fromParent.length === 0) return undefined;
  const paths = fromParent.map(([, path]) => parsePath(path));
  return {
    names: [...(recordKeyField === undefined ? [] : [recordKeyField]), ...fromParent.map(([name]) => name)],
    valuesOf(bytes, { origin }) {
      const { key, parent } = origin ?? {};
      const ofParent = paths.map((path) => parent && fieldAt(bytes, parent.start, path));
      return recordKeyField === undefined ? ofParent : [keyValue(key), ...ofParent];
    },
  };
}

function keyValue(key: string | undefined): FieldValue | undefined {
  if (key === undefined) return undefined;
  const bytes = Buffer.from(JSON.stringify(key));
  return { bytes, start: 0, end: bytes.length };
}
