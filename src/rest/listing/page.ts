import type { Span } from '../../json/scan.ts';
import type { KeptPlace } from '../request/kept-place.ts';
import type { Validator } from '../request/validator.ts';

/** One page of a listing. */
export interface Page {
  /** The whole body, checked to be one JSON value. It belongs to the consumer and is never written to again. */
  readonly bytes: Buffer;
  /** Where each record is in `bytes`, in the order of the page. */
  readonly records: readonly Span[];
  /** When the API answered, by its own clock; undefined without a `Date` header that can be read. */
  readonly answered: Date | undefined;
  /**
   * The listing began here, not at the place that it was to continue from: it had none, or the API refused it because it knows
   * the place no more.
   */
  readonly first: boolean;
  /**
   * The next page, in the form in which it can be stored and read from later: without a secret. `because` says why a place
   * cannot be stored. Undefined on the last page: the iteration then ends, and the statement says whether that was all.
   * @throws BridgeError SOURCE_PAGINATION if there is a next page and no way to it
   */
  readonly next: KeptPlace | undefined;
}

/** What a listing says of itself after its last page. */
export interface Statement {
  /** There may be more than what was read, so nothing may be concluded from what is missing. */
  readonly truncated: boolean;
  /** It was longer than `pagination.maxPages`, and there is no place to continue from. */
  readonly cutOff: boolean;
  /** Where a listing that is read in parts continues; undefined when it came to its end. */
  readonly rest: KeptPlace | undefined;
  /** The API says that `known` is still what it has; there were no pages. */
  readonly unchanged: boolean;
  /** What the API gave with the only page; undefined if there were others, or if the listing cannot be conditional. */
  readonly validator: Validator | undefined;
  /** It had more than one page. */
  readonly inPages: boolean;
}
