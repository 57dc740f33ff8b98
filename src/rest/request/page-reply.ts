import type { Validator } from './validator.ts';

/** Why a response is no page: the page is known to be unchanged, or the API has nothing at that place. */
export type NoPage = 'unchanged' | 'no_page';

/** The responses besides a page that are no error. */
export interface PageExpectation {
  /** The validator of an earlier response to the same request. */
  readonly known?: Validator | undefined;
  /** The statuses that the API returns for a page after the last one, or for a record that was removed. */
  readonly endStatuses?: readonly number[] | undefined;
}
