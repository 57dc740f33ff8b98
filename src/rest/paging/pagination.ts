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
  const { cursorField = 'cursor', nextCursorPath, nextCursorHeader, parametersIn } = spec ?? {};
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
  return {
    shifts: false,
    request: (place) =>
      template.request([...size, ...(place === undefined ? first : [[cursorField, place] as const])]),
    next(page): Next {
      const cursor = cursorOf(page);
      if (cursor === undefined) return { kind: 'absent' };
      if (isNothing(cursor)) return { kind: 'end' };
      const refusal = template.refusalOf(cursor);
      return refusal === undefined
        ? { kind: 'place', place: cursor }
        : { kind: 'wrong', what: `has a cursor that ${refusal}`, set: 'parametersIn' };
    },
  };
}
