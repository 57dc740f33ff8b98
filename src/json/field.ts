import type { FieldPath } from '../core/text/field-path.ts';
import { eachAtPath } from './each-at-path.ts';
import { valueAtPath } from './path.ts';
import { BRACKET, BRACKET_END, COMMA, elements, isArray, type Span } from './scan.ts';

/** A value in JSON text of its own, or in that of a record. */
export interface FieldValue extends Span {
  readonly bytes: Buffer;
}

const LETTER_N = 0x6e;

/**
 * Returns the value of a field. A path with `[]`, `[name=text]` or `*` leads to a list of its own: the values in their order, with
 * the elements of lists in place of the lists, and without nulls.
 * @param start where the record begins, in text that was checked
 * @returns undefined if the path leads to nothing, which an empty list is not
 */
export function fieldAt(bytes: Buffer, start: number, path: FieldPath): FieldValue | undefined {
  if (!path.many) {
    const value = valueAtPath(bytes, start, path);
    return value && { bytes, start: value.start, end: value.end };
  }
  const values: Span[] = [];
  // The end of the record is only needed by a path that ends at once, and such a path leads to one value.
  const reached = eachAtPath(bytes, { start, end: bytes.length }, path, (value) => values.push(value));
  const [only] = values;
  if (reached === 'nothing') return undefined;
  if (reached === 'one') return only && { bytes, start: only.start, end: only.end };
  return listOf(bytes, values);
}

function listOf(bytes: Buffer, values: readonly Span[]): FieldValue {
  const flat = values
    .flatMap((value) => (isArray(bytes, value.start) ? [...elements(bytes, value.start)] : [value]))
    .filter(({ start }) => bytes[start] !== LETTER_N);
  // A bracket, and after each value a comma or the other bracket.
  const list = Buffer.allocUnsafe(
    flat.reduce((size, { start, end }) => size + end - start + 1, flat.length === 0 ? 2 : 1),
  );
  let at = list.writeUInt8(BRACKET, 0);
  for (const { start, end } of flat) {
    at += bytes.copy(list, at, start, end);
    at = list.writeUInt8(COMMA, at);
  }
  list.writeUInt8(BRACKET_END, list.length - 1);
  return { bytes: list, start: 0, end: list.length };
}
