import { BridgeError } from '../../core/errors.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { Exchange, PageAnswer } from '../request/exchange.ts';
import { conditionOf, validatorOf, type Validator } from '../request/validator.ts';

/** The time of a response by the API's own clock; undefined without a valid `Date` header. */
export function dateOf({ header }: Pick<PageAnswer, 'header'>): Date | undefined {
  const date = new Date(header('date') ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** The validator of a response. One that contains a secret is not stored, whatever an API puts in its tags. */
export function keepableValidator(
  answer: Pick<PageAnswer, 'header'>,
  exchange: Pick<Exchange, 'isSecretIn'>,
): Validator | undefined {
  const validator = validatorOf(answer);
  const texts = Object.values(validator === undefined ? {} : conditionOf(validator));
  return texts.some((text) => exchange.isSecretIn(text)) ? undefined : validator;
}

/** The error of a listing that cannot go on after a page. @param what continues a sentence that begins with the response */
export function lostPage(
  { asked, number }: { readonly asked: string; readonly number: number },
  what: string,
  exchange: Pick<Exchange, 'redact'>,
  { path, paginationDocs }: DefinitionWords,
): BridgeError {
  return new BridgeError(
    'SOURCE_PAGINATION',
    `The answer to ${asked} (page ${number}) ${exchange.redact(what)}.`,
    {
      hint: `Correct ${path}.pagination; ${paginationDocs} says what each type needs, and how ${path}.ignoreSigns names a sign that means nothing.`,
    },
  );
}
