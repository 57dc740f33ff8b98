import type { RestSpec } from '../../definitions/rest/types.ts';

/** A path whose every step is a key. */
const PLAIN_PATH = /^[^[\]*]*$/;

/**
 * When the response of a listing is read as a stream: a page of a longer listing never is, because it can be requested again as
 * a whole; a single JSON response only if it is larger than a page may be.
 */
export function streamingOf(spec: RestSpec): 'always' | 'when large' | 'never' {
  if ((spec.pagination?.type ?? 'none') !== 'none') return 'never';
  if ((spec.responseFormat ?? 'json') !== 'json') return 'always';
  const isList = spec.recordKeyField === undefined && PLAIN_PATH.test(spec.recordsPath ?? '');
  return isList ? 'when large' : 'never';
}
