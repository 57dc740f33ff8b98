import { BridgeError } from '../../core/errors.ts';
import type { ObjectFacts } from './answers.ts';
import type { GcsBucket, UploadEnd, UploadProgress } from './client.ts';
import { failureOf, UnreadableAnswer } from './failure.ts';
import { retrying, type GcsRetry } from './retry.ts';

/**
 * A resumable upload, sent in chunks. After a failure it requests the progress and resumes from there, as often as the policy
 * allows without any progress. Google's client library fails permanently when that request fails too, or when the response to
 * the last chunk is lost.
 */
export class GcsSession {
  readonly #bucket: GcsBucket;
  readonly #uri: string;
  readonly #retry: GcsRetry;
  readonly #signal: AbortSignal;
  /** The number of bytes that the server has received. */
  #received = 0;

  private constructor(bucket: GcsBucket, uri: string, retry: GcsRetry, signal: AbortSignal) {
    this.#bucket = bucket;
    this.#uri = uri;
    this.#retry = retry;
    this.#signal = signal;
  }

  /** Starts the upload of a new object. A `signal` ends all waiting between attempts. */
  static async begin(
    bucket: GcsBucket,
    name: string,
    retry: GcsRetry,
    signal: AbortSignal,
  ): Promise<GcsSession> {
    const uri = await retrying(() => bucket.beginUpload(name), retry, signal);
    return new GcsSession(bucket, uri, retry, signal);
  }

  /** Sends a chunk other than the last one. Its length must be a multiple of 256 KiB. */
  async send(chunk: Uint8Array): Promise<void> {
    const from = this.#received;
    while (this.#received < from + chunk.byteLength) {
      const facts = await this.#advance(chunk, from);
      if (facts !== undefined) throw lost('Cloud Storage took a part of an upload for the whole.');
    }
  }

  /** Sends the last chunk. The server verifies the checksum of the whole object before it makes the object visible. */
  async end(chunk: Uint8Array, end: UploadEnd): Promise<ObjectFacts> {
    const from = this.#received;
    for (;;) {
      const facts = await this.#advance(chunk, from, end);
      if (facts !== undefined) return facts;
    }
  }

  async cancel(): Promise<void> {
    await this.#bucket.cancelUpload(this.#uri);
  }

  /**
   * Sends the bytes of a chunk, which begins at `from`, that the server does not have yet, until the server has received more.
   */
  async #advance(chunk: Uint8Array, from: number, end?: UploadEnd): Promise<ObjectFacts | undefined> {
    const before = this.#received;
    let unsure = false;
    const attempt = async () => {
      if (unsure) {
        const facts = this.#note(await this.#bucket.uploadProgress(this.#uri), from, chunk);
        if (facts !== undefined || this.#received > before) return facts;
      }
      unsure = true;
      const rest = chunk.subarray(this.#received - from);
      const facts = this.#note(
        await this.#bucket.sendUpload(this.#uri, rest, this.#received, end),
        from,
        chunk,
      );
      if (facts !== undefined || this.#received > before) return facts;
      throw new UnreadableAnswer('it kept nothing of what was sent');
    };
    try {
      return await retrying(attempt, this.#retry, this.#signal);
    } catch (error) {
      const status = failureOf(error)?.status;
      throw status === 404 || status === 410
        ? lost('Cloud Storage knows nothing of the upload any more.')
        : error;
    }
  }

  #note(progress: UploadProgress, from: number, chunk: Uint8Array): ObjectFacts | undefined {
    if (progress.facts !== undefined) return progress.facts;
    const { received } = progress;
    if (received >= this.#received && received <= from + chunk.byteLength) {
      this.#received = received;
      return undefined;
    }
    const sent = from + chunk.byteLength;
    throw lost(
      `Cloud Storage has ${received} bytes of an upload that had ${this.#received} before, of ${sent} sent.`,
    );
  }
}

/** Earlier bytes are no longer in memory, so only a new run can send them again. */
function lost(message: string): BridgeError {
  return new BridgeError('ARTIFACT_WRITE_FAILED', message, {
    hint: 'The upload has to begin from its start: run again. Nothing was committed.',
  });
}
