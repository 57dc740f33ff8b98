import type { PaginationSpec } from '../../definitions/rest/types.ts';
import type { Logger } from '../../core/log.ts';
import type { HttpRequest } from '../request/client.ts';
import type { PageAnswer } from '../request/exchange.ts';
import type { RequestTemplate } from '../request/request.ts';

/** What follows a page. */
export type Next =
  /** There is another page, at this place. */
  | { readonly kind: 'place'; readonly place: string }
  /** There is no next page: the response says so, or the listing needs no sign for its end. */
  | { readonly kind: 'end' }
  /** No next page was found: the response does not even have the key or the header. */
  | { readonly kind: 'absent' }
  /**
   * The next page cannot be determined. `what` continues a sentence that begins with the response; `set` is the key of the
   * pagination that may solve it, for a hint.
   */
  | { readonly kind: 'wrong'; readonly what: string; readonly set?: string };

/** A method of pagination. A place is a string, so that a checkpoint can store it: a cursor as JSON, an address, or a number. */
export interface Paging {
  /** An undefined place means the first page. */
  request(place: string | undefined): HttpRequest;
  /** @param count the number of records on the page */
  next(page: PageAnswer, place: string | undefined, count: number): Next;
  /** Whether records move between pages when others are added or removed during the listing. */
  readonly shifts: boolean;
}

export interface PagingContext {
  readonly template: RequestTemplate;
  /** The query parameter that holds a secret, which must not be part of a place. */
  readonly secretParameter: string | undefined;
  readonly log: Pick<Logger, 'warn'>;
}

/** Returns the parameter for the size of a page, as a list of none or one. */
export function sizeOf(spec: PaginationSpec | undefined): (readonly [name: string, json: string])[] {
  const { pageSizeField, pageSize } = spec ?? {};
  return pageSizeField === undefined || pageSize === undefined ? [] : [[pageSizeField, String(pageSize)]];
}
