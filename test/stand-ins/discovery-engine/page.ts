import type { JsonObject } from '../../support/files/json.ts';
import { ApiError } from './api-error.ts';

/** The page of a list that `pageSize` and `pageToken` ask for, and `nextPageToken` if there is more. */
export function page<Item>(
  all: readonly Item[],
  query: Readonly<Record<string, string>>,
  size: { readonly standard: number; readonly most: number },
): { items: readonly Item[]; next: JsonObject } {
  const asked = Number(query['pageSize'] ?? 0);
  if (!Number.isInteger(asked) || asked < 0) {
    throw new ApiError('INVALID_ARGUMENT', `pageSize ${query['pageSize'] ?? ''} is invalid.`);
  }
  const start = startOf(query['pageToken']);
  const end = start + Math.min(asked === 0 ? size.standard : asked, size.most);
  const next = end < all.length ? { nextPageToken: Buffer.from(`from ${end}`).toString('base64url') } : {};
  return { items: all.slice(start, end), next };
}

function startOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const start = /^from (\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (start === undefined) throw new ApiError('INVALID_ARGUMENT', 'pageToken is invalid.');
  return Number(start);
}
