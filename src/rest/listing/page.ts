import type { Origin } from '../../json/each-at-path.ts';
import type { Span } from '../../json/scan.ts';
import type { KeptPlace } from '../request/kept-place.ts';
import type { Validator } from '../request/validator.ts';

/** The location of a record in a page. */
export interface FoundRecord extends Span {
  /** Set if the path of the records passes a map or the elements of a list. */
  readonly origin?: Origin;
}

/** One page of a listing. */
export interface Page {
  /** The whole body, or a part of it as a list, checked to be one JSON value. It belongs to the consumer and is never overwritten. */
  readonly bytes: Buffer;
  /** The location of each record in `bytes`, in the order of the page. */
  readonly records: readonly FoundRecord[];
  /** The time of the response by the API's own clock; undefined without a valid `Date` header. */
  readonly answered: Date | undefined;
  /**
   * Whether the listing began here instead of resuming: either there was no place to resume from, or the API refused the place
   * because it no longer knows it.
   */
  readonly first: boolean;
  /** Set if the page has further records of the same response as the page before. */
  readonly continues?: true;
  /**
   * The number of the listing that the page is part of, from 1, if several are read as one. A record may be in several of them,
   * which does not mean that it was moved.
   */
  readonly partition?: number;
  /**
   * The next page, in a form without secrets that can be stored and read later. `because` says why a place cannot be stored. It
   * is undefined on the last page: the iteration then ends, and the statement says whether the listing was complete.
   * @throws BridgeError SOURCE_PAGINATION if there is a next page but no way to reach it
   */
  readonly next: KeptPlace | undefined;
}

/**
 * The pages of one listing, or of several that are read as one. They can be iterated only once, and the iteration always
 * terminates.
 */
export interface RecordPages extends AsyncIterable<Page> {
  /** Whether records move between pages when others are added or removed during the listing. */
  readonly shifts: boolean;
  /** Available only after the iteration has ended by itself: a listing that the consumer abandoned has no statement. */
  readonly statement: Statement;
  /**
   * A consumer that recognizes duplicates reports, before it takes the next page, how many records of this page count. Without a
   * report, all records count.
   * @param fresh how many of its records no earlier page had
   * @param records how many count towards a total: in a feed of changes, all of them
   */
  counted(fresh: number, records: number): void;
  /** The consumer saw a record again on a later page, so other records may have been skipped. */
  moved(): void;
}

/** What a listing reports about itself after its last page. */
export interface Statement {
  /** There may be unread records, so missing records prove nothing. */
  readonly truncated: boolean;
  /** The listing was longer than `pagination.maxPages`, and there is no place to resume from. */
  readonly cutOff: boolean;
  /** The place where a listing that is read in parts continues; undefined when the listing has ended. */
  readonly rest: KeptPlace | undefined;
  /** The API reports that the content of `known` is still current, so there were no pages. */
  readonly unchanged: boolean;
  /**
   * The validator that the API sent with the only page; undefined if there were more pages, or if the listing cannot be
   * conditional.
   */
  readonly validator: Validator | undefined;
  /** The listing had more than one page. */
  readonly inPages: boolean;
}
