import type { Exchange } from '../request/exchange.ts';
import type { Paging } from '../paging/paging.ts';
import type { RecordFinder } from './records.ts';
import type { PaginationSpec } from '../../definitions/rest/types.ts';
import type { Logger } from '../../core/log.ts';
import type { KeptPlace } from '../request/kept-place.ts';
import type { Validator } from '../request/validator.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { MissingListing } from './refused-page.ts';

/** What one listing needs. */
export interface ListingPorts {
  readonly exchange: Pick<Exchange, 'page' | 'nameOf' | 'redact' | 'isSecretIn'>;
  readonly paging: Paging;
  readonly finder: RecordFinder;
  readonly spec: PaginationSpec | undefined;
  readonly log: Logger;
  /** Converts a place to the form that can be stored. */
  readonly keep: (place: string) => KeptPlace;
  /** The stored place where an earlier listing stopped. */
  readonly from: string | undefined;
  /** The listing stops after this many pages and can be resumed; undefined for a listing that is read to its end. */
  readonly pagesMax: number | undefined;
  /** The statuses of a place that the API no longer knows; without them, the listing then begins again at its first page. */
  readonly expiredStatuses?: readonly number[] | undefined;
  /** The path of a value of the last page that the statement reports. */
  readonly lastValuePath?: string | undefined;
  /** Whether the response to one conditional request covers the whole listing. */
  readonly conditional: boolean;
  /** The validator of an earlier listing that had one page. */
  readonly known: Validator | undefined;
  /** The names of signs of more pages that are irrelevant for this listing. */
  readonly ignoreSigns: readonly string[];
  readonly words: DefinitionWords;
  readonly missing?: MissingListing | undefined;
}
