import { BridgeError } from '../../core/errors.ts';
import type { PaginationSpec } from '../../definitions/rest/types.ts';
import type { DefinitionWords } from '../definition-words.ts';

/** What to do about a listing that no longer exists. */
export interface MissingListing {
  /** The statuses of its first page that mean it. */
  readonly statuses: readonly number[];
  readonly report: () => void;
}

/** The codes of other problems that a place can cause when the API no longer knows it, besides a refusal. */
const MAY_BE_PLACE: ReadonlySet<string> = new Set([
  'SOURCE_ANSWER_INVALID',
  'SOURCE_PAGINATION',
  'SOURCE_PERMISSION',
  'SOURCE_RECORDS_MISSING',
]);

/** If the first page of a resumed listing fails, the cause may be the place where the last run stopped. */
export function ofResumed(thrown: unknown, place: string | undefined, { restart }: DefinitionWords): unknown {
  if (place === undefined || !(thrown instanceof BridgeError) || !MAY_BE_PLACE.has(thrown.code))
    return thrown;
  return withHint(
    thrown,
    `${thrown.hint} If the place where the last run stopped has expired, ${restart}: the listing begins again.`,
  );
}

/** If the API refuses a page after the first one, the cause may be how the definition finds the next page, or the end. */
export function ofNextPage(
  thrown: unknown,
  spec: PaginationSpec | undefined,
  { at }: DefinitionWords,
): unknown {
  if (!(thrown instanceof BridgeError) || thrown.code !== 'SOURCE_REFUSED') return thrown;
  const place = at('pagination');
  const hints: Readonly<Partial<Record<PaginationSpec['type'], string>>> = {
    page: `If the listing has ended before this page, set ${place}.endStatuses, totalPagesHeader or endsOnShortPage.`,
    offset: `If the listing has ended before this page, set ${place}.endStatuses, totalHeader or endsOnShortPage.`,
    next_url: `If the next address is relative to another address, set ${place}.nextUrlBasePath or rewriteNextUrl.`,
    link_header: `If the next address lacks the prefix of a gateway, set ${place}.rewriteNextUrl.`,
  };
  const hint = hints[spec?.type ?? 'none'];
  return hint === undefined ? thrown : withHint(thrown, `${hint} Otherwise: ${thrown.hint}`);
}

/**
 * The error of a listing that cannot go on after a page.
 * @param what continues a sentence that begins with the response, without secrets
 * @param set the key of the pagination that may solve the problem
 */
export function lostPage(
  { asked, number }: { readonly asked: string; readonly number: number },
  what: string,
  { at, paginationDocs }: DefinitionWords,
  set?: string,
): BridgeError {
  const hint = `Correct ${at('pagination')}; ${paginationDocs} says what each type needs, and how ${at('ignoreSigns')} names a sign that means nothing.`;
  return new BridgeError('SOURCE_PAGINATION', `The answer to ${asked} (page ${number}) ${what}.`, {
    hint: set === undefined ? hint : `${hint} An API like this may need ${at('pagination')}.${set}.`,
  });
}

function withHint(error: BridgeError, hint: string): BridgeError {
  const { code, message, nextRunAfter } = error;
  return new BridgeError(code, message, { hint, nextRunAfter, cause: error });
}
