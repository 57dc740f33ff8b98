import type { BridgeError } from '../../core/errors.ts';
import type { Column } from '../../pipeline/ports/ports.ts';
import type { RowPolicy } from '../opened-source.ts';
import type { RowWriter } from './row-writer.ts';
import type { WatermarkKind } from './watermark-value.ts';
import type { Phase } from '../driver-errors.ts';

/** What a delta query starts after. */
export interface BoundWatermark {
  readonly kind: WatermarkKind;
  /** Of its column. */
  readonly index: number;
  /** In the form of its kind. */
  readonly text: string;
  /** Number of occurrences in the query. */
  readonly occurrences: number;
}

/** One connection to a database. Its methods throw what the driver throws. */
export interface SqlSession {
  /** Whether a second query sees the same rows as the first; known after `connect`. */
  readonly repeatable: boolean;
  /** Connects, and begins a read-only transaction that sees one moment, as far as the database can. */
  connect(): Promise<void>;
  /**
   * The columns of a query in this product's dialect; undefined for one that returns no rows at all. Runs nothing.
   * @param delta whether the query has the placeholder of a watermark
   */
  describe(query: string, delta: boolean): Promise<readonly Column[] | undefined>;
  /**
   * Reads the rows of the query that was described into a writer, and resolves after the last. Stops reading from the server while the writer is full;
   * `resume` is called when it no longer is.
   */
  read(query: string, from: BoundWatermark | undefined, out: RowWriter): Promise<void>;
  /** The policies that may hide rows from this user, as `OpenedSource.rowPolicies`. */
  rowPolicies?(): Promise<readonly RowPolicy[]>;
  /** The server's present in UTC, as `2024-01-02 03:04:05.678901`. */
  present(): Promise<string>;
  /** There is room for rows again. */
  resume(): void;
  /** Cancels the statement that is in progress on the server, by the means of the database; best effort, never fails. */
  cancel(): Promise<void>;
  /** Says goodbye and closes. */
  end(): Promise<void>;
  /** Closes at once. May be called twice. */
  destroy(): void;
}

/** A database product, as a record of what is different from the others. */
export interface SqlEngine {
  /** Replaces `:watermark` in a query. */
  readonly placeholder: (occurrence: number) => string;
  /**
   * Of each kind that this product can compare: what comes before every watermark, then what is close to it and survives
   * the arithmetic of queries, such as subtracting an hour.
   */
  readonly lowest: Readonly<Partial<Record<WatermarkKind, readonly string[]>>>;
  open(): SqlSession;
  /**
   * An error of the driver or the server in our words and with its own, and what to do about it.
   * @param query what the server was asked, for the position of its error
   */
  errorOf(thrown: unknown, phase: Phase, query: string | undefined): BridgeError;
}
