/**
 * Reading a connector that may be wrong. The rules look at whatever is there, so that one mistake does not hide another.
 */

/** The value at a path such as `spec.source.query`; undefined when any part of it is missing. */
export function valueAt(connector: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return Reflect.get(value, key);
  }, connector);
}

/** The text at a path; undefined when there is none, or something that is no text. */
export function textAt(connector: unknown, path: string): string | undefined {
  const value = valueAt(connector, path);
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a list, or the one text that stands for a list; each with its own path. */
export function textsAt(
  connector: unknown,
  path: string,
): { readonly path: string; readonly text: string }[] {
  const value = valueAt(connector, path);
  if (typeof value === 'string') return [{ path, text: value }];
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown, index) =>
    typeof item === 'string' ? [{ path: `${path}[${index}]`, text: item }] : [],
  );
}
