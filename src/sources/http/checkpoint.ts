import { hash } from 'node:crypto';
import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import { paginationOf } from './rest-spec.ts';
import type { Validator } from '../../rest/request/validator.ts';

const DIGITS = 16;

/**
 * The checkpoint of a resumable listing: the position of the next page, and the request that it belongs to. The position is
 * invalid once the address or the pagination changes.
 */
export function writePlace(place: string | undefined, source: HttpSourceSpec): string {
  return JSON.stringify({ request: requestDigest(source), next: place ?? null });
}

/** @returns undefined if the listing must begin at the first page */
export function readPlace(checkpoint: string | undefined, source: HttpSourceSpec): string | undefined {
  const { request, next } = membersOf(checkpoint);
  return request === requestDigest(source) && typeof next === 'string' ? next : undefined;
}

/**
 * The checkpoint of a full listing: the validator for a conditional request, and the source that it belongs to. A different
 * request, or different credentials, may get different records.
 */
export function writeValidator(validator: Validator, source: HttpSourceSpec): string {
  return JSON.stringify({ source: digest(source), ...validator });
}

/** @returns undefined if everything must be read */
export function readValidator(checkpoint: string | undefined, source: HttpSourceSpec): Validator | undefined {
  const { source: of, etag, lastModified } = membersOf(checkpoint);
  if (of !== digest(source)) return undefined;
  if (typeof etag === 'string') return { etag };
  return typeof lastModified === 'string' ? { lastModified } : undefined;
}

/** Parses a checkpoint. After a change of the kind of listing it has none of these members, or is not JSON. */
function membersOf(checkpoint: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(checkpoint ?? 'null');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function requestDigest(source: HttpSourceSpec): string {
  const { url, method, payload, recordsPath, payloadFormat, responseFormat, changes } = source;
  // A key without a value adds nothing, so that checkpoints of earlier versions stay valid.
  const added = [payloadFormat, responseFormat, changes].some((key) => key !== undefined)
    ? [{ payloadFormat, responseFormat, changes }]
    : [];
  return digest([url, method, payload, recordsPath, paginationOf(source), ...added]);
}

function digest(parts: unknown): string {
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, DIGITS);
}
