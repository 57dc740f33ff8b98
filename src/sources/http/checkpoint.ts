import { hash } from 'node:crypto';
import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import { paginationOf } from './rest-spec.ts';
import type { Validator } from '../../rest/request/validator.ts';

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
  const { request, next } = membersOf(checkpoint);
  return request === requestDigest(source) && typeof next === 'string' ? next : undefined;
}

/**
 * The checkpoint of a full listing: what to ask by whether it is still the same, and for which source. Whoever asks in another
 * way, or as somebody else, may be shown something else.
 */
export function writeValidator(validator: Validator, source: HttpSourceSpec): string {
  return JSON.stringify({ source: digest(source), ...validator });
}

/** @returns undefined to read everything */
export function readValidator(checkpoint: string | undefined, source: HttpSourceSpec): Validator | undefined {
  const { source: of, etag, lastModified } = membersOf(checkpoint);
  if (of !== digest(source)) return undefined;
  if (typeof etag === 'string') return { etag };
  return typeof lastModified === 'string' ? { lastModified } : undefined;
}

/** A listing that was one of another kind before has a checkpoint of that: none of these members, or no JSON at all. */
function membersOf(checkpoint: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(checkpoint ?? 'null');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function requestDigest(source: HttpSourceSpec): string {
  const { url, method, payload, recordsPath } = source;
  return digest([url, method, payload, recordsPath, paginationOf(source)]);
}

function digest(parts: unknown): string {
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, DIGITS);
}
