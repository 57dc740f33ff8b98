/** The location of a row in the source. Numbers count from 1. */
export interface RowPlace {
  /** The path from the folder of the connector. */
  readonly file?: string;
  /** The line where the row begins; absent for a file that is one row. */
  readonly line?: number;
  /** The number of the page among those that this run fetched. */
  readonly page?: number;
  /** The number of the record on its page. */
  readonly record?: number;
}
