import type { ByteWriter } from '../bytes/byte-writer.ts';
import { NO_ID, type IdProblem } from './document-id.ts';
import type { Column } from '../ports/ports.ts';
import type { RowCursor } from './row-cursor.ts';

/**
 * The columns of a source whose rows are already documents. `doc_id` is the full id. A missing `acl_users` or `acl_groups` is
 * absent, not NULL: a document that has the key at all intends to name readers. `metadata` is an object in canonical form (keys
 * sorted, no blanks, numbers unchanged), because the checksum includes it as it is.
 */
export const CANONICAL_COLUMNS: readonly Column[] = [
  { name: 'doc_id', kind: 'text' },
  { name: 'title', kind: 'text' },
  { name: 'content', kind: 'text' },
  { name: 'uri', kind: 'text' },
  { name: 'mime_type', kind: 'text' },
  { name: 'acl_users', kind: 'json' },
  { name: 'acl_groups', kind: 'json' },
  { name: 'metadata', kind: 'json' },
  { name: 'updated_at', kind: 'json' },
];

/** Why a document that names readers cannot be published to a data store that does not keep them. */
export const READERS_NOT_KEPT = {
  code: 'ACL_NOT_KEPT',
  reason: 'it names readers, and the data store of this connector shows every document to all',
} as const;

/**
 * Reads from a canonical row the values that other mappings derive from several columns, or that are the same for all their rows.
 */
export class CanonicalRow {
  readonly readersKept: boolean;
  readonly #docId: number;
  readonly #mimeType: number;
  readonly #metadata: number;
  readonly #uri: number;
  readonly #readers: readonly number[];

  /** @param readersKept whether the data store keeps readers; if not, everyone would see a document that names some */
  constructor(readersKept: boolean, columnOf: (name: string) => number) {
    this.readersKept = readersKept;
    this.#docId = columnOf('doc_id');
    this.#mimeType = columnOf('mime_type');
    this.#metadata = columnOf('metadata');
    this.#uri = columnOf('uri');
    this.#readers = [columnOf('acl_users'), columnOf('acl_groups')];
  }

  /** Returns the full id of the document; undefined if there is none. */
  of(row: RowCursor): string | undefined {
    return row.length(this.#docId) <= 0 ? undefined : row.text(this.#docId);
  }

  problem(): IdProblem {
    return NO_ID;
  }

  /** Returns the row's own MIME type, if it has one. */
  mimeType(row: RowCursor): string | undefined {
    return row.length(this.#mimeType) <= 0 ? undefined : row.text(this.#mimeType);
  }

  hasUri(row: RowCursor): boolean {
    return row.length(this.#uri) >= 0;
  }

  /** Whether the document must have readers. */
  wantsReaders(row: RowCursor): boolean {
    return this.readersKept || this.#readers.some((column) => !row.isAbsent(column));
  }

  writeMetadata(row: RowCursor, out: ByteWriter): void {
    const length = row.length(this.#metadata);
    const start = row.start(this.#metadata);
    if (length <= 0) out.latin1('{}');
    else out.raw(row.bytes, start, start + length);
  }
}
