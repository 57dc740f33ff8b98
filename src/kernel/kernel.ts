import { BATCH_BYTES_MAX, ROW_BYTES_MAX } from '../core/limits.ts';
import { TEXT_GROWTH_MAX, TEXT_INVALID, TEXT_TOO_LONG } from './binary-forms.ts';
import type { BatchRenderer } from './batch-renderer.ts';
import type { SipKey } from './fingerprint-key.ts';
import { TextCopy, type KernelRows } from './kernel-rows.ts';
import { ProgramRenderer } from './program-renderer.ts';
import type { KernelProgram } from './program.ts';

const PAGE_BYTES = 65_536;
const ALIGNMENT_BYTES = 16;
/** The kernel reads up to 15 bytes after a text. */
const SLACK_BYTES = 16;
/** The rows that the kernel takes at once. */
export const KERNEL_ROWS_MAX = 2_048;
/** A batch of more bytes is not loaded. No source that sends binary forms has larger ones. */
export const KERNEL_INPUT_BYTES_MAX = BATCH_BYTES_MAX + ROW_BYTES_MAX;
/** Columns of a row with binary forms. A query of Postgres returns at most 1,664. */
export const KERNEL_COLUMNS_MAX = 1_664;
/**
 * The bytes of text that are expected for a byte of a batch in binary form. Room for the maximum would cost 12 MB of resident
 * memory, although nothing is written there.
 */
const TEXT_GROWTH_EXPECTED = 1.25;
/** Room for the last rows, whose text is assumed to be as long as it can be. */
const TEXT_SPARE_BYTES = 65_536;

/** The functions of `assembly/index.ts`. Addresses and counts are unsigned 32-bit numbers. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  freeFrom(): number;
  fingerprints(
    count: number,
    base: number,
    starts: number,
    ends: number,
    keyLow: bigint,
    keyHigh: bigint,
    out: number,
  ): void;
  textRows(
    rows: number,
    count: number,
    base: number,
    starts: number,
    ends: number,
    forms: number,
    columns: number,
    out: number,
    outEnd: number,
    textStarts: number,
    textEnds: number,
  ): number;
  render(program: number, rows: number, count: number, base: number, starts: number, ends: number): number;
}

/**
 * Computation on whole batches of rows, in WebAssembly. It holds one batch at a time; what it returns is valid until the next
 * `load`. `docs/kernel.md` describes its memory.
 */
export class Kernel {
  readonly #exports: KernelExports;
  readonly #starts: number;
  readonly #ends: number;
  readonly #fingerprints: number;
  readonly #rows: number;
  readonly #forms: number;
  readonly #textStarts: number;
  readonly #textEnds: number;
  /** The rows are the last region, so that it can grow in place. */
  #input: number;
  #inputLength = 0;
  #free: number;
  #count = 0;
  readonly #text = new TextCopy(KERNEL_ROWS_MAX);
  /** The address that the offsets of the loaded rows count from. */
  #base = 0;

  /** @param module `dist/kernel.wasm`, which `npm run kernel` makes of `assembly/` */
  constructor(module: WebAssembly.Module) {
    const { exports: all } = new WebAssembly.Instance(module);
    // The compiler cannot see into a module; `npm run kernel` has made it of these functions.
    const exports = all as KernelExports & WebAssembly.Exports;
    this.#exports = exports;
    this.#free = exports.freeFrom();
    this.#starts = this.#allocate(4 * KERNEL_ROWS_MAX);
    this.#ends = this.#allocate(4 * KERNEL_ROWS_MAX);
    this.#fingerprints = this.#allocate(8 * KERNEL_ROWS_MAX);
    this.#rows = this.#allocate(4 * KERNEL_ROWS_MAX);
    this.#forms = this.#allocate(KERNEL_COLUMNS_MAX);
    this.#textStarts = this.#allocate(4 * KERNEL_ROWS_MAX);
    this.#textEnds = this.#allocate(4 * KERNEL_ROWS_MAX);
    this.#input = this.#allocate(0);
  }

  /** Copies the rows into the kernel. @returns false if they are too many or too large; then nothing is loaded */
  load({ bytes, starts, ends, count }: KernelRows): boolean {
    let first = 0xffff_ffff;
    let end = 0;
    for (let row = 0; row < count; row++) {
      first = Math.min(first, starts[row] ?? 0);
      end = Math.max(end, ends[row] ?? 0);
    }
    const length = Math.max(end - first, 0);
    this.#count = 0;
    if (count > KERNEL_ROWS_MAX || length > KERNEL_INPUT_BYTES_MAX) return false;
    this.#inputLength = length;
    this.#reach(this.#input + length + SLACK_BYTES);
    const { buffer } = this.#exports.memory;
    new Uint8Array(buffer, this.#input, length).set(bytes.subarray(first, first + length));
    new Uint32Array(buffer, this.#starts, count).set(starts.subarray(0, count));
    new Uint32Array(buffer, this.#ends, count).set(ends.subarray(0, count));
    this.#base = this.#input - first;
    this.#count = count;
    return true;
  }

  /** Returns the fingerprint of each loaded row as two words, the high one first. */
  fingerprints({ low, high }: SipKey): Uint32Array {
    this.#exports.fingerprints(
      this.#count,
      this.#base,
      this.#starts,
      this.#ends,
      low,
      high,
      this.#fingerprints,
    );
    return new Uint32Array(this.#exports.memory.buffer, this.#fingerprints, 2 * this.#count);
  }

  /**
   * Rewrites loaded rows, whose columns have binary forms, as text. The kernel then holds these rows instead of the others.
   * @param rows their indexes
   * @param forms for each column its form, as `binary-forms.ts` names them
   * @returns the rows, valid until the next call; only their starts and ends are set
   * @throws RangeError for too many columns; Error for a value that is not of its form
   */
  toText(rows: readonly number[], forms: Uint8Array): TextCopy {
    if (rows.some((row) => row >= this.#count)) throw new RangeError('a row is not loaded');
    if (forms.length > KERNEL_COLUMNS_MAX) throw new RangeError(`${forms.length} columns are too many`);
    const text = alignedUp(this.#input + this.#inputLength + SLACK_BYTES);
    const expected = Math.ceil(TEXT_GROWTH_EXPECTED * this.#inputLength) + TEXT_SPARE_BYTES;
    const most = TEXT_GROWTH_MAX * this.#inputLength;
    let end = this.#writeText(rows, forms, text, Math.min(expected, most));
    if (end === TEXT_TOO_LONG) end = this.#writeText(rows, forms, text, most);
    if (end === TEXT_INVALID) throw new Error('the server sent a value that is not of its binary form');
    return this.#loadText(text, end);
  }

  /** @returns the end of the text, or what `textRows` returns instead */
  #writeText(rows: readonly number[], forms: Uint8Array, text: number, bytes: number): number {
    this.#reach(text + bytes + SLACK_BYTES);
    const { buffer } = this.#exports.memory;
    new Uint32Array(buffer, this.#rows, rows.length).set(rows);
    new Uint8Array(buffer, this.#forms, forms.length).set(forms);
    return this.#exports.textRows(
      this.#rows,
      rows.length,
      this.#base,
      this.#starts,
      this.#ends,
      this.#forms,
      forms.length,
      text,
      text + bytes,
      this.#textStarts,
      this.#textEnds,
    );
  }

  /** Moves the text to where the loaded rows are, and copies it. */
  #loadText(text: number, end: number): TextCopy {
    const memory = new Uint8Array(this.#exports.memory.buffer);
    const count = this.#count;
    this.#inputLength = end - text;
    this.#base = this.#input;
    memory.copyWithin(this.#input, text, end);
    memory.copyWithin(this.#starts, this.#textStarts, this.#textStarts + 4 * count);
    memory.copyWithin(this.#ends, this.#textEnds, this.#textEnds + 4 * count);
    this.#text.set({
      // The text is only here: its end may have been moved over its beginning.
      bytes: memory.subarray(this.#input, this.#input + this.#inputLength),
      starts: new Uint32Array(memory.buffer, this.#starts, count),
      ends: new Uint32Array(memory.buffer, this.#ends, count),
      count,
    });
    return this.#text;
  }

  /**
   * Returns a renderer of the loaded rows. A kernel keeps the memory of every renderer that it has made, some 2.5 MB each. Earlier
   * views of fingerprints may be detached.
   * @param idKey the key for the fingerprints of ids
   */
  renderer(program: KernelProgram, idKey: SipKey): BatchRenderer {
    const host = {
      rowsMax: KERNEL_ROWS_MAX,
      memory: this.#exports.memory,
      reserve: (bytes: number) => this.#reserve(bytes),
      run: (address: number, rows: number, count: number) =>
        this.#exports.render(address, rows, count, this.#base, this.#starts, this.#ends),
    };
    return new ProgramRenderer(host, program, idKey);
  }

  /** Reserves a region for good, and moves the loaded rows after it. */
  #reserve(bytes: number): number {
    const moved = this.#input;
    this.#free = moved;
    const address = this.#allocate(bytes);
    this.#input = this.#allocate(0);
    this.#reach(this.#input + this.#inputLength + SLACK_BYTES);
    new Uint8Array(this.#exports.memory.buffer).copyWithin(this.#input, moved, moved + this.#inputLength);
    this.#base += this.#input - moved;
    return address;
  }

  /** Reserves a region for good. */
  #allocate(bytes: number): number {
    const address = alignedUp(this.#free);
    this.#free = address + bytes;
    this.#reach(this.#free);
    return address;
  }

  /** Lets the memory reach to an address. Growing it detaches the views made before. */
  #reach(end: number): void {
    const { memory } = this.#exports;
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  }
}

function alignedUp(address: number): number {
  return Math.ceil(address / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
