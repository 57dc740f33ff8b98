/**
 * The ports of the pipeline, each described by its promises. Every implementation of a port runs the same contract suite
 * in `test/contracts/`.
 *
 * Terminology. A *connector* names one source and one target. A *run* takes it once through the phases
 * `extract map diff publish ingest commit`. A source yields *rows*; a row becomes a *document*; a document whose
 * *checksum* differs from the last acknowledged one is an *upsert*, a document that is gone is a *delete*. Upserts and
 * deletes travel in *artifacts*, listed by a *manifest*. The *checkpoint* is what the next run starts from, the
 * *watermark* its value. A *lease* is the right to run one connector. Rows set aside with a reason are in *quarantine*;
 * deletes withheld by the guard are on *hold*. What a destination acknowledged is its *receipt*.
 */

import type { DataQuality } from './data-quality.ts';

export type Phase = 'extract' | 'map' | 'diff' | 'publish' | 'ingest' | 'commit';

// Source

/**
 * What a value's text means. The text forms are those of Postgres, the busiest source, so that nothing is converted on
 * the way; other sources write the same forms:
 * `boolean` `t` or `f` · `timestamp` `2024-01-02 03:04:05.678901` · `timestamptz` the same with an offset, `+00` ·
 * `date` `2024-01-02` · all three may be `infinity`, `-infinity` or end in ` BC` · `float` and `decimal` may be `NaN`
 * or `Infinity` · `json` any JSON text · `bytes` `\x` and hexadecimal digits · `array` `{a,"b c",NULL}`.
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
  /** Of a column of kind `json`: the source has not made sure that each value is JSON, so it is checked before it is used. */
  readonly unchecked?: true;
}

/** In place of a value's length: SQL NULL. */
export const LENGTH_NULL = -1;
/** In place of a value's length: this row has no such field at all (only sources of JSON objects). */
export const LENGTH_ABSENT = -2;

/**
 * Some rows as bytes, to be decoded only as far as needed. Row `i` is `bytes[starts[i] .. ends[i])`; in it, for each
 * column in order, a big-endian int32 length (or one of the constants above), then as many bytes of UTF-8 text.
 * Equal bytes mean an equal row: a source fixes its session's settings so that a value has one form only.
 */
export interface RowBatch {
  readonly columns: readonly Column[];
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
  /** Indexes of rows of more than `ROW_BYTES_MAX`, ascending: their bytes stop there, perhaps inside a value. */
  readonly oversized: readonly number[];
  /**
   * Indexes of rows that say: this document is gone. Ascending; only in a delta listing. Their id counts and nothing else. The
   * guard is not asked: it doubts what is missing from a listing, and this was said.
   */
  readonly deletes?: readonly number[];
  /** Where a row of this batch was found; absent where a source has nothing to tell but the row's number. */
  readonly placeOf?: (row: number) => RowPlace;
  /** Set on the last batch only. */
  readonly end?: ListingEnd;
}

/** Where to find a row in the source. Numbers count from 1. */
export interface RowPlace {
  /** From the folder of the connector. */
  readonly file?: string;
  /** Where the row begins; absent for a file that is one row. */
  readonly line?: number;
  /** Among the pages that this run fetched. */
  readonly page?: number;
  /** The number of the record on its page. */
  readonly record?: number;
}

export interface ListingEnd {
  /**
   * What the next run may start from once all batches are committed. Text, exact. Undefined keeps the checkpoint of a
   * delta listing; after a full listing it removes the checkpoint. That of a full listing identifies its content, so that
   * the next one can be `unchanged`; it is kept only if no work was left.
   */
  readonly checkpoint: string | undefined;
  /** The source knows that there is more: nothing may be concluded from what is missing. */
  readonly truncated: boolean;
  /**
   * The listing goes round: after its end it begins again, so rows that were set aside or refused come again whatever the
   * checkpoint is, and it may pass them.
   */
  readonly recurring?: true;
  /**
   * Only of a full listing, of no rows, that was given a checkpoint: the source says that it has what it had when it gave
   * that one. So every known document is as it was and none is missing, which an empty listing would say the opposite of.
   */
  readonly unchanged?: true;
  /**
   * Only of a full listing: it was put together of several answers, and a row that moved meanwhile may be in none of them. So
   * what is missing is looked for in a second listing.
   */
  readonly pieced?: true;
  /** Events that the source did not list, because a newer one of their document was known when they arrived. */
  readonly older?: number;
  /** Rows whose watermark is later than the source's own present. The checkpoint stays before them, so every run lists them. */
  readonly ahead?: RowsAhead;
}

export interface RowsAhead {
  readonly rows: number;
  /** The latest watermark, as the source writes it. */
  readonly highest: string;
}

export interface Source {
  /** `full`: each read lists all rows there are. `delta`: only what changed since the checkpoint, so it proves no delete. */
  readonly listing: 'full' | 'delta';
  /** Reading again is cheap and finds the same rows, so a failed run may do so to say where they are. */
  readonly repeatable?: true;
  /**
   * Lists rows as of one moment, in no particular order, each once; `ListingEnd.pieced` says where it is more than a moment.
   * - At least one batch, even of no rows, so that the columns are always known.
   * - A batch is valid until the next one is asked for; the buffers are used again.
   * - Memory is bounded by `BATCH_BYTES_MAX` and `ROW_BYTES_MAX`, whatever the source holds.
   * - Ends early only by throwing: a BridgeError of code `SOURCE_*`, or the reason of `signal` when aborted.
   */
  read(checkpoint: string | undefined, signal: AbortSignal): AsyncIterable<RowBatch>;
  /**
   * The columns that `read` would tell, without a row being read: connects, and lets the source say whether it takes the
   * query and permits it. Fails as `read` does.
   */
  columns(signal: AbortSignal): Promise<readonly Column[]>;
  /** Gives back what `read` holds, also in the middle of it. May be called twice. */
  close(): Promise<void>;
}

// ArtifactStore

export interface StoredArtifact {
  /** Full URI, `file:///…` or `gs://…`. */
  readonly uri: string;
  readonly bytes: number;
  /** CRC-32C of the content, base64 of its four big-endian bytes, as Cloud Storage writes it. */
  readonly crc32c: string;
}

export interface ArtifactWriter {
  /** Appends; resolves when more may be written. The buffer may be reused afterwards. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the artifact visible, whole and durable. Nothing is visible before. */
  finish(): Promise<StoredArtifact>;
  /** Gives up; nothing of it remains visible. May be called after a failure. */
  abort(): Promise<void>;
}

/** Names are relative, with `/` between parts, such as `connectors/hr/runs/R1/manifest.json`. */
export interface ArtifactStore {
  /** Where names are relative to, `file:///…/` or `gs://bucket/`. */
  readonly root: string;
  /**
   * Starts an artifact. Immutable: `finish` succeeds if the same content is there already, and fails with
   * `ARTIFACT_EXISTS` if other content is.
   */
  create(name: string): Promise<ArtifactWriter>;
  /** Writes a small artifact that may be overwritten, atomically: readers see the old or the new content. */
  replace(name: string, content: Uint8Array): Promise<void>;
  /** Names under a prefix, sorted; only finished artifacts. An absent prefix is an empty list. */
  list(prefix: string): Promise<string[]>;
  /** Content as a stream. Fails with `ARTIFACT_MISSING`. */
  open(name: string): Promise<AsyncIterable<Uint8Array>>;
  /** Removes one artifact; an absent one is fine. Only for the leftovers of a run that has no manifest. */
  remove(name: string): Promise<void>;
  /** Removes all that is below a folder, and what killed writers left there; in no particular order. */
  clear(folder: string): Promise<void>;
}

// What a run delivers; the port of the destination is in `delivery-port.ts`

export type ArtifactKind =
  'upserts' | 'upserts.discovery' | 'deletes' | 'deletes.discovery' | 'soft-deletes' | 'held' | 'quarantine';

export interface ManifestFile {
  readonly kind: ArtifactKind;
  /** Relative to the store. */
  readonly name: string;
  readonly uri: string;
  readonly rows: number;
  readonly bytes: number;
  readonly crc32c: string;
}

/** What is to be known of a run's listing beside its counts. Absent: no. */
export interface ListingRemarks {
  /** The source has more than it listed, and what that is will not be listed by itself. */
  readonly truncated?: true;
  /** The source said that nothing changed, and listed nothing. */
  readonly unchanged?: true;
  /** Rows too large to have an id, any of which may be one that seems to be missing. */
  readonly unidentified?: number;
  /** Rows whose watermark is later than the source's own present. */
  readonly ahead?: RowsAhead;
}

/** `manifest.json`: written last, so its presence means that the run's artifacts are whole. */
export interface Manifest {
  readonly version: 1;
  readonly runId: string;
  readonly connector: string;
  readonly target: string;
  readonly startedAt: string;
  readonly publishedAt: string;
  readonly watermark: string | null;
  readonly counts: RunCounts;
  /** `full`: the upserts are all documents there are, and the destination is to drop every other one. */
  readonly reconciliation?: 'full';
  /** Absent: nothing is to be said of the listing. */
  readonly listing?: ListingRemarks;
  readonly files: readonly ManifestFile[];
}

/** Counts of one run, in rows or documents. `null` means not known, which is not 0. */
export interface RunCounts extends DataQuality {
  /** Rows read from the source. */
  readonly seen: number;
  readonly unchanged: number;
  /** Number of unchanged documents that were sent anyway; absent unless the run was to send every document. */
  readonly resent?: number;
  readonly added: number;
  readonly changed: number;
  /** Documents that are in the state but not in the source; null for a delta query, which cannot know. */
  readonly missing: number | null;
  /** Deletes published (marks, under `soft_delete_only`). */
  readonly deleted: number;
  /** Deletes withheld by the guard. */
  readonly held: number;
  readonly quarantined: number;
  /** Documents that the destination refused. */
  readonly rejected: number;
}
