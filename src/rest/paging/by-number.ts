import type { PaginationSpec } from '../../definitions/rest/types.ts';
import { namedTotal } from './answer-values.ts';
import { sizeOf, type Next, type Paging, type PagingContext } from './paging.ts';

const START_PAGE_DEFAULT = 1;
/** The number of a page, and the number of records before it, which only a listing that ends at a total of records needs. */
const PAGE_PLACE = /^(?<page>\d+)(?::(?<before>\d+))?$/;

/** Pages that are numbers. They end at a total, or at the first page without records. */
export function byPage(spec: PaginationSpec | undefined, { template }: PagingContext): Paging {
  const { pageField = 'page', startPage = START_PAGE_DEFAULT } = spec ?? {};
  const pages = namedTotal(spec?.totalPagesPath, spec?.totalPagesHeader);
  const total = pages === undefined ? namedTotal(spec?.totalPath, spec?.totalHeader) : undefined;
  const size = sizeOf(spec);
  const at = (place: string | undefined): { page: number; before: number | undefined } => {
    if (place === undefined) return { page: startPage, before: 0 };
    const { page = place, before } = PAGE_PLACE.exec(place)?.groups ?? {};
    return { page: Number(page), before: before === undefined ? undefined : Number(before) };
  };
  return {
    shifts: true,
    request: (place) => template.request([...size, [pageField, String(at(place).page)]]),
    next(answer, place, count): Next {
      const { page, before } = at(place);
      const next = String(page + 1);
      if (pages !== undefined) {
        const most = pages.in(answer);
        if (most === undefined) return { kind: 'wrong', what: pages.missing, set: 'totalPagesHeader' };
        return page - startPage + 1 >= most ? { kind: 'end' } : { kind: 'place', place: next };
      }
      if (count === 0) return { kind: 'end' };
      // A place that an earlier version stored has no number of records.
      if (total === undefined || before === undefined) return { kind: 'place', place: next };
      const read = before + count;
      const most = total.in(answer);
      // A total in the body may be absent on some pages, whose end is then a page without records.
      if (most === undefined && spec?.totalHeader !== undefined)
        return { kind: 'wrong', what: total.missing };
      return most !== undefined && read >= most
        ? { kind: 'end' }
        : { kind: 'place', place: `${next}:${read}` };
    },
  };
}

/** Pages that are offsets of records. They end at a total, or at the first page without records. */
export function byOffset(spec: PaginationSpec | undefined, { template }: PagingContext): Paging {
  const { offsetField = 'offset' } = spec ?? {};
  const total = namedTotal(spec?.totalPath, spec?.totalHeader);
  const size = sizeOf(spec);
  return {
    shifts: true,
    request: (place) => template.request([...size, [offsetField, place ?? '0']]),
    next(answer, place, count): Next {
      // The offset advances by the received records, because a server may send fewer than requested.
      const read = Number(place ?? '0') + count;
      const most = total?.in(answer);
      if (total !== undefined && most === undefined) return { kind: 'wrong', what: total.missing };
      if (count === 0 || (most !== undefined && read >= most)) return { kind: 'end' };
      return { kind: 'place', place: String(read) };
    },
  };
}
