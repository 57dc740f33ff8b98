import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import { BridgeError } from '../../core/errors.ts';

/** The error of changes that were cut off. No later run would reach the remaining changes. */
export function cutOffChanges({ url = '' }: HttpSourceSpec): BridgeError {
  return new BridgeError(
    'SOURCE_PAGINATION',
    `The changes of ${url} have more pages than source.pagination.maxPages.`,
    {
      hint: 'Raise source.pagination.maxPages; otherwise no run ever comes to the end of them.',
    },
  );
}
