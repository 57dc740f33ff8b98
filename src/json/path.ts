import { eachMember, isObject, isString, textAt, type Span } from './scan.ts';

/**
 * Finds a value by names with dots. A key may have dots itself (`@odata.nextLink`): the longest key that fits comes first.
 * Of keys that are there twice the last one counts, as everywhere in JSON.
 * @param start of a value in text that was checked
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

/** A path may be written as in JSONPath: `$.meta.next`. */
export function withoutRoot(path: string): string {
  return path.replace(/^\$\./, '');
}

/** A JSON string as its text, any other value as it is written. */
export function plainText(bytes: Buffer, { start, end }: Span): string {
  return isString(bytes, start) ? textAt(bytes, start, end) : bytes.toString('utf8', start, end);
}
