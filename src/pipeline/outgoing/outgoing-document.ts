import { LACKS } from '../../kernel/batch-renderer.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import type { RecordFormat } from '../ports/job.ts';
import type { RecordChange } from '../ports/staged-batch.ts';
import type { StagedBatches } from '../staging/staged-batches.ts';
import type { DocumentRenderer, Span } from '../document/document.ts';

/** Bytes that are valid until the next document is rendered: `bytes[start .. end)`. */
export interface ByteSlice {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A document that is to be sent, or whose record changes. It is valid until the next document is rendered. */
export interface OutgoingDocument extends RecordChange {
  /** The phase diff sets the fingerprint after the row was rendered. */
  high: number;
  low: number;
  /** What it lacks, a sum of `LACKS`. */
  readonly lacks: number;
  /** Returns its canonical line, with the line break. */
  line(): ByteSlice;
  /** Returns its line for the destination, with the line break. */
  record(format: RecordFormat): ByteSlice;
  stage(batches: StagedBatches, op: 'upsert' | 'refresh'): void;
}

/** The size of its quotes; a link that is `null` has no bytes at all. */
const EMPTY_JSON_STRING = 2;
const RECORD_BYTES_TYPICAL = 16_384;

/** A document that was rendered by itself. */
export class SingleDocument implements OutgoingDocument {
  docId = '';
  high = 0;
  low = 0;
  readonly renderer: DocumentRenderer;
  readonly #record = new ByteWriter(RECORD_BYTES_TYPICAL);

  constructor(renderer: DocumentRenderer) {
    this.renderer = renderer;
  }

  get digest(): string {
    return this.renderer.digest;
  }

  get lacks(): number {
    const { title, content, uri, makesLinks } = this.renderer;
    return (
      (isEmpty(title) ? LACKS.title : 0) +
      (content.length === 0 ? LACKS.content : 0) +
      (makesLinks && isEmpty(uri) ? LACKS.uri : 0)
    );
  }

  line(): ByteSlice {
    const { bytes, length } = this.renderer.line;
    return { bytes, start: 0, end: length };
  }

  record(format: RecordFormat): ByteSlice {
    const out = this.#record;
    out.length = 0;
    format.upsert(this.renderer, this.docId, out);
    return { bytes: out.bytes, start: 0, end: out.length };
  }

  stage(batches: StagedBatches, op: 'upsert' | 'refresh'): void {
    batches.add(op, this);
  }
}

function isEmpty({ start, end }: Span): boolean {
  return end - start <= EMPTY_JSON_STRING;
}
