import { hash } from 'node:crypto';
import { RESULT, RESULT_WORDS, type BatchRenderer } from '../../kernel/batch-renderer.ts';
import type { IdentifiedRow } from './identified-row.ts';
import type { StagedBatches } from '../staging/staged-batches.ts';
import { wordAt } from '../document/in-range.ts';
import type { ByteSlice, OutgoingDocument } from './outgoing-document.ts';

/** The rows that a kernel has rendered at once, until it renders others. Asking it for its memory for each word took 6 % of a run. */
export class RenderedRows {
  readonly renderer: BatchRenderer;
  readonly memory: Buffer;
  readonly #results: Uint32Array;

  constructor(renderer: BatchRenderer) {
    this.renderer = renderer;
    this.memory = renderer.memory;
    this.#results = renderer.results;
  }

  at(place: number, word: number): number {
    return wordAt(this.#results, place * RESULT_WORDS + word);
  }

  docId(place: number): string {
    return this.memory.toString('utf8', this.at(place, RESULT.id), this.at(place, RESULT.idEnd));
  }
}

/** A row that a kernel has rendered. */
export class BatchRow implements IdentifiedRow {
  readonly row: number;
  readonly index: number;
  readonly place: number;
  readonly oversized = false;
  readonly rendered: RenderedRows;

  constructor(rendered: RenderedRows, row: number, index: number, place: number) {
    this.rendered = rendered;
    this.row = row;
    this.index = index;
    this.place = place;
  }

  /** The id is decoded only if it is asked for: a first load needs none of them as a string. */
  get docId(): string {
    return this.rendered.docId(this.place);
  }

  get idHigh(): number {
    return this.rendered.at(this.place, RESULT.idHigh);
  }

  get idLow(): number {
    return this.rendered.at(this.place, RESULT.idLow);
  }
}

/** The document of a row that a kernel has rendered. */
export class BatchDocument implements OutgoingDocument {
  high = 0;
  low = 0;
  readonly digest: string;
  readonly lacks: number;
  readonly #rendered: RenderedRows;
  readonly #place: number;

  /** Completes the line with the checksum. */
  constructor({ rendered, place }: BatchRow) {
    const { memory, renderer } = rendered;
    const digested = memory.subarray(rendered.at(place, RESULT.line), rendered.at(place, RESULT.digestEnd));
    this.#rendered = rendered;
    this.#place = place;
    this.lacks = rendered.at(place, RESULT.lacks);
    this.digest = hash('sha256', digested, 'hex');
    renderer.writeChecksum(place, this.digest);
  }

  get docId(): string {
    return this.#rendered.docId(this.#place);
  }

  line(): ByteSlice {
    return this.#slice(RESULT.line, RESULT.lineEnd);
  }

  record(): ByteSlice {
    return this.#slice(RESULT.record, RESULT.recordEnd);
  }

  stage(batches: StagedBatches, op: 'upsert' | 'refresh'): void {
    const rendered = this.#rendered;
    const end = rendered.at(this.#place, RESULT.idEnd);
    batches.addBytes(op, rendered.memory, rendered.at(this.#place, RESULT.id), end, this);
  }

  #slice(start: number, end: number): ByteSlice {
    const rendered = this.#rendered;
    return {
      bytes: rendered.memory,
      start: rendered.at(this.#place, start),
      end: rendered.at(this.#place, end),
    };
  }
}
