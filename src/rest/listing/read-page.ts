import type { PageAnswer } from '../request/exchange.ts';
import type { FoundRecord, Page } from './page.ts';

/** The properties of a page that decide what follows it. */
export interface ReadPage {
  readonly answer: PageAnswer;
  readonly place: string | undefined;
  /** The number of records on the page. */
  readonly count: number;
  /** The request, for messages. */
  readonly asked: string;
  /** The number of the page, from 1. */
  readonly number: number;
}

/** @param next determines the next place when the consumer asks for it, or otherwise after the page */
export function pageOf(
  { answer, place }: ReadPage,
  records: readonly FoundRecord[],
  next: () => Page['next'],
): Page {
  return {
    bytes: answer.bytes,
    records,
    answered: dateOf(answer),
    first: place === undefined,
    get next() {
      return next();
    },
  };
}

/** The time of a response by the API's own clock; undefined without a valid `Date` header. */
export function dateOf({ header }: Pick<PageAnswer, 'header'>): Date | undefined {
  const date = new Date(header('date') ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}
