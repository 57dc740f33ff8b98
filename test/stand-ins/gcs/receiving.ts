import { crc32c } from '@node-rs/crc32';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { Refusal, type Call } from './exchange.ts';
import { damaged } from './faults.ts';
import type { Received } from './bucket.ts';

/** Cloud Storage keeps an unfinished upload in multiples of this. */
const QUANTUM_BYTES = 262_144;

/** Content on its way into a file. */
export class Receiver {
  readonly #file: string;
  readonly #handle: FileHandle;
  #bytes = 0;
  #checksum = 0;
  #damageNext = false;
  /** What would be kept if the connection broke now. */
  #kept = { bytes: 0, checksum: 0 };

  private constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  static async open(file: string): Promise<Receiver> {
    return new Receiver(file, await open(file, 'wx'));
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Makes the next byte arrive damaged. */
  damageNext(): void {
    this.#damageNext = true;
  }

  async append(sent: Buffer): Promise<void> {
    if (sent.length === 0) return;
    const chunk = this.#damageNext ? damaged(sent) : sent;
    this.#damageNext = false;
    const writing = this.#handle.write(chunk, 0, chunk.length, this.#bytes);
    for (let start = 0; start < chunk.length;) {
      const end = Math.min(chunk.length, start + QUANTUM_BYTES - (this.#bytes % QUANTUM_BYTES));
      this.#checksum = crc32c(chunk.subarray(start, end), this.#checksum);
      this.#bytes += end - start;
      if (this.#bytes % QUANTUM_BYTES === 0) this.#kept = { bytes: this.#bytes, checksum: this.#checksum };
      start = end;
    }
    await writing;
  }

  /** Goes back to the last multiple of the quantum, as Cloud Storage does with what is not the end. */
  keepWholeQuanta(): void {
    this.#bytes = this.#kept.bytes;
    this.#checksum = this.#kept.checksum;
  }

  async end(): Promise<Received> {
    await this.#handle.truncate(this.#bytes);
    await this.#handle.close();
    return { file: this.#file, bytes: this.#bytes, crc32c: base64(this.#checksum) };
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#file, { force: true });
  }
}

export function base64(checksum: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(checksum);
  return bytes.toString('base64');
}

/**
 * Compares with what the client says its content has, in the metadata or in the header `X-Goog-Hash`.
 * @throws Refusal 400
 */
export function checkChecksum(received: Received, metadata: Record<string, unknown>, call: Call): void {
  if (call.fault?.how === 'store corrupt') return;
  const header = /(?:^|,)\s*crc32c=([^,]+)/.exec(String(call.headers['x-goog-hash'] ?? ''))?.[1];
  for (const claimed of [header, metadata['crc32c']]) {
    if (claimed === undefined || claimed === received.crc32c) continue;
    throw new Refusal(
      400,
      'invalid',
      `Provided CRC32C "${JSON.stringify(claimed)}" doesn't match calculated CRC32C "${received.crc32c}".`,
    );
  }
}
