import { CONNECTOR_TEXT_CHARACTERS_MAX } from './limits.ts';

/**
 * Functions that read a connector that may be invalid. The rules check every field that exists, so that one mistake does not hide
 * another.
 */

/** The value at a path such as `spec.source.query`; undefined when any part of it is missing. */
export function valueAt(connector: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return Reflect.get(value, key);
  }, connector);
}

/** The text at a path; undefined when the value is missing, is not a string, or is longer than any field may be. */
export function textAt(connector: unknown, path: string): string | undefined {
  const value = valueAt(connector, path);
  return isText(value) ? value : undefined;
}

/** The texts of a list, or the one text that is allowed in place of a list; each with its own path. */
export function textsAt(
  connector: unknown,
  path: string,
): { readonly path: string; readonly text: string }[] {
  const value = valueAt(connector, path);
  if (isText(value)) return [{ path, text: value }];
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown, index) =>
    isText(item) ? [{ path: `${path}[${index}]`, text: item }] : [],
  );
}

/** The schema reports a text that is too long; a rule that reads it would only waste time. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= CONNECTOR_TEXT_CHARACTERS_MAX;
}
