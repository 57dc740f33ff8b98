import { ROW_BYTES_MAX } from '../../core/limits.ts';
import { ByteWriter } from '../../pipeline/bytes/byte-writer.ts';
import { CANONICAL_COLUMNS } from '../../pipeline/document/canonical-rows.ts';
import { LENGTH_ABSENT, LENGTH_NULL, type RowBatch } from '../../pipeline/ports/ports.ts';
import type { PushedEvent } from '../../pipeline/ports/push-port.ts';
import { checkJson } from '../../json/check.ts';
import { BACKSLASH, eachMember, isString, textAt } from '../../json/scan.ts';
import { wordAt } from '../../pipeline/document/in-range.ts';

const BYTES_START = 1_048_576;
const LENGTH_BYTES = 4;
const NULL_BYTES = 4;
/** Of JSON values, only `null` begins with it. */
const LETTER_N = 0x6e;

/** Makes batches of pushed events, all in the same buffer. */
export class PushedRows {
  readonly #out = new ByteWriter(BYTES_START);
  /** The places of the values of one document, by column; both are 0 for an absent one. */
  readonly #starts = new Uint32Array(CANONICAL_COLUMNS.length);
  readonly #ends = new Uint32Array(CANONICAL_COLUMNS.length);

  batch(events: readonly PushedEvent[]): RowBatch {
    const out = this.#out;
    out.length = 0;
    const starts = new Uint32Array(events.length);
    const ends = new Uint32Array(events.length);
    const oversized: number[] = [];
    const deletes: number[] = [];
    events.forEach((event, row) => {
      starts[row] = out.length;
      this.#write(event);
      if (event.op === 'DELETE') deletes.push(row);
      if (out.length - (starts[row] ?? 0) > ROW_BYTES_MAX) {
        oversized.push(row);
        out.length = (starts[row] ?? 0) + ROW_BYTES_MAX;
      }
      ends[row] = out.length;
    });
    const { bytes } = out;
    return { columns: CANONICAL_COLUMNS, bytes, starts, ends, count: events.length, oversized, deletes };
  }

  #write({ docId, document }: PushedEvent): void {
    const bytes = Buffer.from(document ?? '{}');
    this.#findValues(bytes);
    const firstEscape = bytes.indexOf(BACKSLASH);
    CANONICAL_COLUMNS.forEach(({ name, kind }, column) => {
      const start = wordAt(this.#starts, column);
      const end = wordAt(this.#ends, column);
      if (name === 'doc_id') this.#text(docId);
      else if (end === 0) this.#length(LENGTH_ABSENT);
      else if (isNull(bytes, start, end)) this.#length(LENGTH_NULL);
      else if (kind !== 'text' || !isString(bytes, start)) this.#bytes(bytes, start, end);
      else if (firstEscape < 0 || firstEscape >= end) this.#bytes(bytes, start + 1, end - 1);
      else this.#text(textAt(bytes, start, end));
    });
  }

  #findValues(document: Buffer): void {
    this.#starts.fill(0);
    this.#ends.fill(0);
    eachMember(document, checkJson(document).start, (name, start, end) => {
      const column = COLUMN_OF.get(name);
      if (column === undefined) return;
      this.#starts[column] = start;
      this.#ends[column] = end;
    });
  }

  #text(text: string): void {
    this.#bytes(Buffer.from(text));
  }

  #bytes(source: Buffer, start = 0, end = source.length): void {
    this.#length(end - start);
    this.#out.raw(source, start, end);
  }

  #length(length: number): void {
    const out = this.#out;
    out.reserve(LENGTH_BYTES);
    out.bytes.writeInt32BE(length, out.length);
    out.length += LENGTH_BYTES;
  }
}

const COLUMN_OF: ReadonlyMap<string, number> = new Map(
  CANONICAL_COLUMNS.map(({ name }, column) => [name, column]),
);

function isNull(json: Buffer, start: number, end: number): boolean {
  return end - start === NULL_BYTES && json[start] === LETTER_N;
}
