/**
 * The ports of the pipeline, described by their guarantees. Every implementation passes the contract suite in `test/contracts/`.
 *
 * Terminology. A *connector* names one source and one target. A *run* takes it once through the phases `extract map diff publish
 * ingest commit`. A source yields *rows*; a row becomes a *document*; a document whose *checksum* differs from the last
 * acknowledged one is an *upsert*, a document that is gone is a *delete*. Upserts and deletes travel in *artifacts*, listed by a
 * *manifest*. The *checkpoint* is what the next run starts from, the *watermark* its value. A *lease* is the right to run one
 * connector. Rows rejected with a reason are in *quarantine*; deletes withheld by the guard are on *hold*. The destination's
 * acknowledgement is its *receipt*.
 */

import type { DataQuality } from './data-quality.ts';
import type { RowPlace } from './row-place.ts';
import type { RowsAhead } from './rows-ahead.ts';

export type Phase = 'extract' | 'map' | 'diff' | 'publish' | 'ingest' | 'commit';

// Source

/**
 * The meaning of a value's text. The text forms are those of Postgres, the busiest source, so that no conversion is needed; other
 * sources write the same forms:
 * `boolean` `t` or `f` · `timestamp` `2024-01-02 03:04:05.678901` · `timestamptz` the same with an offset, `+00` · `date`
 * `2024-01-02` · all three may be `infinity`, `-infinity` or end in ` BC` · `float` and `decimal` may be `NaN` or `Infinity` ·
 * `json` any JSON text · `bytes` `\x` and hexadecimal digits · `array` `{a,"b c",NULL}`.
 */
export type ColumnKind =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'timestamp'
  | 'timestamptz'
  | 'date'
  | 'json'
  | 'bytes'
  | 'array';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** The kind of an array's elements. */
  readonly element?: Exclude<ColumnKind, 'array'>;
  /** Set for a `json` column whose source has not checked that each value is JSON, so it is checked before it is used. */
  readonly unchecked?: true;
}

/** Replaces a value's length for SQL NULL. */
export const LENGTH_NULL = -1;
/** Replaces a value's length if this row does not have the field (only for sources of JSON objects). */
export const LENGTH_ABSENT = -2;

/**
 * Some rows as bytes, which are decoded only as far as needed. Row `i` is `bytes[starts[i] .. ends[i])`; it has, for each column
 * in order, a big-endian int32 length (or one of the constants above), then that many bytes of UTF-8 text. Equal bytes mean an
 * equal row: a source fixes its session's settings so that a value has only one form.
 */
export interface RowBatch {
  readonly columns: readonly Column[];
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
  /** The indexes of rows larger than `ROW_BYTES_MAX`, ascending: their bytes stop there, possibly inside a value. */
  readonly oversized: readonly number[];
  /**
   * The indexes of rows that report a deleted document, ascending; only in a delta listing. Only their ids count. The guard is
   * not consulted: it doubts documents that are missing from a listing, and these deletes are explicit.
   */
  readonly deletes?: readonly number[];
  /**
   * The indexes of columns whose values are in the binary form of Postgres's protocol, ascending, if the reader asked for it: of
   * `date`, `timestamp` and `timestamptz`, and of arrays of texts or integers. All batches of a listing have the same.
   */
  readonly binary?: readonly number[];
  /** Returns where a row of this batch was found; absent if the source knows only the row's number. */
  readonly placeOf?: (row: number) => RowPlace;
  /** The end of the listing is set on the last batch only. */
  readonly end?: ListingEnd;
}

export interface ListingEnd {
  /**
   * What the next run may start from once all batches are committed, as exact text. Undefined keeps the checkpoint of a delta
   * listing; after a full listing it removes the checkpoint. The checkpoint of a full listing identifies its content, so that the
   * next listing can be `unchanged`; it is kept only if no work was left.
   */
  readonly checkpoint: string | undefined;
  /** The source knows that there are more rows: missing rows prove nothing. */
  readonly truncated: boolean;
  /**
   * The listing is recurring: after its end it starts again, so quarantined or rejected rows are listed again whatever the
   * checkpoint is, and the checkpoint may pass them.
   */
  readonly recurring?: true;
  /**
   * Only for a full listing without rows that was given a checkpoint: the source reports the same content as when it issued that
   * checkpoint. So every known document is unchanged and none is missing, whereas an empty listing would mean the opposite.
   */
  readonly unchanged?: true;
  /** Only for a full listing: it spans several responses, and a row that moved meanwhile may be in none. Missing rows are listed again. */
  readonly pieced?: true;
  /** Only for a `pieced` listing after another one by the same source: the number of rows that were removed since the other one. */
  readonly lost?: number;
  /** The number of events not listed, because a newer event of their document was known when they arrived. */
  readonly older?: number;
  /** The rows whose watermark is in the source's future. The checkpoint stays before them, so every run lists them. */
  readonly ahead?: RowsAhead;
}

export interface ReadOptions {
  /** The reader rewrites binary forms of columns, so the source may choose them where they cost less. */
  readonly binary?: boolean;
}

export interface Source {
  /** `full`: each read lists all existing rows. `delta`: only changes since the checkpoint, so it proves no delete. */
  readonly listing: 'full' | 'delta';
  /**
   * Only for a delta listing that lists all existing rows when it starts without a checkpoint: whether it can continue from this
   * one. If not, the listing is full. It fails with SOURCE_PLACE_EXPIRED, before its first batch, if the source itself no longer
   * knows the checkpoint; the next read is then without one.
   */
  readonly continuesFrom?: (checkpoint: string) => boolean;
  /** Reading again is cheap and finds the same rows, so a failed run may read again to report their places. */
  readonly repeatable?: true;
  /**
   * Lists rows as of one moment, in any order, each once; `ListingEnd.pieced` marks a listing that spans several moments.
   * - There is at least one batch, even without rows, so that the columns are always known.
   * - A batch is valid until the next one is requested; the buffers are reused.
   * - Memory is bounded by `BATCH_BYTES_MAX` and `ROW_BYTES_MAX`, whatever the source holds.
   * - It ends early only by throwing: a BridgeError of code `SOURCE_*`, or the reason of `signal` when aborted.
   */
  read(checkpoint: string | undefined, signal: AbortSignal, options?: ReadOptions): AsyncIterable<RowBatch>;
  /**
   * Returns the columns that `read` would report, without reading a row: it connects, and lets the source check whether the query
   * is valid and permitted. It fails as `read` does.
   */
  columns(signal: AbortSignal): Promise<readonly Column[]>;
  /** Releases what `read` holds, even during a read. May be called twice. */
  close(): Promise<void>;
}

// ArtifactStore

export interface StoredArtifact {
  /** The full URI, `file:///…` or `gs://…`. */
  readonly uri: string;
  readonly bytes: number;
  /** The CRC-32C of the content: base64 of its four big-endian bytes, as Cloud Storage writes it. */
  readonly crc32c: string;
}

export interface ArtifactWriter {
  /** Appends bytes; resolves when more may be written. The buffer may be reused afterwards. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the artifact visible, complete and durable. Nothing is visible before. */
  finish(): Promise<StoredArtifact>;
  /** Discards the artifact; nothing of it remains visible. May be called after a failure. */
  abort(): Promise<void>;
}

/** Names are relative, with `/` between parts, such as `connectors/hr/runs/R1/manifest.json`. */
export interface ArtifactStore {
  /** The root of the names, `file:///…/` or `gs://bucket/`. */
  readonly root: string;
  /**
   * Starts an artifact. Artifacts are immutable: `finish` succeeds if the same content already exists, and fails with
   * `ARTIFACT_EXISTS` if other content does.
   */
  create(name: string): Promise<ArtifactWriter>;
  /** Writes a small artifact that may be overwritten, atomically: readers see the old or the new content. */
  replace(name: string, content: Uint8Array): Promise<void>;
  /** Returns the sorted names of finished artifacts under a prefix. A missing prefix gives an empty list. */
  list(prefix: string): Promise<string[]>;
  /** Returns the content as a stream. Fails with `ARTIFACT_MISSING`. */
  open(name: string): Promise<AsyncIterable<Uint8Array>>;
  /** Removes one artifact, which may be missing. Only for the leftovers of a run that has no manifest. */
  remove(name: string): Promise<void>;
  /** Removes everything in a folder, including what killed writers left there, in any order. */
  clear(folder: string): Promise<void>;
}

// What a run delivers; the port of the destination is in `delivery-port.ts`

export type ArtifactKind =
  'upserts' | 'upserts.discovery' | 'deletes' | 'deletes.discovery' | 'soft-deletes' | 'held' | 'quarantine';

export interface ManifestFile {
  readonly kind: ArtifactKind;
  /** The name relative to the store. */
  readonly name: string;
  readonly uri: string;
  readonly rows: number;
  readonly bytes: number;
  readonly crc32c: string;
}

/** The remarks on a run's listing in addition to its counts. An absent remark does not apply. */
export interface ListingRemarks {
  /** The source has more rows than it listed, and will not list them by itself. */
  readonly truncated?: true;
  /** The source reported that nothing changed, and listed nothing. */
  readonly unchanged?: true;
  /** The run did not read the source: it compared the records with the target. */
  readonly unread?: true;
  /** The number of rows too large to have an id, any of which may be one that seems to be missing. */
  readonly unidentified?: number;
  /** The rows whose watermark is in the source's future. */
  readonly ahead?: RowsAhead;
}

/** `manifest.json`: written last, so its presence means that the run's artifacts are complete. */
export interface Manifest {
  readonly version: 1;
  readonly runId: string;
  readonly connector: string;
  readonly target: string;
  readonly startedAt: string;
  readonly publishedAt: string;
  readonly watermark: string | null;
  readonly counts: RunCounts;
  /** `full`: the upserts are all existing documents, and the destination must delete every other one. */
  readonly reconciliation?: 'full';
  /** Absent if there are no remarks on the listing. */
  readonly listing?: ListingRemarks;
  readonly files: readonly ManifestFile[];
}

/** The counts of one run, in rows or documents. `null` means unknown, which is not 0. */
export interface RunCounts extends DataQuality {
  /** The number of rows read from the source. */
  readonly seen: number;
  readonly unchanged: number;
  /** The number of unchanged documents that were sent anyway; absent unless the run was to send every document. */
  readonly resent?: number;
  readonly added: number;
  readonly changed: number;
  /** The number of documents in the state but not in the source; null for a delta query, which cannot know it. */
  readonly missing: number | null;
  /** The number of published deletes (soft deletes under `soft_delete_only`). */
  readonly deleted: number;
  /** The number of deletes withheld by the guard. */
  readonly held: number;
  readonly quarantined: number;
  /** The number of documents that the destination rejected. */
  readonly rejected: number;
}
