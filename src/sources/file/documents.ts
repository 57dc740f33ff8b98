import { basename, extname } from 'node:path';
import { FILE_DOCUMENT_COLUMNS } from '../../definitions/connector/file-columns.ts';
import type { FileEncoding } from '../../definitions/connector/types.ts';
import { ROW_BYTES_MAX } from '../../core/limits.ts';
import type { Column, ColumnKind } from '../../pipeline/ports/ports.ts';
import type { FileFormat, FileRow } from './format.ts';
import type { ListedFile } from './listing.ts';
import { textOf } from './file-text.ts';

interface DocumentColumn {
  readonly kind: ColumnKind;
  readonly of: (file: ListedFile, text: Buffer) => Buffer;
}

type DocumentColumnName = (typeof FILE_DOCUMENT_COLUMNS)[number];

const COLUMNS: Readonly<Record<DocumentColumnName, DocumentColumn>> = {
  _file: { kind: 'text', of: ({ name }) => Buffer.from(name) },
  _name: { kind: 'text', of: ({ name }) => Buffer.from(basename(name, extname(name))) },
  modified_at: { kind: 'timestamptz', of: ({ modifiedNs }) => Buffer.from(momentText(modifiedNs)) },
  content: { kind: 'text', of: (_, text) => text },
};

/** The format of files that are one document each. */
export class DocumentFormat implements FileFormat {
  readonly #encoding: FileEncoding | undefined;
  readonly #names: readonly DocumentColumnName[];

  constructor(fields: readonly string[], encoding: FileEncoding | undefined) {
    this.#encoding = encoding;
    this.#names = FILE_DOCUMENT_COLUMNS.filter((name) => fields.includes(name));
  }

  columns(): Promise<readonly Column[]> {
    return Promise.resolve(this.#names.map((name) => ({ name, kind: COLUMNS[name].kind })));
  }

  async *rows(file: ListedFile): AsyncGenerator<readonly FileRow[]> {
    const text = await wholeText(file, this.#encoding);
    yield [{ values: this.#names.map((name) => COLUMNS[name].of(file, text)), line: 0 }];
  }

  end(): void {
    // Every file has all columns.
  }
}

/**
 * Reads a text. A text that is too large for a row is returned with more bytes than a row may have, so that the caller detects
 * it.
 */
async function wholeText(file: ListedFile, encoding: FileEncoding | undefined): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of textOf(file, encoding)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > ROW_BYTES_MAX) break;
  }
  return Buffer.concat(chunks);
}

/** The time in microseconds, as a column of kind `timestamptz` has it. */
function momentText(nanoseconds: bigint): string {
  const microseconds = nanoseconds / 1_000n;
  const date = new Date(Number(microseconds / 1_000n)).toISOString().slice(0, -1).replace('T', ' ');
  return `${date}${String(microseconds % 1_000n).padStart(3, '0')}+00`;
}
