import { ROW_BYTES_MAX } from '../../core/limits.ts';
import { ByteWriter } from '../../pipeline/bytes/byte-writer.ts';
import { CANONICAL_COLUMNS } from '../../pipeline/document/canonical-rows.ts';
import { LENGTH_ABSENT, LENGTH_NULL, type RowBatch } from '../../pipeline/ports/ports.ts';
import type { PushedEvent } from '../../pipeline/ports/push-port.ts';
import { checkJson } from '../../json/check.ts';
import { eachMember, isString } from '../../json/scan.ts';

const BYTES_START = 1_048_576;
const LENGTH_BYTES = 4;
const NULL = Buffer.from('null');

/** Makes batches of pushed events, all in the same buffer. */
export class PushedRows {
  readonly #out = new ByteWriter(BYTES_START);

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
    const values = document === null ? new Map<string, Value>() : membersOf(document);
    values.set('doc_id', Buffer.from(docId));
    for (const { name } of CANONICAL_COLUMNS) this.#value(values.get(name));
  }

  #value(value: Value | undefined): void {
    const out = this.#out;
    const length = value === undefined ? LENGTH_ABSENT : (value?.length ?? LENGTH_NULL);
    out.reserve(LENGTH_BYTES);
    out.bytes.writeInt32BE(length, out.length);
    out.length += LENGTH_BYTES;
    if (value) out.raw(value);
  }
}

/** The bytes of a value; null is NULL. */
type Value = Buffer | null;

/** The members of a document by name: strings of text columns as plain text, everything else as JSON. */
function membersOf(document: string): Map<string, Value> {
  const bytes = Buffer.from(document);
  const { start } = checkJson(bytes);
  const members = new Map<string, Value>();
  eachMember(bytes, start, (name, from, end) => {
    members.set(name, valueOf(bytes.subarray(from, end), TEXTS.has(name)));
  });
  return members;
}

const TEXTS = new Set(CANONICAL_COLUMNS.filter(({ kind }) => kind === 'text').map(({ name }) => name));

function valueOf(json: Buffer, text: boolean): Value {
  if (json.equals(NULL)) return null;
  return text && isString(json, 0) ? Buffer.from(String(JSON.parse(json.toString()))) : json;
}
