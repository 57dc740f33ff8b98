import type { PageAnswer } from '../request/exchange.ts';
import { numberIn, rangeTotal } from '../paging/answer-values.ts';
import { PartReader, type Member } from './part-reader.ts';

/** A number of records or pages that exist, according to a response. */
export interface Total {
  /** The name as in `ignoreSigns`: a path in the body, or the name of a header. */
  readonly name: string;
  readonly count: number;
}

export interface Totals {
  readonly records: readonly Total[];
  readonly pages: readonly Total[];
  /** The status is 206: the response is partial, and may not say of how many records. */
  readonly part: boolean;
}

const RECORDS =
  /^(?:@?odata\.)?(?:total(?:count|elements|size|items|results|records|rows|hits|entries|objects|num|number)?|(?:count|records?|results?|items?|rows?|num)total|(?:items?|records?|results?|rows?|elements?)count|count|countall|numfound|numresults|totalnum(?:ber)?(?:of(?:results|records|items))?|numberof(?:results|records|items))$/;
const PAGES = /^(?:total(?:number)?(?:of)?pages|pages?count|pages|numpages|lastpage)$/;
const RECORD_HEADERS = [
  'X-Total-Count',
  'X-Total',
  'X-WP-Total',
  'Total-Count',
  'X-Total-Results',
  'X-Total-Records',
  'X-Total-Items',
  'X-Pagination-Total',
  'X-Pagination-Total-Count',
];
const PAGE_HEADERS = [
  'X-WP-TotalPages',
  'X-Total-Pages',
  'X-Page-Count',
  'X-Pages',
  'X-Pagination-Total-Pages',
  'X-Pagination-Page-Count',
];

/**
 * Returns the totals that a response reports, in its headers and next to its records.
 * @param list the path of the records; undefined for a body that is the list
 */
export function totalsOf(answer: PageAnswer, list: string | undefined): Totals {
  const records: Total[] = [];
  const pages: Total[] = [];
  const range = rangeTotal(answer.header('content-range'));
  if (range !== undefined) records.push({ name: 'Content-Range', count: range });
  const ofHeaders = (names: readonly string[], into: Total[]): void => {
    for (const name of names) {
      const count = numberIn(answer.header(name.toLowerCase())?.trim());
      if (count !== undefined) into.push({ name, count });
    }
  };
  ofHeaders(RECORD_HEADERS, records);
  ofHeaders(PAGE_HEADERS, pages);
  new PartReader(answer, list).each((member) => {
    const total = totalIn(member);
    if (total === undefined) return;
    const name = { name: member.path, count: total.count };
    (total.pages ? pages : records).push(name);
  });
  return { records, pages, part: answer.status === 206 && range === undefined };
}

function totalIn({ near, key, path, text }: Member): { count: number; pages: boolean } | undefined {
  const count = near ? numberIn(text) : undefined;
  if (count === undefined) return undefined;
  const name = key.toLowerCase().replaceAll(/[-_]/g, '');
  if (PAGES.test(name)) return { count, pages: true };
  // This is Elasticsearch's `hits.total.value`.
  const ofTotal = name === 'value' && /(?:^|\.)total\.value$/i.test(path);
  return RECORDS.test(name) || ofTotal ? { count, pages: false } : undefined;
}
