import type { BridgeError } from '../../core/errors.ts';
import type { Column } from '../../pipeline/ports/ports.ts';
import type { RowPolicy } from '../opened-source.ts';
import type { RowWriter } from './row-writer.ts';
import type { WatermarkKind } from './watermark-value.ts';
import type { SessionPhase } from '../driver-errors.ts';

/** The value after which a delta query starts. */
export interface BoundWatermark {
  readonly kind: WatermarkKind;
  /** The index of its column. */
  readonly index: number;
  /** The value in the form of its kind. */
  readonly text: string;
  /** The number of occurrences in the query. */
  readonly occurrences: number;
}

/** One connection to a database. Its methods throw the driver's errors. */
export interface SqlSession {
  /** Whether a second query sees the same rows as the first; known after `connect`. */
  readonly repeatable: boolean;
  /** Connects, and begins a read-only transaction that reads one snapshot, as far as the database supports it. */
  connect(): Promise<void>;
  /**
   * The columns of a query in this product's dialect; undefined if it returns no rows at all. The query is not run.
   * @param delta whether the query has the placeholder of a watermark
   */
  describe(query: string, delta: boolean): Promise<readonly Column[] | undefined>;
  /**
   * Reads the rows of the described query into a writer, and resolves after the last. It stops reading from the server while
   * the writer is full; `resume` is called when the writer has room again.
   */
  read(query: string, from: BoundWatermark | undefined, out: RowWriter): Promise<void>;
  /** The policies that may hide rows from this user, as in `OpenedSource.rowPolicies`. */
  rowPolicies?(): Promise<readonly RowPolicy[]>;
  /** The server's current time in UTC, as `2024-01-02 03:04:05.678901`. */
  present(): Promise<string>;
  /** Called when there is room for rows again. */
  resume(): void;
  /** Cancels the statement that is in progress on the server, by the means of the database; best effort, never fails. */
  cancel(): Promise<void>;
  /** Closes the connection properly. */
  end(): Promise<void>;
  /** Closes the connection immediately. May be called twice. */
  destroy(): void;
}

/** A database product, described by its differences from the others. */
export interface SqlEngine {
  /** The database and its user, without the password: another one may have other rows. */
  readonly identity: string;
  /** Replaces `:watermark` in a query. */
  readonly placeholder: (occurrence: number) => string;
  /**
   * For each kind that this product can compare: a value before every watermark, then values close to it that survive the
   * arithmetic of queries, such as subtracting an hour.
   */
  readonly lowest: Readonly<Partial<Record<WatermarkKind, readonly string[]>>>;
  open(): SqlSession;
  /**
   * Translates an error of the driver or the server: our message with the original one, and the instruction.
   * @param query the query that was sent, for the position of its error
   */
  errorOf(thrown: unknown, phase: SessionPhase, query: string | undefined): BridgeError;
}
