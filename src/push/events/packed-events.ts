import { ByteWriter } from '../../pipeline/bytes/byte-writer.ts';
import type { PushedEvent } from '../../pipeline/ports/push-port.ts';

const LINE_FEED = 0x0a;
const TAB = 0x09;
const BYTES_TYPICAL = 16_384;

/** One document that a producer says is so, or gone. */
export interface PushEvent {
  /** `<connector>:<id>`, at most `DOC_ID_BYTES_MAX` bytes, without NUL. */
  readonly docId: string;
  readonly op: 'UPSERT' | 'DELETE';
  /** The canonical document as JSON text, or its UTF-8: without line breaks, `checksum` and NUL. Null for a DELETE. */
  readonly document: string | Buffer | null;
  /** Of an event that is ordered by its time. */
  readonly version?: string;
}

/** What orders the events of one document: of two versions, the text that is greater is the newer one. */
export interface EventVersion {
  readonly docId: string;
  readonly op: PushEvent['op'];
  readonly version: string;
}

/**
 * The events of one push, in the order of the body, as a line for each: the operation, the id as JSON and the document, with
 * a tab between them; in JSON text without line breaks both are escaped. The view `folded_events` reads it. All lines are
 * written into one buffer, from which they go to the database: a buffer for each document was felt.
 */
export class FoldedEvents {
  readonly #out = new ByteWriter(BYTES_TYPICAL);
  #count = 0;
  #versions: EventVersion[] = [];
  #versionBegun: EventVersion | undefined;
  #lineStart = 0;
  #documentStart = 0;

  get count(): number {
    return this.#count;
  }

  /** Of each event, in their order; empty when events are applied as they arrive. */
  get versions(): readonly EventVersion[] {
    return this.#versions;
  }

  /** Bytes that it holds, whether they are used or not. */
  get capacity(): number {
    return this.#out.bytes.length;
  }

  /** The lines, in UTF-8, until the next one is begun. */
  get bytes(): Buffer {
    return this.#out.bytes.subarray(0, this.#out.length);
  }

  /**
   * Begins an event, which counts when `end` is called.
   * @param docId as JSON
   * @param version undefined when events are applied as they arrive
   * @returns where the document is to be written, if it is an UPSERT
   */
  begin(
    op: PushEvent['op'],
    docId: Pick<ByteWriter, 'bytes' | 'length'>,
    version?: EventVersion,
  ): ByteWriter {
    const out = this.#out;
    this.#versionBegun = version;
    this.#lineStart = out.length;
    if (this.#count > 0) out.byte(LINE_FEED);
    out.latin1(op);
    out.byte(TAB);
    out.raw(docId.bytes, 0, docId.length);
    out.byte(TAB);
    this.#documentStart = out.length;
    return out;
  }

  /** @returns bytes of the document */
  end(): number {
    this.#count += 1;
    if (this.#versionBegun !== undefined) this.#versions.push(this.#versionBegun);
    return this.#out.length - this.#documentStart;
  }

  /** Takes back the event that was begun. */
  drop(): void {
    this.#out.length = this.#lineStart;
  }

  /** Takes back all of them. */
  clear(): void {
    this.#out.length = 0;
    this.#count = 0;
    this.#versions = [];
  }

  /** A copy without some events, given by their numbers from 0; itself when there are none. */
  without(left: ReadonlySet<number>): FoldedEvents {
    if (left.size === 0) return this;
    const kept = new FoldedEvents();
    let event = 0;
    for (const line of this.#lines()) {
      if (left.has(event++)) continue;
      if (kept.#count > 0) kept.#out.byte(LINE_FEED);
      kept.#out.raw(line);
      kept.#count += 1;
    }
    kept.#versions = this.#versions.filter((_, event) => !left.has(event));
    return kept;
  }

  /** The events, one after the other, decoded. */
  *events(): Generator<PushedEvent> {
    for (const line of this.#lines()) {
      const [op = '', docId = '', document = ''] = line.toString().split('\t');
      yield {
        op: op === 'DELETE' ? op : 'UPSERT',
        docId: String(JSON.parse(docId)),
        document: document === '' ? null : document,
      };
    }
  }

  *#lines(): Generator<Buffer> {
    const bytes = this.bytes;
    for (let start = 0, event = 0; event < this.#count; event++) {
      const found = bytes.indexOf(LINE_FEED, start);
      const end = found < 0 ? bytes.length : found;
      yield bytes.subarray(start, end);
      start = end + 1;
    }
  }
}

/** The events of a push in the form in which a queue takes them. */
export function foldEvents(events: readonly PushEvent[]): FoldedEvents {
  const folded = new FoldedEvents();
  const id = new ByteWriter(BYTES_TYPICAL);
  for (const { op, docId, document, version } of events) {
    id.length = 0;
    id.utf8(JSON.stringify(docId));
    const out = folded.begin(op, id, version === undefined ? undefined : { docId, op, version });
    if (document !== null) out.raw(Buffer.from(document));
    folded.end();
  }
  return folded;
}
