import { BridgeError } from '../../core/errors.ts';
import { GCS_CHUNK_BYTES } from '../limits.ts';
import type { ArtifactWriter, StoredArtifact } from '../../pipeline/ports/ports.ts';
import { createChecksum } from './crc32c.ts';
import type { ObjectFacts } from './answers.ts';
import type { GcsBucket } from './client.ts';
import { withGcsErrors } from './errors.ts';
import { failureOf } from './failure.ts';
import { GcsSession } from './session.ts';
import { retrying, type GcsRetry } from './retry.ts';

/**
 * Uploads one new object in chunks. One chunk fills while the previous one is sent. Content that fits in one chunk is sent in a
 * single request. The server gets the CRC-32C with the last bytes and does not publish an object that differs.
 */
export class GcsUpload implements ArtifactWriter {
  readonly #bucket: GcsBucket;
  readonly #name: string;
  readonly #uri: string;
  readonly #retry: GcsRetry;
  readonly #checksum = createChecksum();
  readonly #abandoned = new AbortController();
  #bytes = 0;
  #filling: Buffer = Buffer.allocUnsafeSlow(GCS_CHUNK_BYTES);
  #filled = 0;
  #spare: Buffer | undefined;
  /** Settles when everything so far is sent; it rejects permanently when any part failed. */
  #sent: Promise<void> = Promise.resolve();
  #session: GcsSession | undefined;
  /** Whether the name is taken. Further content is then only checksummed, for the comparison. */
  #taken = false;
  #ended = false;

  constructor(bucket: GcsBucket, name: string, uri: string, retry: GcsRetry) {
    this.#bucket = bucket;
    this.#name = name;
    this.#uri = uri;
    this.#retry = { ...retry, asked: `write ${uri}` };
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#checksum.update(bytes);
    this.#bytes += bytes.byteLength;
    for (let start = 0; start < bytes.byteLength;) {
      // The chunk is not flushed earlier, because `finish` sends the last chunk, which must not be empty.
      if (this.#filled === GCS_CHUNK_BYTES) await this.#flush();
      const end = Math.min(bytes.byteLength, start + GCS_CHUNK_BYTES - this.#filled);
      this.#filling.set(bytes.subarray(start, end), this.#filled);
      this.#filled += end - start;
      start = end;
    }
  }

  /** Starts to send the full chunk after the previous one has arrived. */
  async #flush(): Promise<void> {
    await this.#sent;
    const chunk = this.#filling;
    this.#filling = this.#spare ?? Buffer.allocUnsafeSlow(GCS_CHUNK_BYTES);
    this.#spare = chunk;
    this.#filled = 0;
    this.#sent = withGcsErrors('write', this.#uri, () => this.#send(chunk));
    // The next write or `finish` reports a failure. Until then it must not count as unhandled.
    this.#sent.catch(() => undefined);
  }

  async #send(chunk: Buffer): Promise<void> {
    if (this.#taken) return;
    try {
      this.#session ??= await GcsSession.begin(this.#bucket, this.#name, this.#retry, this.#abandoned.signal);
      // The upload was aborted while the session was being created, so `abort` could not cancel it.
      if (this.#abandoned.signal.aborted) await this.#session.cancel();
      else await this.#session.send(chunk);
    } catch (error) {
      if (!isTaken(error)) throw error;
      this.#taken = true;
    }
  }

  async finish(): Promise<StoredArtifact> {
    if (this.#ended) throw new BridgeError('INTERNAL', `${this.#uri} was finished or given up before.`);
    try {
      await this.#sent;
      const stored = { uri: this.#uri, bytes: this.#bytes, crc32c: this.#checksum.digest() };
      await withGcsErrors('write', this.#uri, () => this.#end(stored));
      this.#ended = true;
      return stored;
    } catch (error) {
      await this.abort();
      throw error;
    }
  }

  async #end(wanted: StoredArtifact): Promise<void> {
    const facts = this.#taken ? undefined : await this.#sendLast(wanted);
    if (facts === undefined) {
      await this.#expectSame(wanted);
      return;
    }
    if (isSame(facts, wanted)) return;
    // The server verified the checksum before the object became visible, unless an intermediary removed the checksum.
    await retrying(() => this.#bucket.remove(this.#name, facts.generation), this.#retry);
    throw new BridgeError(
      'ARTIFACT_WRITE_FAILED',
      `Cannot write ${this.#uri}: what arrived differs from what was sent, so it was removed again.`,
      { hint: 'Does a proxy change requests to Cloud Storage? Run again; nothing was committed.' },
    );
  }

  /** Undefined if the name is taken, perhaps by this upload when its response was lost. */
  async #sendLast({ bytes, crc32c }: StoredArtifact): Promise<ObjectFacts | undefined> {
    const last = this.#filling.subarray(0, this.#filled);
    try {
      if (this.#session !== undefined) return await this.#session.end(last, { bytes, crc32c });
      return await retrying(() => this.#bucket.put(this.#name, last, crc32c, true), this.#retry);
    } catch (error) {
      if (!isTaken(error)) throw error;
      return undefined;
    }
  }

  async #expectSame(wanted: StoredArtifact): Promise<void> {
    const found = await withGcsErrors('read', this.#uri, () =>
      retrying(() => this.#bucket.facts(this.#name), this.#retry),
    );
    if (isSame(found, wanted)) return;
    throw new BridgeError(
      'ARTIFACT_EXISTS',
      `${this.#uri} exists with other content: ${found.bytes} bytes, crc32c ${found.crc32c}, ` +
        `where ${wanted.bytes} bytes, crc32c ${wanted.crc32c}, were to be written.`,
      { hint: 'Use another `--run-id`, or leave it out: an id identifies one run and its data.' },
    );
  }

  /**
   * Does not wait for requests in progress: the object never becomes visible, and an abandoned session expires after a week.
   */
  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#abandoned.abort();
    await this.#session?.cancel().catch(() => undefined);
  }
}

function isTaken(error: unknown): boolean {
  return failureOf(error)?.status === 412;
}

function isSame(facts: ObjectFacts, { bytes, crc32c }: StoredArtifact): boolean {
  return facts.bytes === bytes && facts.crc32c === crc32c;
}
