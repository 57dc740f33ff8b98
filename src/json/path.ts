import { parsePath, type FieldPath } from '../core/text/field-path.ts';
import { eachMember, elements, endOfValue, isArray, isObject, isString, textAt, type Span } from './scan.ts';

/**
 * Finds a value by a path: names separated by dots, and `[0]` or `[-1]` for an element of a list. A key may itself contain dots
 * (`@odata.nextLink`), so the longest matching key is tried first. Of duplicate keys the last one counts, as is usual in JSON.
 * @param start where the value begins, in text that was checked
 * @param path a text is parsed on each call; for use with every record, parse it once
 * @returns undefined also for a path that leads to a list of values: see `field.ts`
 */
export function valueAtPath(bytes: Buffer, start: number, path: FieldPath | string): Span | undefined {
  return valueAt(bytes, { start, end: undefined }, typeof path === 'string' ? parsePath(path) : path);
}

function valueAt(
  bytes: Buffer,
  { start, end }: { readonly start: number; readonly end: number | undefined },
  { ends, keys, step }: FieldPath,
): Span | undefined {
  if (ends) return { start, end: end ?? endOfValue(bytes, start) };
  if (isArray(bytes, start)) {
    const element = step?.kind === 'index' ? elementAt(bytes, start, step.index) : undefined;
    return element && step && valueAt(bytes, element, step.then);
  }
  if (!isObject(bytes, start)) return undefined;
  let found: Span | undefined;
  let longest = 0;
  eachMember(bytes, start, (key, from, to) => {
    const rest = key.length < longest ? undefined : keys.get(key);
    const value = rest && valueAt(bytes, { start: from, end: to }, rest);
    if (value === undefined) return;
    found = value;
    longest = key.length;
  });
  return found;
}

/** @param index counts from the end if it is negative */
export function elementAt(bytes: Buffer, start: number, index: number): Span | undefined {
  if (index < 0) return [...elements(bytes, start)].at(index);
  let at = 0;
  for (const element of elements(bytes, start)) {
    if (at++ === index) return element;
  }
  return undefined;
}

/** Returns the text of a JSON string, or the bytes of any other value as they are written. */
export function plainText(bytes: Buffer, { start, end }: Span): string {
  return isString(bytes, start) ? textAt(bytes, start, end) : bytes.toString('utf8', start, end);
}
