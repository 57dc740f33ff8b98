import type { PageAnswer } from '../request/exchange.ts';
import type { Span } from '../../json/scan.ts';
import type { Page } from './page.ts';

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
  records: readonly Span[],
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

function dateOf({ header }: PageAnswer): Date | undefined {
  const date = new Date(header('date') ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}
