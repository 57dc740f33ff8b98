import type { Source } from '../pipeline/ports/ports.ts';
import type { Page } from '../rest/listing/page.ts';

/** An enabled policy of a database that hides rows of a table from some of its users. Names are those of the catalog. */
export interface RowPolicy {
  readonly name: string;
  readonly schema: string;
  readonly table: string;
}

/** A source with the methods that only `doctor` and `validate --try` use. */
export interface OpenedSource extends Source {
  /**
   * The policies of a database that may hide rows from its user: a hidden row looks deleted. The method is missing for sources
   * without policies, and for sources that refuse such a query by themselves.
   * It fails as `read` does, and with SOURCE_PERMISSION if the user may not see the policies.
   */
  rowPolicies?(signal: AbortSignal): Promise<readonly RowPolicy[]>;
  /**
   * The pages of a listing from its beginning. The consumer may leave after any of them. The method is missing for sources that
   * are not an API.
   */
  pages?(signal: AbortSignal): AsyncIterable<Page>;
}
