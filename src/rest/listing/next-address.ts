import type { PaginationSpec } from '../../definitions/rest/types.ts';
import { missingParameters, withoutParameter, withQueryOf } from '../request/address.ts';

interface NextAddressContext {
  /** Address of the first page, as the definition gives it. */
  readonly first: string;
  readonly keepQuery: PaginationSpec['keepQuery'];
  /** A query parameter that holds a secret, and does not belong into a place. */
  readonly secretParameter: string | undefined;
  /** Told the names of parameters that links lack, where the definition does not say whether to add them. */
  readonly warn: (missing: readonly string[]) => void;
}

/**
 * Makes a link to the next page the address to request. A link is followed as it is (RFC 8288): the token in it may stand for
 * the whole query, and an API may refuse or misread any other parameter beside it. Only the definition's author can know that
 * an API forgets parameters, which could list records that a filter leaves out, so the author is warned.
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
