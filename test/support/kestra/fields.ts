/** An object of a flow, whose keys are read one by one. */
export type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects in a list; empty if the value is not a list. */
export function objectsIn(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function objectAt(fields: Fields, key: string): Fields {
  const value = fields[key];
  return isObject(value) ? value : {};
}

/** The string of a key; empty if it is missing or something else. */
export function textAt(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

/** Every string in a value, with its path, such as `tasks.0.env.RUN_ID`. */
export function textsIn(value: unknown, path: readonly string[] = []): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path: path.join('.'), text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, [...path, key]));
}

/** Seconds of an ISO 8601 duration of days, hours, minutes and seconds. */
export function secondsOf(duration: unknown): number {
  const text = typeof duration === 'string' ? duration : '';
  if (!/^P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/.test(text)) return Number.NaN;
  const amountOf = (unit: string): number => Number(new RegExp(`(\\d+)${unit}`).exec(text)?.[1] ?? 0);
  return ((amountOf('D') * 24 + amountOf('H')) * 60 + amountOf('M')) * 60 + amountOf('S');
}
