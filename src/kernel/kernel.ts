import type { BatchRenderer } from './batch-renderer.ts';
import type { SipKey } from './fingerprint-key.ts';
import { ProgramRenderer } from './program-renderer.ts';
import type { KernelProgram } from './program.ts';

const PAGE_BYTES = 65_536;
const ALIGNMENT_BYTES = 16;
/** The kernel reads up to 15 bytes after a text. */
const SLACK_BYTES = 16;
/** The rows that the kernel takes at once. */
export const KERNEL_ROWS_MAX = 2_048;
/** A batch of more bytes is not loaded: its rows are so large that the kernel would gain nothing. */
export const KERNEL_INPUT_BYTES_MAX = 8 * 1_048_576;

/** Some rows as they lie in a buffer, as a `RowBatch` of the pipeline describes them. */
export interface KernelRows {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
}

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
  /** The rows are the last region, so that it can grow in place. */
  #input: number;
  #inputLength = 0;
  #free: number;
  #count = 0;
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
    const address = Math.ceil(this.#free / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
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
