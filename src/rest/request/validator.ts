import { HTTP_LAST_MODIFIED_AGE_SECONDS_MIN, HTTP_VALIDATOR_CHARACTERS_MAX } from '../limits.ts';
import type { HttpAnswer } from './client.ts';

/** The validator that an API sent with its listing, used to ask whether the listing has changed. */
export type Validator = { readonly etag: string } | { readonly lastModified: string };

/** The format of RFC 9110, not empty. */
const ETAG = /^(?:W\/)?"[\x21\x23-\x7E]+"$/;
const DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** @returns undefined if there is no validator, or none that is reliable */
export function validatorOf({ header }: Pick<HttpAnswer, 'header'>): Validator | undefined {
  const etag = header('etag');
  if (etag !== undefined && etag.length <= HTTP_VALIDATOR_CHARACTERS_MAX && ETAG.test(etag)) return { etag };
  const lastModified = header('last-modified') ?? '';
  const answered = header('date') ?? '';
  if (!DATE.test(lastModified) || !DATE.test(answered)) return undefined;
  // If there were two changes in one second, the second one would not be detected.
  const seconds = (Date.parse(answered) - Date.parse(lastModified)) / 1_000;
  return seconds >= HTTP_LAST_MODIFIED_AGE_SECONDS_MIN ? { lastModified } : undefined;
}

/** Returns the header that requests a response only if it has changed. */
export function conditionOf(validator: Validator): Readonly<Record<string, string>> {
  return 'etag' in validator
    ? { 'if-none-match': validator.etag }
    : { 'if-modified-since': validator.lastModified };
}

/**
 * Returns a validator that may be stored: one that reveals no secret, whatever an API puts in its tags.
 * @param isSecretIn whether storing a text would reveal a secret
 */
export function keepableValidator(
  answer: Pick<HttpAnswer, 'header'>,
  isSecretIn: (text: string) => boolean,
): Validator | undefined {
  const validator = validatorOf(answer);
  const texts = Object.values(validator ?? {});
  return texts.some(isSecretIn) ? undefined : validator;
}
