import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import type { Logger } from '../../core/log.ts';
import type { Authorizer } from '../../rest/request/auth.ts';
import { keptPlace } from '../../rest/request/kept-place.ts';
import { paginationOf } from './rest-spec.ts';

/** A checkpoint must not hold a secret, whatever an API writes into its links and cursors. @returns undefined to begin again */
export function placeToStore(
  place: string | undefined,
  source: HttpSourceSpec,
  { redactor, secrets }: Authorizer,
  log: Logger,
): string | undefined {
  if (place === undefined) return undefined;
  const { type, cursorField } = paginationOf(source) ?? {};
  const isAddress = type === 'next_url' || type === 'link_header';
  const kept = keptPlace(place, { secrets, redactor, isAddress, cursorField });
  if ('place' in kept) return kept.place;
  const { because, perhapsCursor } = kept;
  log.warn('the next run begins again at the first page: the place is not stored', {
    because,
    ...(perhapsCursor !== undefined && {
      fix: `if ${perhapsCursor} is not a credential but the cursor, set pagination.cursorField to ${perhapsCursor}`,
    }),
  });
  return undefined;
}
