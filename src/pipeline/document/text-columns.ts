import { isUtf8 } from 'node:buffer';
import { notUtf8 } from '../readers/acl.ts';
import { columnUses } from './columns.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { Column } from '../ports/ports.ts';
import type { RowCursor } from './row-cursor.ts';

interface NotUtf8 {
  readonly code: 'INVALID_UTF8';
  readonly reason: string;
}

const NUL_ESCAPE = Buffer.from('\\u0000');
/** U+FFFD, which decoding substitutes for invalid UTF-8. */
const REPLACEMENT = Buffer.from('\uFFFD');
const NOT_UTF8: NotUtf8 = { code: 'INVALID_UTF8', reason: 'it holds text that is not UTF-8' };

/** The columns that supply the text of a document. The columns of readers are validated separately. */
export class TextColumns {
  readonly #columns: readonly { readonly name: string; readonly index: number }[];
  /** Whether some value is decoded on the way, so that invalid UTF-8 does not reach the line. */
  readonly #decodes: boolean;

  constructor(mapping: Mapping, columns: readonly Column[]) {
    const used = new Set(textFields(mapping));
    const texts = columns.flatMap(({ name, kind }, index) => (used.has(name) ? [{ name, index, kind }] : []));
    const templates = [mapping.title, mapping.content, mapping.uri];
    this.#columns = texts;
    this.#decodes =
      templates.some((template) => template !== undefined && template.plain === undefined) ||
      texts.some(({ kind }) => kind === 'array' || kind === 'json');
  }

  /** @returns which field is not UTF-8; the fields are only searched when the line shows that one of them may be invalid */
  problem(row: RowCursor, line: Buffer): NotUtf8 | undefined {
    if (!isUtf8(line)) return this.#wrong(row) ?? NOT_UTF8;
    return this.#decodes && line.includes(REPLACEMENT) ? this.#wrong(row) : undefined;
  }

  #wrong(row: RowCursor): NotUtf8 | undefined {
    const wrong = this.#columns.find(({ index }) => {
      const start = row.start(index);
      return !isUtf8(row.bytes.subarray(start, start + Math.max(row.length(index), 0)));
    });
    return wrong && notUtf8(wrong.name);
  }
}

/** Returns the fields that a mapping uses as text, which are all except those of readers. */
export function textFields(mapping: Mapping): string[] {
  return columnUses(mapping)
    .filter(({ field }) => !field.startsWith('mapping.acl'))
    .map(({ name }) => name);
}

/** Whether JSON contains an escaped NUL from a JSON column: the escape follows an even number of backslashes. */
export function hasNulEscape(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(NUL_ESCAPE); at >= 0; at = bytes.indexOf(NUL_ESCAPE, at + 1)) {
    let backslashes = 0;
    while (bytes[at - 1 - backslashes] === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return true;
  }
  return false;
}
