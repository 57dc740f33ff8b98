import type { PaginationSpec } from '../../definitions/rest/types.ts';
import { missingParameters, withoutParameter, withQueryOf } from '../request/address.ts';

interface NextAddressContext {
  /** The address of the first page, from the definition. */
  readonly first: string;
  readonly keepQuery: PaginationSpec['keepQuery'];
  /** The query parameter that holds a secret, which must not be part of a place. */
  readonly secretParameter: string | undefined;
  /** Called with the names of the parameters that links lack, if the definition does not say whether to add them. */
  readonly warn: (missing: readonly string[]) => void;
}

/**
 * Converts a link to the next page to the address to request. A link is followed unchanged (RFC 8288): its token may represent
 * the whole query, and an API may refuse or misread additional parameters. Only the author of the definition can know that an API
 * forgets parameters. That could list records that a filter excludes, so the author is warned.
 */
export function nextAddresses(context: NextAddressContext): (link: string) => string {
  const { first, keepQuery, secretParameter, warn } = context;
  let hasWarned = false;
  return (link) => {
    const missing = missingParameters(link, first).filter((name) => name !== secretParameter);
    if (missing.length > 0 && keepQuery === undefined && !hasWarned) {
      hasWarned = true;
      warn(missing);
    }
    const whole = keepQuery === true ? withQueryOf(link, first) : link;
    return secretParameter === undefined ? whole : withoutParameter(whole, secretParameter);
  };
}
