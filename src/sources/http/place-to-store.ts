import type { Logger } from '../../core/log.ts';
import type { KeptPlace } from '../../rest/request/kept-place.ts';

/**
 * A checkpoint must not contain a secret, whatever an API puts into its links and cursors.
 * @returns undefined to start from the first page
 */
export function placeToStore(rest: KeptPlace | undefined, log: Logger): string | undefined {
  if (rest === undefined || 'place' in rest) return rest?.place;
  const { because, perhapsCursor } = rest;
  log.warn('the next run begins again at the first page: the place is not stored', {
    because,
    ...(perhapsCursor !== undefined && {
      fix: `if ${perhapsCursor} is not a credential but the cursor, set pagination.cursorField to ${perhapsCursor}`,
    }),
  });
  return undefined;
}
