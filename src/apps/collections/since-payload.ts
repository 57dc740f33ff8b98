import type { SinceValue } from './since.ts';

/** Not after a colon and not the start of a longer name, like `:watermark` of connectors. */
const SINCE = /(?<!:):since(?![\p{L}\p{N}_$])/gu;
const WHOLE = ':since';

export type Payload = Readonly<Record<string, unknown>>;

/** Replaces each `:since` in a value, at any depth. A text that is nothing else becomes the value with its type. */
export function bindSince(value: unknown, since: SinceValue): unknown {
  if (typeof value === 'string')
    return value === WHOLE ? since : value.replaceAll(SINCE, () => String(since));
  if (Array.isArray(value)) return value.map((item: unknown) => bindSince(item, since));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bindSince(item, since)]));
}

/** As `bindSince`, for the top of a payload. */
export function boundPayload(payload: Payload, since: SinceValue): Payload {
  return Object.fromEntries(Object.entries(payload).map(([key, item]) => [key, bindSince(item, since)]));
}

/** Leaves out the keys whose value contains `:since` at any depth, because a sync of everything must not filter. */
export function withoutSince(payload: Payload): Payload {
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => !mentionsSince(value)));
}

function mentionsSince(value: unknown): boolean {
  if (typeof value === 'string') return value.search(SINCE) !== -1;
  if (Array.isArray(value)) return value.some(mentionsSince);
  return isMapping(value) && Object.values(value).some(mentionsSince);
}

/** Merges mappings at any depth; any other value replaces that of the same key. */
export function mergedPayload(base: Payload, more: Payload): Payload {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(more)) {
    const own = Object.hasOwn(merged, key) ? merged[key] : undefined;
    merged[key] = isMapping(own) && isMapping(value) ? mergedPayload(own, value) : value;
  }
  return merged;
}

/** Sets a key of a payload; `page.size` is the key `size` inside `page`, unless the payload has a key of that name. */
export function withParameter(payload: Payload, name: string, value: SinceValue, nested: boolean): Payload {
  const dot = nested ? name.indexOf('.') : -1;
  if (dot === -1 || Object.hasOwn(payload, name)) return { ...payload, [name]: value };
  const key = name.slice(0, dot);
  const inner = Object.hasOwn(payload, key) ? payload[key] : undefined;
  const parent = isMapping(inner) ? inner : {};
  return { ...payload, [key]: withParameter(parent, name.slice(dot + 1), value, nested) };
}

/** Replaces each `:since` in a path with its query. */
export function boundPath(path: string, since: SinceValue): string {
  return path.replaceAll(SINCE, () => encodeURIComponent(since));
}

/** Leaves out the query parameters that contain `:since`. */
export function pathWithoutSince(path: string): string {
  const at = path.indexOf('?');
  if (at === -1) return path;
  const kept = path
    .slice(at + 1)
    .split('&')
    .filter((parameter) => parameter.search(SINCE) === -1);
  return kept.length === 0 ? path.slice(0, at) : `${path.slice(0, at)}?${kept.join('&')}`;
}

function isMapping(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
