import { BridgeError } from '../../core/errors.ts';
import { withoutRoot } from '../../core/text/field-path.ts';
import type { KnowledgeConfig } from '../../definitions/knowledge-source/types.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import { isArray, isObject } from '../../json/scan.ts';
import { isNothing, numberIn } from '../../rest/paging/answer-values.ts';
import { CURSOR_CHARACTERS_MAX } from '../limits.ts';
import type { Paging } from './paging.ts';

/** One page, as far as it decides what follows. */
export interface PageFacts {
  /** JSON that was checked. */
  readonly bytes: Buffer;
  /** Where the body begins in `bytes`. */
  readonly start: number;
  /** The number of items on the page. */
  readonly items: number;
  /** The cursor, offset or page that was requested; null for the first page. */
  readonly place: string | null;
  /** The number of items on the pages of this pass before. */
  readonly itemsBefore: number;
  /** The number of items on the first page of this pass; null on the first page. */
  readonly firstPageItems: number | null;
  /** The request, for messages, without secrets. */
  readonly url: string;
}

export type Following =
  | { readonly kind: 'next'; readonly cursor: string }
  | {
      readonly kind: 'end';
      /** How the listing ended. With `short` and `no_cursor`, a sign of more pages in the response is evidence against it. */
      readonly why: 'total' | 'empty' | 'short' | 'no_cursor' | 'said';
      /** Where the listing continues if it has not ended; null if it cannot. */
      readonly otherwise: string | null;
    };

/**
 * Determines what follows a page.
 * @throws BridgeError SOURCE_PAGINATION if the API did not apply the cursor, or if there is a cursor that cannot be used
 */
export function followingOf(config: KnowledgeConfig, paging: Paging, page: PageFacts): Following {
  if (paging.style === 'cursor') return byCursor(config, page);
  const { items, place } = page;
  if (paging.style === 'offset') {
    const offset = Number(place ?? '0');
    requireOffset(config, paging, page, offset);
    return byNumber(config, paging, page, { read: offset + items, next: String(offset + items) });
  }
  const next = String(Number(place ?? '1') + 1);
  return byNumber(config, paging, page, { read: page.itemsBefore + items, next });
}

/** The number at `totalPath`; undefined if there is none. */
export function totalOf({ totalPath }: KnowledgeConfig, { bytes, start }: PageFacts): number | undefined {
  return numberIn(textAt(bytes, start, totalPath));
}

/** A cap on the size of pages is a round number, and the items that exist are seldom one. */
function mayBeCapped(items: number): boolean {
  return items > 0 && (items % 10 === 0 || items % 25 === 0);
}

function byNumber(
  config: KnowledgeConfig,
  { fullSize }: Paging,
  page: PageFacts,
  { read, next }: { readonly read: number; readonly next: string },
): Following {
  const { items, firstPageItems } = page;
  if (items === 0) return { kind: 'end', why: 'empty', otherwise: null };
  if (config.totalPath !== undefined && config.totalPath !== null) {
    const total = totalOf(config, page);
    if (total === undefined) throw wrongPage(page, `has no number at ${config.totalPath}`, 'totalPath');
    return read >= total ? { kind: 'end', why: 'total', otherwise: null } : { kind: 'next', cursor: next };
  }
  const full = Math.min(fullSize ?? Infinity, firstPageItems ?? Infinity);
  // An API may cap the size of its pages, and its first page then is as short as all others.
  const capped = firstPageItems === null && mayBeCapped(items);
  const isShort = full !== Infinity && items < full && !capped;
  return isShort ? { kind: 'end', why: 'short', otherwise: next } : { kind: 'next', cursor: next };
}

/** @throws BridgeError SOURCE_PAGINATION */
function requireOffset(config: KnowledgeConfig, { parameter }: Paging, page: PageFacts, asked: number): void {
  const { currentOffsetPath } = config;
  const applied = numberIn(textAt(page.bytes, page.start, currentOffsetPath));
  if (applied === undefined || applied === asked) return;
  throw wrongPage(
    page,
    `has ${currentOffsetPath ?? ''} ${applied}, and ${parameter}=${asked} was requested: the API does not apply this parameter`,
    'cursorParam',
  );
}

function byCursor({ nextCursorPath }: KnowledgeConfig, page: PageFacts): Following {
  const { bytes, start, items, place } = page;
  const path = withoutRoot(nextCursorPath ?? '');
  const value = valueAtPath(bytes, start, path);
  if (value === undefined) return { kind: 'end', why: 'no_cursor', otherwise: null };
  if (isNothing(bytes.toString('utf8', value.start, value.end)))
    return { kind: 'end', why: 'said', otherwise: null };
  const cursor = plainText(bytes, value);
  if (isObject(bytes, value.start) || isArray(bytes, value.start) || /^(?:true|false)$/.test(cursor))
    throw wrongPage(page, `has a value at ${path} that is neither a string nor a number`, 'nextCursorPath');
  if (cursor.length > CURSOR_CHARACTERS_MAX)
    throw wrongPage(page, `has a cursor of more than ${CURSOR_CHARACTERS_MAX} characters`, 'nextCursorPath');
  if (cursor.includes('\0') || !cursor.isWellFormed())
    throw wrongPage(page, 'has a cursor with characters that no address can contain', 'nextCursorPath');
  if (cursor !== place) return { kind: 'next', cursor };
  // A cursor that does not advance on an empty page waits for future items.
  if (items === 0) return { kind: 'end', why: 'said', otherwise: null };
  throw repeatedCursor(page);
}

export function repeatedCursor(page: Pick<PageFacts, 'url'>): BridgeError {
  return wrongPage(page, 'has a cursor that leads back to a page of this pass', 'nextCursorPath');
}

/**
 * The error of a page after which the listing cannot continue.
 * @param what continues a sentence that begins with the response
 */
export function wrongPage(
  { url }: Pick<PageFacts, 'url'>,
  what: string,
  field: keyof KnowledgeConfig,
): BridgeError {
  return new BridgeError('SOURCE_PAGINATION', `The answer to GET ${url} ${what}.`, {
    hint: `Correct config.${field}, or ask the owner of the API. Nothing was stored.`,
  });
}

function textAt(bytes: Buffer, start: number, path: string | null | undefined): string | undefined {
  if (path === undefined || path === null) return undefined;
  const value = valueAtPath(bytes, start, withoutRoot(path));
  return value && plainText(bytes, value);
}
