import { BridgeError } from '../../core/errors.ts';
import type { DefinitionWords } from '../definition-words.ts';

/** The codes of other problems that a place can cause when the API no longer knows it, besides a refusal. */
const MAY_BE_PLACE: ReadonlySet<string> = new Set([
  'SOURCE_ANSWER_INVALID',
  'SOURCE_PAGINATION',
  'SOURCE_PERMISSION',
  'SOURCE_RECORDS_MISSING',
]);

/** If the first page of a resumed listing fails, the cause may be the place where the last run stopped. */
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
