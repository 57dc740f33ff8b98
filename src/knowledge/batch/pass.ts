import { hash } from 'node:crypto';
import type { Span } from '../../json/scan.ts';
import { STALE_PAGES_MAX } from '../limits.ts';
import { repeatedCursor, wrongPage } from '../pages/next-cursor.ts';
import type { Paging } from '../pages/paging.ts';
import { timeIn } from '../store/columns.ts';
import type { CursorTable } from '../store/tables.ts';

/** A pass, from the first page of a listing to its last one, with what its pages so far had. */
export interface Pass {
  readonly number: number;
  readonly startedAt: string;
  /** The cursor, offset or number of the page to read; null for the first page. */
  readonly place: string | null;
  readonly pages: number;
  readonly items: number;
  readonly added: number;
  /** False if a page had a sign of missing items: then the pass deletes nothing. */
  readonly isWhole: boolean;
  readonly firstPageItems: number | null;
  /** The total that the API reported, as text. */
  readonly total: string | null;
  /** A cursor of this pass and the page that had it. */
  readonly knownCursor: string | null;
  readonly knownCursorPage: number | null;
  readonly pageHash: string | null;
  readonly stalePages: number;
}

/** Returns the pass to continue, or a new one after a complete pass, for another listing, or if a restart is requested. */
export function passOf(
  cursor: CursorTable | undefined,
  { listing, restart, now }: { listing: string; restart: boolean; now: Date },
): Pass {
  const { pass = 0 } = cursor ?? {};
  if (cursor !== undefined && !restart && isInProgress(cursor) && cursor.config_hash === listing) {
    return {
      number: pass,
      startedAt: timeIn(cursor.pass_started_at) ?? now.toISOString(),
      place: cursor.next_cursor,
      pages: cursor.page_count,
      items: cursor.item_count,
      added: cursor.added_count,
      isWhole: Boolean(cursor.pass_is_whole),
      firstPageItems: cursor.first_page_items,
      total: cursor.pass_total,
      knownCursor: cursor.known_cursor,
      knownCursorPage: cursor.known_cursor_page,
      pageHash: cursor.page_hash,
      stalePages: cursor.stale_pages,
    };
  }
  return {
    number: pass + 1,
    startedAt: now.toISOString(),
    place: null,
    pages: 0,
    items: 0,
    added: 0,
    isWhole: true,
    firstPageItems: null,
    total: null,
    knownCursor: null,
    knownCursorPage: null,
    pageHash: null,
    stalePages: 0,
  };
}

/** Whether the first page of a pass was read and its last one was not. A cursor of another program has no pass. */
export function isInProgress({ pass, page_count, next_cursor, pass_completed_at }: CursorTable): boolean {
  return pass > 0 && page_count > 0 && next_cursor !== null && pass_completed_at === null;
}

/**
 * Returns the known cursor for the pass after a page, in constant memory: the cursor of the last page whose number is a power of
 * two. A listing that goes in a circle meets it again (Brent's algorithm).
 * @throws BridgeError SOURCE_PAGINATION if the next cursor is the known one
 */
export function rememberedCursor(
  { knownCursor, knownCursorPage, pages }: Pass,
  next: string,
  page: { readonly url: string },
): Pick<Pass, 'knownCursor' | 'knownCursorPage'> {
  if (next === knownCursor) throw repeatedCursor(page);
  const number = pages + 1;
  return number >= 2 * (knownCursorPage ?? 0)
    ? { knownCursor: next, knownCursorPage: number }
    : { knownCursor, knownCursorPage };
}

/** A hash of the items of a page; null for an empty page, which never counts as a repeated one. */
export function pageHashOf(bytes: Buffer, items: readonly Span[]): string | null {
  const [first] = items;
  const last = items.at(-1);
  if (first === undefined || last === undefined) return null;
  return hash('sha256', bytes.subarray(first.start, last.end), 'hex');
}

/**
 * Refuses a numbered page with the items of the page before: the API does not apply the parameter, so the listing would lose items
 * or never end. A page that follows a cursor may repeat items.
 * @throws BridgeError SOURCE_PAGINATION
 */
export function requireOtherPage(
  { pageHash }: Pass,
  hashOfPage: string | null,
  { style, parameter }: Paging,
  page: { readonly url: string },
): void {
  if (style === 'cursor' || hashOfPage === null || hashOfPage !== pageHash) return;
  throw wrongPage(
    page,
    `has the same items as the page before, so the API does not apply the parameter ${parameter}`,
    'cursorParam',
  );
}

/**
 * Counts consecutive pages whose chunks earlier pages of this pass had.
 * @throws BridgeError SOURCE_PAGINATION for a listing that does not end
 */
export function stalePagesAfter(
  { stalePages }: Pass,
  { isStale, url }: { readonly isStale: boolean; readonly url: string },
): number {
  if (!isStale) return 0;
  if (stalePages + 1 < STALE_PAGES_MAX) return stalePages + 1;
  throw wrongPage(
    { url },
    `is the last of ${STALE_PAGES_MAX} pages in which everything is known from earlier pages of this pass, so the listing does not end`,
    'cursorParam',
  );
}
