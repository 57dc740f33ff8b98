import { withoutRoot } from '../../core/text/field-path.ts';
import type { PaginationSpec } from '../../definitions/rest/types.ts';
import type { Logger } from '../../core/log.ts';
import { originOf, sameOriginUrl } from '../request/address.ts';
import type { HttpRequest } from '../request/client.ts';
import type { PageAnswer } from '../request/exchange.ts';
import { nextLink } from './link-header.ts';
import { nextAddresses } from './next-address.ts';
import type { RequestTemplate } from '../request/request.ts';
import { plainText, valueAtPath } from '../../json/path.ts';

const START_PAGE_DEFAULT = 1;

/** What follows a page. */
export type Next =
  /** There is another page, at this place. */
  | { readonly kind: 'place'; readonly place: string }
  /** There is no next page: the response says so, or the listing needs no sign for its end. */
  | { readonly kind: 'end' }
  /** No next page was found: the response does not even have the key or the header. */
  | { readonly kind: 'absent' }
  /** The next page cannot be determined. `what` continues a sentence that begins with the response. */
  | { readonly kind: 'wrong'; readonly what: string };

/** A method of pagination. A place is a string, so that a checkpoint can store it: a cursor as JSON, an address, or a number. */
export interface Paging {
  /** An undefined place means the first page. */
  request(place: string | undefined): HttpRequest;
  /** @param count the number of records on the page */
  next(page: PageAnswer, place: string | undefined, count: number): Next;
  /** Whether records move between pages when others are added or removed during the listing. */
  readonly shifts: boolean;
}

interface PagingContext {
  readonly template: RequestTemplate;
  /** The query parameter that holds a secret, which must not be part of a place. */
  readonly secretParameter: string | undefined;
  readonly log: Pick<Logger, 'warn'>;
}

export function openPaging(spec: PaginationSpec | undefined, context: PagingContext): Paging {
  const ways: Readonly<Record<PaginationSpec['type'], () => Paging>> = {
    none: () => onePage(context),
    cursor: () => byCursor(spec, context),
    next_url: () => byUrl(spec, context, (page) => fieldOf(page, spec?.nextUrlPath)),
    link_header: () => byUrl(spec, context, linkOfHeader),
    page: () => byPage(spec, context),
    offset: () => byOffset(spec, context),
  };
  return ways[spec?.type ?? 'none']();
}

function onePage({ template }: PagingContext): Paging {
  return { shifts: false, request: () => template.request([]), next: () => ({ kind: 'absent' }) };
}

function byCursor(spec: PaginationSpec | undefined, { template }: PagingContext): Paging {
  const { cursorField = 'cursor', nextCursorPath, nextCursorHeader } = spec ?? {};
  const cursorOf = (page: PageAnswer): string | undefined => {
    if (nextCursorHeader === undefined) return jsonAt(page, nextCursorPath);
    const header = page.header(nextCursorHeader.toLowerCase());
    return header === undefined ? undefined : JSON.stringify(header);
  };
  const size = sizeOf(spec);
  return {
    shifts: false,
    request: (place) =>
      template.request([...size, ...(place === undefined ? [] : [[cursorField, place] as const])]),
    next(page) {
      const cursor = cursorOf(page);
      if (cursor === undefined) return { kind: 'absent' };
      return isNothing(cursor) ? { kind: 'end' } : { kind: 'place', place: cursor };
    },
  };
}

function byUrl(
  spec: PaginationSpec | undefined,
  { template, secretParameter, log }: PagingContext,
  linkOf: (page: PageAnswer) => { text: string } | undefined,
): Paging {
  const size = sizeOf(spec);
  const first = template.request(size);
  const nextAddress = nextAddresses({
    first: first.url,
    keepQuery: spec?.keepQuery,
    secretParameter,
    warn: (missing) => {
      log.warn(
        'links to next pages lack query parameters of the first request and are followed as they are; set pagination.keepQuery to true if the API forgets them, or to false if its links stand for the whole query',
        { missing },
      );
    },
  });
  return {
    shifts: false,
    request: (place) => (place === undefined ? first : template.request([], place)),
    next(page) {
      const link = linkOf(page);
      if (link === undefined) return { kind: 'absent' };
      if (isNothing(JSON.stringify(link.text)) || isNothing(link.text)) return { kind: 'end' };
      const url = sameOriginUrl(link.text, page.url);
      if (url === undefined) {
        const origin = originOf(link.text, page.url);
        const what = `leads on to ${origin}, which is another server and is sent no credentials`;
        return { kind: 'wrong', what };
      }
      return { kind: 'place', place: nextAddress(url) };
    },
  };
}

function linkOfHeader({ header }: PageAnswer): { text: string } | undefined {
  const text = nextLink(header('link'));
  return text === undefined ? undefined : { text };
}

function byPage(spec: PaginationSpec | undefined, { template }: PagingContext): Paging {
  const { pageField = 'page', startPage = START_PAGE_DEFAULT, totalPagesPath } = spec ?? {};
  const size = sizeOf(spec);
  return {
    shifts: true,
    request: (place) => template.request([...size, [pageField, place ?? String(startPage)]]),
    next(page, place, count) {
      const current = Number(place ?? startPage);
      const next: Next = { kind: 'place', place: String(current + 1) };
      if (totalPagesPath === undefined) return count === 0 ? { kind: 'end' } : next;
      const pages = numberAt(page, totalPagesPath);
      if (pages === undefined) return { kind: 'wrong', what: `has no number at ${totalPagesPath}` };
      return current - startPage + 1 >= pages ? { kind: 'end' } : next;
    },
  };
}

function byOffset(spec: PaginationSpec | undefined, { template }: PagingContext): Paging {
  const { offsetField = 'offset', totalPath } = spec ?? {};
  const size = sizeOf(spec);
  return {
    shifts: true,
    request: (place) => template.request([...size, [offsetField, place ?? '0']]),
    next(page, place, count) {
      // The offset advances by the received records, because a server may send fewer than requested.
      const behind = Number(place ?? '0') + count;
      const total = totalPath === undefined ? undefined : numberAt(page, totalPath);
      if (totalPath !== undefined && total === undefined) {
        return { kind: 'wrong', what: `has no number at ${totalPath}` };
      }
      if (count === 0 || (total !== undefined && behind >= total)) return { kind: 'end' };
      return { kind: 'place', place: String(behind) };
    },
  };
}

function sizeOf(spec: PaginationSpec | undefined): (readonly [string, string])[] {
  const { pageSizeField, pageSize } = spec ?? {};
  return pageSizeField === undefined || pageSize === undefined ? [] : [[pageSizeField, String(pageSize)]];
}

/** Returns a value as JSON, which may span several lines. */
export function jsonAt({ bytes, root }: PageAnswer, path: string | undefined): string | undefined {
  const value = path === undefined ? undefined : valueAtPath(bytes, root.start, withoutRoot(path));
  return value && bytes.toString('utf8', value.start, value.end);
}

function fieldOf({ bytes, root }: PageAnswer, path: string | undefined): { text: string } | undefined {
  const value = path === undefined ? undefined : valueAtPath(bytes, root.start, withoutRoot(path));
  return value && { text: plainText(bytes, value) };
}

export function numberAt(page: PageAnswer, path: string): number | undefined {
  const json = jsonAt(page, path);
  const digits = /^"?(\d{1,15})(?:\.0+)?"?$/.exec(json ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Whether a JSON value is one that APIs use to say that there is no next page. */
function isNothing(json: string): boolean {
  return /^(null|false|0|""|\[\s*\]|\{\s*\})$/.test(json);
}

/** Whether a JSON value is one that APIs use to say that there are no more records. */
export function saysNo(json: string): boolean {
  return isNothing(json) || /^"(false|no|n|0)"$/i.test(json);
}
