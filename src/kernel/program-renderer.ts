import { RESULT, RESULT_WORDS, type BatchRenderer } from './batch-renderer.ts';
import type { SipKey } from './fingerprint-key.ts';
import type { KernelProgram } from './program.ts';
import * as codes from './program-codes.ts';

const WORD_BYTES = 4;
const WORD_MASK = 0xffff_ffffn;
const COMMA = 0x2c;
/** The kernel reads and writes up to 15 bytes more than a text has. */
const SLACK_BYTES = 16;
/**
 * The output of some 1,000 rows. A row that may need more is left to the other renderer. A smaller output stays in the cache of a
 * processor, but below 256 kB a call for a few rows costs as much as it saves.
 */
export const OUTPUT_BYTES = 2 * 1_048_576;

/** What a kernel gives its renderers. Addresses are those of `memory`. */
export interface KernelHost {
  readonly rowsMax: number;
  readonly memory: WebAssembly.Memory;
  /** Reserves a region for good. */
  reserve(bytes: number): number;
  /** Runs a program for `count` of the loaded rows, whose indexes are at `rows`. @returns how many rows have a result */
  run(program: number, rows: number, count: number): number;
}

/** Runs a program over the loaded rows of a kernel. */
export class ProgramRenderer implements BatchRenderer {
  readonly #host: KernelHost;
  readonly #program: number;
  readonly #rows: number;
  readonly #results: number;
  #memory = Buffer.alloc(0);
  #words = new Uint32Array(0);

  constructor(host: KernelHost, program: KernelProgram, idKey: SipKey) {
    const { columns, code, references, data, weights, fixedBytes, makesLinks } = program;
    this.#host = host;
    const words = (count: number) => host.reserve(WORD_BYTES * count);
    this.#program = words(codes.HEADER_WORDS);
    this.#rows = words(host.rowsMax);
    this.#results = words(RESULT_WORDS * host.rowsMax);
    const codeAt = words(code.length + codes.HEADER_WORDS);
    const weightsAt = words(columns);
    const tableAt = words(2 * columns);
    const dataAt = host.reserve(data.length + SLACK_BYTES);
    const outputAt = host.reserve(OUTPUT_BYTES + SLACK_BYTES);
    const header = new Map([
      [codes.HEADER_COLUMNS, columns],
      [codes.HEADER_TABLE, tableAt],
      [codes.HEADER_WEIGHTS, weightsAt],
      [codes.HEADER_FIXED, fixedBytes],
      [codes.HEADER_CODE, codeAt],
      [codes.HEADER_OUTPUT, outputAt],
      [codes.HEADER_OUTPUT_END, outputAt + OUTPUT_BYTES],
      [codes.HEADER_RESULTS, this.#results],
      [codes.HEADER_KEY_LOW, Number(idKey.low & WORD_MASK)],
      [codes.HEADER_KEY_LOW + 1, Number(idKey.low >> 32n)],
      [codes.HEADER_KEY_HIGH, Number(idKey.high & WORD_MASK)],
      [codes.HEADER_KEY_HIGH + 1, Number(idKey.high >> 32n)],
      [codes.HEADER_LINKS, makesLinks ? 1 : 0],
    ]);
    const offsets = new Set(references);
    const placed = code.map((word, index) => (offsets.has(index) ? word + dataAt : word));
    this.#view(this.#program, codes.HEADER_WORDS).forEach((_, index, view) => {
      view[index] = header.get(index) ?? 0;
    });
    this.#view(codeAt, placed.length).set(placed);
    this.#view(weightsAt, columns).set(weights);
    new Uint8Array(host.memory.buffer, dataAt, data.length).set(data);
  }

  get memory(): Buffer {
    const { buffer } = this.#host.memory;
    // Growing the memory replaces its buffer.
    if (this.#memory.buffer !== buffer) this.#memory = Buffer.from(buffer);
    return this.#memory;
  }

  get results(): Uint32Array {
    const { buffer } = this.#host.memory;
    if (this.#words.buffer !== buffer) {
      this.#words = new Uint32Array(buffer, this.#results, RESULT_WORDS * this.#host.rowsMax);
    }
    return this.#words;
  }

  render(rows: readonly number[], from: number): number {
    const count = Math.min(rows.length - from, this.#host.rowsMax);
    const view = this.#view(this.#rows, count);
    for (let index = 0; index < count; index++) view[index] = rows[from + index] ?? 0;
    return this.#host.run(this.#program, this.#rows, count);
  }

  writeChecksum(row: number, digits: string): void {
    const { memory, results } = this;
    memory.write(digits, results[RESULT_WORDS * row + RESULT.checksum] ?? 0, 'latin1');
    memory[(results[RESULT_WORDS * row + RESULT.digestEnd] ?? 0) - 1] = COMMA;
  }

  #view(address: number, words: number): Uint32Array {
    return new Uint32Array(this.#host.memory.buffer, address, words);
  }
}
