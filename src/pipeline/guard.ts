import type { DeletePolicy } from '../definitions/connector/types.ts';
import type { DeleteLimit } from './ports/job.ts';

export interface DeleteQuestion {
  readonly policy: DeletePolicy;
  /** The number of documents in the state but not in the listing, including soft-deleted ones if deletes are real. */
  readonly missing: number;
  /** The number of documents in the state before the run. */
  readonly known: number;
  /** The number of rows in the listing; null for a listing of changes, where an empty listing means that nothing changed. */
  readonly seen: number | null;
  /** The number of rows that exist but could not be identified, so any missing document may be one of them. */
  readonly unidentified: number;
  /** The source itself reported that there are more rows. */
  readonly truncated: boolean;
  readonly limit: DeleteLimit;
  readonly allowDeletes: number | undefined;
  /** What is deleted, in the plural, for the reason; `documents` by default. */
  readonly nouns?: string;
}

export type DeleteDecision =
  | { readonly action: 'none' }
  | { readonly action: 'apply' }
  | { readonly action: 'hold'; readonly reason: string };

/**
 * The condition that releases held deletes. Only `allow_deletes` is the operator's decision; the other two need another listing.
 */
export type ReleasedBy = 'allow_deletes' | 'complete_listing' | 'identified_rows';

const LISTING_INCOMPLETE = 'the listing of the source was not complete';
const ROWS_UNIDENTIFIED = ' rows could not be identified, and may be among the missing ones';

/** @param holdReason in the words of `decideDeletes`; the state keeps nothing else */
export function releasedBy(holdReason: string): ReleasedBy {
  if (holdReason === LISTING_INCOMPLETE) return 'complete_listing';
  return holdReason.endsWith(ROWS_UNIDENTIFIED) ? 'identified_rows' : 'allow_deletes';
}

/**
 * Decides about deletes, all or nothing. Only a complete listing may delete; if it is empty or suspiciously small, the deletes
 * are held until an operator allows them, because "the source lost its rows" and "the query lost its rows" cannot be
 * distinguished here.
 */
export function decideDeletes(question: DeleteQuestion): DeleteDecision {
  const { policy, missing, truncated, unidentified, allowDeletes } = question;
  if (missing === 0 || policy === 'never_delete') return { action: 'none' };
  if (truncated) return hold(LISTING_INCOMPLETE);
  if (unidentified > 0) return hold(`${unidentified}${ROWS_UNIDENTIFIED}`);
  const suspicion = suspicionOf(question);
  if (suspicion === undefined) return { action: 'apply' };
  if (allowDeletes === undefined) return hold(suspicion);
  if (missing <= allowDeletes) return { action: 'apply' };
  return hold(`${suspicion}; --allow-deletes ${allowDeletes} permits fewer`);
}

function hold(reason: string): DeleteDecision {
  return { action: 'hold', reason };
}

function suspicionOf(question: DeleteQuestion): string | undefined {
  const { missing, known, seen, limit, nouns = 'documents' } = question;
  if (seen === 0) return `the source returned no rows at all, and ${missing} ${nouns} are known`;
  const most = Math.max(limit.count, Math.floor(known * limit.ratio));
  if (missing <= most) return undefined;
  return `${missing} deletes are more than ${most} (the larger of ${limit.count} and ${limit.ratio * 100} % of ${known} known ${nouns})`;
}
