import type { Clock } from './clock.ts';
import type { Wait } from './retry.ts';

const MINUTE_MS = 60_000;

/**
 * Keeps this process below a quota: no more than `perMinute` requests start within any minute, and none waits longer than
 * that takes. A bucket that is refilled while it is used would let through nearly twice as many in its first minute, which
 * is answered with 429. Other processes use the same quota unseen.
 */
export class MinuteQuota {
  readonly #perMinute: number;
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  readonly #wait: Wait;
  /** When the latest `perMinute` requests started, or will start; a ring, `#oldest` is where it begins. */
  readonly #starts: number[] = [];
  #oldest = 0;

  constructor(perMinute: number, clock: Pick<Clock, 'elapsedMs'>, wait: Wait) {
    this.#perMinute = perMinute;
    this.#clock = clock;
    this.#wait = wait;
  }

  /** Waits for its turn; turns come in the order of asking. Rejects with the signal's reason when aborted; the turn is spent. */
  async take(signal: AbortSignal): Promise<void> {
    const now = this.#clock.elapsedMs();
    const start = Math.max(now, (this.#starts[this.#oldest] ?? -Infinity) + MINUTE_MS);
    this.#starts[this.#oldest] = start;
    this.#oldest = (this.#oldest + 1) % this.#perMinute;
    if (start > now) await this.#wait(Math.ceil(start - now), signal);
  }
}
