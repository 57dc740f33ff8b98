import { hash } from 'node:crypto';
import { RESULT, RESULT_WORDS, type BatchRenderer } from '../../kernel/batch-renderer.ts';
import type { IdentifiedRow } from '../map.ts';
import type { StagedBatches } from '../staging/staged-batches.ts';
import { wordAt } from './in-range.ts';
import type { ByteSlice, OutgoingDocument } from './outgoing-document.ts';

/** A row that a kernel has rendered. It is valid until the kernel renders others. */
export class BatchRow implements IdentifiedRow {
  readonly row: number;
  readonly index: number;
  readonly place: number;
  readonly oversized = false;
  readonly #renderer: BatchRenderer;

  constructor(renderer: BatchRenderer, row: number, index: number, place: number) {
    this.#renderer = renderer;
    this.row = row;
    this.index = index;
    this.place = place;
  }

  /** The id is decoded only if it is asked for: a first load needs none of them as a string. */
  get docId(): string {
    return idAt(this.#renderer, this.place);
  }

  get idHigh(): number {
    return resultAt(this.#renderer, this.place, RESULT.idHigh);
  }

  get idLow(): number {
    return resultAt(this.#renderer, this.place, RESULT.idLow);
  }
}

/** The document of a row that a kernel has rendered, at one place among its results. */
export class BatchDocument implements OutgoingDocument {
  digest = '';
  high = 0;
  low = 0;
  readonly #renderer: BatchRenderer;
  #place = 0;

  constructor(renderer: BatchRenderer) {
    this.#renderer = renderer;
  }

  /** Moves to another row, and completes its line with the checksum. */
  moveTo(place: number): void {
    const renderer = this.#renderer;
    this.#place = place;
    const start = this.#at(RESULT.line);
    this.digest = hash('sha256', renderer.memory.subarray(start, this.#at(RESULT.digestEnd)), 'hex');
    renderer.writeChecksum(place, this.digest);
  }

  get docId(): string {
    return idAt(this.#renderer, this.#place);
  }

  get lacks(): number {
    return this.#at(RESULT.lacks);
  }

  line(): ByteSlice {
    return this.#slice(RESULT.line, RESULT.lineEnd);
  }

  record(): ByteSlice {
    return this.#slice(RESULT.record, RESULT.recordEnd);
  }

  stage(batches: StagedBatches, op: 'upsert' | 'refresh'): void {
    const { memory } = this.#renderer;
    batches.addBytes(op, memory, this.#at(RESULT.id), this.#at(RESULT.idEnd), this);
  }

  #slice(start: number, end: number): ByteSlice {
    return { bytes: this.#renderer.memory, start: this.#at(start), end: this.#at(end) };
  }

  #at(word: number): number {
    return resultAt(this.#renderer, this.#place, word);
  }
}

function resultAt({ results }: BatchRenderer, place: number, word: number): number {
  return wordAt(results, place * RESULT_WORDS + word);
}

function idAt(renderer: BatchRenderer, place: number): string {
  const start = resultAt(renderer, place, RESULT.id);
  return renderer.memory.toString('utf8', start, resultAt(renderer, place, RESULT.idEnd));
}
