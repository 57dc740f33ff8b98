import { basename, extname } from 'node:path';
import type { FileEncoding } from '../connector/types.ts';
import { ROW_BYTES_MAX } from '../core/limits.ts';
import type { Column } from '../pipeline/ports.ts';
import type { FileFormat, FileRow } from './file-format.ts';
import type { ListedFile } from './file-listing.ts';
import { textOf } from './file-text.ts';

type ValueOf = (file: ListedFile, text: Buffer) => Buffer;

const VALUES: readonly { readonly column: Column; readonly of: ValueOf }[] = [
  { column: { name: '_file', kind: 'text' }, of: ({ name }) => Buffer.from(name) },
  { column: { name: '_name', kind: 'text' }, of: ({ name }) => Buffer.from(basename(name, extname(name))) },
  {
    column: { name: 'modified_at', kind: 'timestamptz' },
    of: ({ modifiedNs }) => Buffer.from(momentText(modifiedNs)),
  },
  // The last one, so that a row that is cut off for its size still has all the others.
  { column: { name: 'content', kind: 'text' }, of: (_, text) => text },
];

/** Files that are one document each. */
export class DocumentFormat implements FileFormat {
  readonly #encoding: FileEncoding | undefined;
  readonly #values: typeof VALUES;

  constructor(fields: readonly string[], encoding: FileEncoding | undefined) {
    this.#encoding = encoding;
    this.#values = VALUES.filter(({ column }) => fields.includes(column.name));
  }

  columns(): Promise<readonly Column[]> {
    return Promise.resolve(this.#values.map(({ column }) => column));
  }

  async *rows(file: ListedFile): AsyncGenerator<readonly FileRow[]> {
    const text = await wholeText(file, this.#encoding);
    yield [this.#values.map((value) => value.of(file, text))];
  }

  end(): void {
    // Every file has all columns.
  }
}

/** A text too large for a row comes with more than a row may have, so that the row is known to be too large. */
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

/** Microseconds, as a column of kind `timestamptz` has them. */
function momentText(nanoseconds: bigint): string {
  const microseconds = nanoseconds / 1_000n;
  const date = new Date(Number(microseconds / 1_000n)).toISOString().slice(0, -1).replace('T', ' ');
  return `${date}${String(microseconds % 1_000n).padStart(3, '0')}+00`;
}
