import type { BridgeError } from '../../core/errors.ts';

/** What an API returned for the first pages of a listing. Texts contain no secrets, and long ones are cut. */
export interface Trial {
  /** One for each page, and one for the requests after the last page if they failed. */
  readonly steps: readonly TrialStep[];
  /** What a run would log as warnings. */
  readonly warnings: readonly string[];
  readonly rows: TriedRows;
  /** `ended`: the last page was the end of the listing. `more`: there are more pages. `failed`: see `error`. */
  readonly outcome: 'ended' | 'more' | 'failed';
  /** Undefined unless the trial failed. */
  readonly error: BridgeError | undefined;
}

export interface TrialStep {
  readonly requests: readonly TriedRequest[];
  /** How many more requests were sent for this page; they are not listed. */
  readonly moreRequests: number;
  /** Undefined if no page was received. */
  readonly page: TriedPage | undefined;
}

export interface TriedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Query parameters with credentials, which `url` lacks. */
  readonly secretParameters: readonly string[];
  readonly body: string | null;
  readonly status: number;
  /** The headers of the response that concern pages, formats and limits. */
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** null for a response that is read as a stream. */
  readonly bytes: number | null;
  readonly milliseconds: number;
}

export interface TriedPage {
  readonly records: number;
  /** The cursor, number or address of the next page; null on the last one. */
  readonly next: string | null;
}

/** The first rows, as the mapping reads them from the records. */
export interface TriedRows {
  /** The fields that the mapping names. */
  readonly fields: readonly string[];
  /** A text for each field; null for a null; undefined if the record does not have the field. */
  readonly values: readonly (readonly (string | null | undefined)[])[];
  /** The fields that no record of these pages has, except for those that may be absent. */
  readonly missing: readonly string[];
  /** Keys of the first record that the mapping does not name. */
  readonly otherKeys: readonly string[];
}
