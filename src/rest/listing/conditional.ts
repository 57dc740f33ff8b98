import type { RestSpec } from '../../definitions/rest/types.ts';

/**
 * Whether the response to one conditional request covers a whole listing. Servers do not answer a POST with 304. If a header
 * leads to the next page or has the total, an unchanged page may have a new page after it. A definition that disables caching wants the
 * full response. The result of a job has an address of its own in each run.
 */
export function mayBeConditional(spec: RestSpec): boolean {
  // The responses to the other requests may have changed.
  if (spec.parents !== undefined || spec.detail !== undefined) return false;
  const { method = 'GET', headers = {}, job } = spec;
  const { type, nextCursorHeader, totalHeader, totalPagesHeader } = spec.pagination ?? {};
  const header = nextCursorHeader ?? totalHeader ?? totalPagesHeader;
  if (job !== undefined || method !== 'GET' || type === 'link_header' || header !== undefined) return false;
  return !Object.entries(headers).some(
    ([name, value]) =>
      /^if-/i.test(name) || (/^cache-control$/i.test(name) && /no-(?:cache|store)/i.test(value)),
  );
}
