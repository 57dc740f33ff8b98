import type { PaginationSpec } from '../../definitions/rest/types.ts';
import type { PageAnswer } from '../request/exchange.ts';
import { isNothing, jsonAt, textAtPath } from './answer-values.ts';
import { byAddress } from './by-address.ts';
import { byOffset, byPage } from './by-number.ts';
import { nextLink } from './link-header.ts';
import { sizeOf, type Next, type Paging, type PagingContext } from './paging.ts';

export function openPaging(spec: PaginationSpec | undefined, context: PagingContext): Paging {
  const ways: Readonly<Record<PaginationSpec['type'], () => Paging>> = {
    none: () => onePage(context),
    cursor: () => byCursor(spec, context),
    next_url: () => byAddress(spec, context, (page) => textAtPath(page, spec?.nextUrlPath)),
    link_header: () => byAddress(spec, context, ({ header }) => nextLink(header('link'))),
    page: () => byPage(spec, context),
    offset: () => byOffset(spec, context),
  };
  return ways[spec?.type ?? 'none']();
}

function onePage({ template }: PagingContext): Paging {
  return { shifts: false, request: () => template.request([]), next: () => ({ kind: 'absent' }) };
}

function byCursor(spec: PaginationSpec | undefined, { template }: PagingContext): Paging {
  const {
    cursorField = 'cursor',
    nextCursorPath,
    nextCursorHeader,
    parametersIn,
    constantCursor,
  } = spec ?? {};
  const cursorOf = (page: PageAnswer): string | undefined => {
    if (nextCursorHeader === undefined) return jsonAt(page, nextCursorPath);
    const header = page.header(nextCursorHeader.toLowerCase());
    // Salesforce sends the text null after the last part of a result.
    if (header === 'null') return header;
    return header === undefined ? undefined : JSON.stringify(header);
  };
  const size = sizeOf(spec);
  // The first page has no cursor, and its path must not contain `{name}`.
  const first: typeof size = parametersIn === 'path' ? [[cursorField, '""']] : [];
  const { toPlace, toCursor } = constantCursor === true ? NUMBERED : PLAIN;
  return {
    shifts: false,
    request: (place) =>
      template.request([
        ...size,
        ...(place === undefined ? first : [[cursorField, toCursor(place)] as const]),
      ]),
    next(page, place, count): Next {
      const cursor = cursorOf(page);
      if (cursor === undefined) return { kind: 'absent' };
      if (isNothing(cursor) || (constantCursor === true && count === 0)) return { kind: 'end' };
      const refusal = template.refusalOf(cursor);
      return refusal === undefined
        ? { kind: 'place', place: toPlace(cursor, place) }
        : { kind: 'wrong', what: `has a cursor that ${refusal}`, set: 'parametersIn' };
    },
  };
}

/** How the places of a listing are made of its cursors, which are JSON. */
interface CursorPlaces {
  /** @param before the place of the page that has the cursor */
  readonly toPlace: (cursor: string, before: string | undefined) => string;
  readonly toCursor: (place: string) => string;
}

const PLAIN: CursorPlaces = { toPlace: (cursor) => cursor, toCursor: (place) => place };

/** A cursor that never changes would look like a listing that loops, so its places have the number of the page: `#2 "scroll"`. */
const NUMBERED: CursorPlaces = {
  toPlace: (cursor, before) => `#${Number(/^#(\d+) /.exec(before ?? '')?.[1] ?? 1) + 1} ${cursor}`,
  toCursor: (place) => place.replace(/^#\d+ /, ''),
};
