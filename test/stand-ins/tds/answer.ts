import type { Rows } from '../wire/row-feed.ts';
import type { TdsColumn } from './values/column.ts';
import type { IsolationLevel } from './transactions.ts';

/**
 * A value of a row or of a parameter. Exact ones are text: decimal and money as digits, dates and times as
 * `2024-02-29`, `13:14:15.1234567`, `2024-02-29 13:14:15.1234567`, with ` +05:30` after it for datetimeoffset (local time).
 * bigint is a bigint, bit a boolean, other integers and floats are numbers, binary is bytes, all else text.
 */
export type TdsValue = string | number | bigint | boolean | Uint8Array | null;

export type TdsParameters = Readonly<Record<string, TdsValue>>;

/** Rows are sent as fast as the client reads them. */
export interface TdsRows {
  readonly columns: readonly TdsColumn[];
  readonly rows: Rows<readonly TdsValue[]>;
}

export interface TdsCount {
  readonly rowCount: number;
}

export type TdsResult = TdsRows | TdsCount;

/** The state of the connection that received a statement. */
export interface TdsSession {
  /** 1 for the first connection that logged in. */
  readonly id: number;
  /** Empty with an access token. */
  readonly user: string;
  readonly database: string;
  readonly application: string;
  /** `tds8` is what drivers call strict: TLS before the first byte of TDS. */
  readonly encryption: 'none' | 'tls' | 'tds8';
  readonly isolationLevel: IsolationLevel;
  readonly inTransaction: boolean;
  /** Breaks the connection at once. */
  drop(): void;
}

/**
 * What a test's server answers: one result, or several in this order. To fail, it throws TdsError, and so may its rows.
 * A stored procedure that is called by name comes with its name as the SQL.
 */
export type TdsHandler = (
  sql: string,
  parameters: TdsParameters,
  session: TdsSession,
) => TdsResult | readonly TdsResult[] | Promise<TdsResult | readonly TdsResult[]>;

/** An error of the server. From severity 20 on it ends the connection too. */
export class TdsError extends Error {
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  readonly lineNumber: number;

  constructor(
    number: number,
    message: string,
    {
      severity = 16,
      state = 1,
      lineNumber = 1,
    }: { severity?: number; state?: number; lineNumber?: number } = {},
  ) {
    super(message);
    this.number = number;
    this.severity = severity;
    this.state = state;
    this.lineNumber = lineNumber;
  }
}

/** What the stand-in does not play ends the connection, with words that say so, rather than do something else. */
export function notPlayed(what: string): TdsError {
  return new TdsError(50_000, `The TDS stand-in does not play ${what}.`, { severity: 20 });
}
