import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

/** The client is gone, so that nothing can be sent to it any more. */
export class Disconnected extends Error {}

/** A client that reads fast never lets a socket fill up, so other connections are served after this number of bytes. */
const TURN_BYTES = 65_536;

/** Writes no faster than the other side reads. */
export class PacedOutput {
  readonly #stream: Duplex;
  #bytesInTurn = 0;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  /** @throws Disconnected */
  async write(bytes: Buffer): Promise<void> {
    if (this.#stream.destroyed) throw new Disconnected();
    const drained = this.#stream.write(bytes);
    this.#bytesInTurn += bytes.length;
    if (!drained) await this.#drain();
    else if (this.#bytesInTurn >= TURN_BYTES) await setImmediate();
    else return;
    this.#bytesInTurn = 0;
  }

  async #drain(): Promise<void> {
    const waiting = new AbortController();
    const { signal } = waiting;
    try {
      await Promise.race([once(this.#stream, 'drain', { signal }), once(this.#stream, 'close', { signal })]);
    } catch {
      throw new Disconnected();
    } finally {
      waiting.abort();
    }
    if (this.#stream.destroyed) throw new Disconnected();
  }
}
