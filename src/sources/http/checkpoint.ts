import { hash } from 'node:crypto';
import type { HttpSourceSpec } from '../../connector/types.ts';
import { paginationOf } from './pagination.ts';

const DIGITS = 16;

/**
 * The checkpoint of a resumable listing: the place of the next page, and for which request it holds. A place says nothing once
 * the address or the pagination is another one.
 */
export function writePlace(place: string | undefined, source: HttpSourceSpec): string {
  return JSON.stringify({ request: requestDigest(source), next: place ?? null });
}

/** @returns undefined to begin at the first page */
export function readPlace(checkpoint: string | undefined, source: HttpSourceSpec): string | undefined {
  if (checkpoint === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(checkpoint);
  } catch {
    // A watermark, from when this listing was one of changes.
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('request' in parsed) || !('next' in parsed)) {
    return undefined;
  }
  const { request, next } = parsed;
  return request === requestDigest(source) && typeof next === 'string' ? next : undefined;
}

function requestDigest(source: HttpSourceSpec): string {
  const { url, method, payload, recordsPath } = source;
  const parts = [url, method, payload, recordsPath, paginationOf(source)];
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, DIGITS);
}
