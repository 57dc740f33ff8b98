import { BridgeError } from '../../core/errors.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { Validator } from './validator.ts';

/** Why a response is no page: the page is known to be unchanged, or the API has nothing at that place. */
export type NoPage = 'unchanged' | 'no_page';

/** The responses that mean something for this request. */
export interface PageExpectation {
  /** The validator of an earlier response to the same request. */
  readonly known?: Validator | undefined;
  /** The statuses that the API returns for a page after the last one, or for a record that was removed. */
  readonly endStatuses?: readonly number[] | undefined;
  /** The statuses by which the API says that it no longer knows the place of the listing: an error of its own. */
  readonly expiredStatuses?: readonly number[] | undefined;
}

/** @param asked the request, for the message */
export function expiredPlace(asked: string, status: number, { restart }: DefinitionWords): BridgeError {
  return new BridgeError(
    'SOURCE_PLACE_EXPIRED',
    `${asked} was answered ${status}: the API no longer knows the place where the last run stopped.`,
    { hint: `To begin again, ${restart}.` },
  );
}
