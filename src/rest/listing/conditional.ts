import type { RestSpec } from '../../definitions/rest/types.ts';

/**
 * Whether the answer to one request can stand for a whole listing. Of a POST no server says 304. Where a header leads to the
 * next page, a page that is the same may have got one behind it. A definition that wants no cache in between wants to be told
 * everything.
 */
export function mayBeConditional(spec: RestSpec): boolean {
  const { method = 'GET', headers = {} } = spec;
  const { type, nextCursorHeader } = spec.pagination ?? {};
  if (method !== 'GET' || type === 'link_header' || nextCursorHeader !== undefined) return false;
  return !Object.entries(headers).some(
    ([name, value]) =>
      /^if-/i.test(name) || (/^cache-control$/i.test(name) && /no-(?:cache|store)/i.test(value)),
  );
}
