import { BridgeError } from '../../core/errors.ts';
import type { DefinitionWords } from '../definition-words.ts';

/** What an API may answer that no longer knows the place of a page, beside a refusal. */
const MAY_BE_PLACE: ReadonlySet<string> = new Set([
  'SOURCE_ANSWER_INVALID',
  'SOURCE_PAGINATION',
  'SOURCE_PERMISSION',
  'SOURCE_RECORDS_MISSING',
]);

/** What is wrong with the first page of a resumed listing may be wrong with the place where the last run stopped. */
export function ofResumed(thrown: unknown, place: string | undefined, { restart }: DefinitionWords): unknown {
  if (place === undefined || !(thrown instanceof BridgeError) || !MAY_BE_PLACE.has(thrown.code))
    return thrown;
  const { code, message, hint, nextRunAfter } = thrown;
  return new BridgeError(code, message, {
    hint: `${hint} If the place where the last run stopped has expired, ${restart}: the listing begins again.`,
    nextRunAfter,
    cause: thrown,
  });
}
