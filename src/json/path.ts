import { eachMember, isObject, isString, textAt, type Span } from './scan.ts';

/**
 * Finds a value by a path of names separated by dots. A key may itself contain dots (`@odata.nextLink`), so the longest matching
 * key is tried first. Of duplicate keys the last one counts, as is usual in JSON.
 * @param start where the value begins, in text that was checked
 */
export function valueAtPath(bytes: Buffer, start: number, path: string): Span | undefined {
  if (!isObject(bytes, start)) return undefined;
  let found: Span | undefined;
  let longest = 0;
  eachMember(bytes, start, (key, from, end) => {
    if (key.length < longest) return;
    const value = path === key ? { start: from, end } : below(bytes, from, path, key);
    if (value === undefined) return;
    found = value;
    longest = key.length;
  });
  return found;
}

function below(bytes: Buffer, start: number, path: string, key: string): Span | undefined {
  return path.startsWith(`${key}.`) ? valueAtPath(bytes, start, path.slice(key.length + 1)) : undefined;
}

/** Removes the root of a path in JSONPath notation, such as `$.meta.next`. */
export function withoutRoot(path: string): string {
  return path.replace(/^\$\./, '');
}

/** Returns the text of a JSON string, or the bytes of any other value as they are written. */
export function plainText(bytes: Buffer, { start, end }: Span): string {
  return isString(bytes, start) ? textAt(bytes, start, end) : bytes.toString('utf8', start, end);
}
