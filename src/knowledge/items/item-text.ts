import { parsePath, type FieldPath } from '../../core/text/field-path.ts';
import { CanonicalJson } from '../../json/canonical.ts';
import { fieldAt, type FieldValue } from '../../json/field.ts';
import { isString, textAt } from '../../json/scan.ts';
import { ByteWriter } from '../../pipeline/bytes/byte-writer.ts';

/** The fields that are the text of an item if `config.textFields` is missing. */
const TEXT_FIELDS_DEFAULT = ['title', 'body', 'name', 'description'];

/** Values that say nothing. */
const EMPTY = new Set(['null', '[]', '{}']);

const VALUE_BYTES_TYPICAL = 256;

/** Parses the paths of `config.textFields` once for all items. @param fields null or undefined for the default */
export function textFieldPaths(fields: readonly string[] | null | undefined): readonly FieldPath[] {
  return (fields ?? TEXT_FIELDS_DEFAULT).map(parsePath);
}

/**
 * The text of an item: its fields in the order of the paths, with a blank line between them. A string stays as it is, any other value
 * becomes JSON without blanks, with sorted keys and with every digit. A field that is missing, null or empty is left out.
 *
 * No database stores a NUL character or a lone surrogate in text; both become U+FFFD, so that what is embedded is what is stored.
 * @param bytes JSON that was checked
 * @param start where the item begins in it
 * @returns an empty string if no field has a text
 */
export function itemText(bytes: Buffer, start: number, paths: readonly FieldPath[]): string {
  return paths
    .map((path) => valueText(fieldAt(bytes, start, path)))
    .filter((text) => text.trim() !== '')
    .join('\n\n')
    .replaceAll('\0', '\uFFFD')
    .toWellFormed();
}

function valueText(value: FieldValue | undefined): string {
  if (value === undefined) return '';
  const { bytes, start, end } = value;
  if (isString(bytes, start)) return textAt(bytes, start, end);
  const json = new ByteWriter(VALUE_BYTES_TYPICAL);
  new CanonicalJson().write(bytes, start, json);
  const text = json.bytes.toString('utf8', 0, json.length);
  return EMPTY.has(text) ? '' : text;
}
