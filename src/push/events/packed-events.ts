import { ByteWriter } from '../../pipeline/bytes/byte-writer.ts';
import type { PushedEvent } from '../../pipeline/ports/push-port.ts';

const LINE_FEED = 0x0a;
const TAB = 0x09;
const BYTES_TYPICAL = 16_384;

/** One document that a producer declares as present or deleted. */
export interface PushEvent {
  /** The id is `<connector>:<id>`, at most `DOC_ID_BYTES_MAX` bytes, without NUL. */
  readonly docId: string;
  readonly op: 'UPSERT' | 'DELETE';
  /**
   * The canonical document as JSON text, or its UTF-8 bytes: without line breaks, `checksum` and NUL. It is null for a DELETE.
   */
  readonly document: string | Buffer | null;
  /** The version is set for an event that is ordered by time. */
  readonly version?: string;
}

/** Orders the events of one document: of two versions, the greater text is the newer version. */
export interface EventVersion {
  readonly docId: string;
  readonly op: PushEvent['op'];
  readonly version: string;
}

/**
 * The events of one push, in the order of the body. Each event is one line: the operation, the id as JSON and the document,
 * separated by tabs; JSON text without line breaks escapes both separators. The view `folded_events` reads this format. All lines
 * are written to one buffer, which is sent to the database: one buffer per document was measurably slower.
 */
export class PackedEvents {
  readonly #out = new ByteWriter(BYTES_TYPICAL);
  #count = 0;
  #versions: EventVersion[] = [];
  #versionBegun: EventVersion | undefined;
  #lineStart = 0;
  #documentStart = 0;

  get count(): number {
    return this.#count;
  }

  /** The versions of the events, in order; empty when events are applied as they arrive. */
  get versions(): readonly EventVersion[] {
    return this.#versions;
  }

  /** The allocated bytes, used or not. */
  get capacity(): number {
    return this.#out.bytes.length;
  }

  /** The lines in UTF-8. They are valid until the next event begins. */
  get bytes(): Buffer {
    return this.#out.bytes.subarray(0, this.#out.length);
  }

  /**
   * Begins an event, which counts only after `end` is called.
   * @param docId the document id as JSON
   * @param version undefined when events are applied as they arrive
   * @returns the writer for the document, if the event is an UPSERT
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

  /** Ends the event. @returns the size of the document in bytes */
  end(): number {
    this.#count += 1;
    if (this.#versionBegun !== undefined) this.#versions.push(this.#versionBegun);
    return this.#out.length - this.#documentStart;
  }

  /** Discards the event that was begun. */
  drop(): void {
    this.#out.length = this.#lineStart;
  }

  /** Discards all events. */
  clear(): void {
    this.#out.length = 0;
    this.#count = 0;
    this.#versions = [];
  }

  /** Returns a copy without the events with the given numbers, counted from 0; returns this object when there are none. */
  without(left: ReadonlySet<number>): PackedEvents {
    if (left.size === 0) return this;
    const kept = new PackedEvents();
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

  /** Yields the events in order, decoded. */
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

/** Packs the events of a push in the form that a queue stores. */
export function packEvents(events: readonly PushEvent[]): PackedEvents {
  const packed = new PackedEvents();
  const id = new ByteWriter(BYTES_TYPICAL);
  for (const { op, docId, document, version } of events) {
    id.length = 0;
    id.utf8(JSON.stringify(docId));
    const out = packed.begin(op, id, version === undefined ? undefined : { docId, op, version });
    if (document !== null) out.raw(Buffer.from(document));
    packed.end();
  }
  return packed;
}
