import { HTTP_LAST_MODIFIED_AGE_SECONDS_MIN, HTTP_VALIDATOR_CHARACTERS_MAX } from '../limits.ts';
import type { HttpAnswer } from './client.ts';

/** What an API gave with its listing, to be asked by whether that is still what it has. */
export type Validator = { readonly etag: string } | { readonly lastModified: string };

/** As RFC 9110 has it, and not empty. */
const ETAG = /^(?:W\/)?"[\x21\x23-\x7E]+"$/;
const DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** @returns undefined if there is none, or none that can be relied on */
export function validatorOf({ header }: Pick<HttpAnswer, 'header'>): Validator | undefined {
  const etag = header('etag');
  if (etag !== undefined && etag.length <= HTTP_VALIDATOR_CHARACTERS_MAX && ETAG.test(etag)) return { etag };
  const lastModified = header('last-modified') ?? '';
  const answered = header('date') ?? '';
  if (!DATE.test(lastModified) || !DATE.test(answered)) return undefined;
  // Of two changes in one second, the second would not show.
  const seconds = (Date.parse(answered) - Date.parse(lastModified)) / 1_000;
  return seconds >= HTTP_LAST_MODIFIED_AGE_SECONDS_MIN ? { lastModified } : undefined;
}

/** The header that asks for an answer only if it is another one. */
export function conditionOf(validator: Validator): Readonly<Record<string, string>> {
  return 'etag' in validator
    ? { 'if-none-match': validator.etag }
    : { 'if-modified-since': validator.lastModified };
}
