import type { Rows } from '../wire/row-feed.ts';
import type { ClientName } from './values/client-names.ts';
import type { TnsColumn } from './values/column.ts';

/**
 * A value of a row or of a bind. NUMBER is text, as exact as it is written; DATE and TIMESTAMP are text,
 * `2024-02-29 13:14:15.123456789`, with ` +05:30` after it where there is a time zone (local time); BINARY_FLOAT and
 * BINARY_DOUBLE are numbers, RAW and BLOB are bytes, all else is text. As in Oracle, empty text is NULL.
 */
export type TnsValue = string | number | Uint8Array | null;

/** Rows are sent as often and as many as the client fetches. */
export interface TnsRows {
  readonly columns: readonly TnsColumn[];
  readonly rows: Rows<readonly TnsValue[]>;
}

export type TnsResult = TnsRows | { readonly rowCount: number };

/** The state of the connection that received a statement. */
export interface TnsSession {
  /** 1 for the first connection that logged in. */
  readonly id: number;
  /** In upper case, as Oracle has it. */
  readonly user: string;
  /** The name of the service, or the SID. */
  readonly service: string;
  /** What the client calls itself: its module, its action. */
  readonly names: Readonly<Partial<Record<ClientName, string>>>;
  readonly transaction: 'none' | 'read only' | 'serializable' | 'read write';
  /** Breaks the connection at once. */
  drop(): void;
}

/**
 * What a test's server answers. To fail, it throws TnsError, and so may its rows. Where a client wants to know the columns
 * only, the rows are not begun.
 */
export type TnsHandler = (
  sql: string,
  binds: readonly TnsValue[],
  session: TnsSession,
) => TnsResult | Promise<TnsResult>;

/** An error of the database: `ORA-` and the code are written before the message. */
export class TnsError extends Error {
  readonly code: number;
  /** Where in the SQL, in characters from 0. */
  readonly position: number | undefined;

  constructor(code: number, message: string, { position }: { readonly position?: number } = {}) {
    super(message);
    this.code = code;
    this.position = position;
  }
}

/** What the stand-in does not play is refused, with words that say so, rather than done in another way. */
export function notPlayed(what: string): TnsError {
  return new TnsError(600, `The TNS stand-in does not play ${what}.`);
}
