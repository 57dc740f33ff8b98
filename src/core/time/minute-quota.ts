import type { Clock } from './clock.ts';
import type { Wait } from '../retry.ts';

const MINUTE_MS = 60_000;

/**
 * Keeps this process below a quota: at most `perMinute` requests start within any minute, and no request waits longer than
 * necessary. A token bucket, which refills during use, would allow nearly twice as many in its first minute, and those get 429.
 * Other processes also use the quota, which this one cannot see.
 */
export class MinuteQuota {
  readonly #perMinute: number;
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  readonly #wait: Wait;
  /** When the latest `perMinute` requests started, or will start; a ring buffer that begins at `#oldest`. */
  readonly #starts: number[] = [];
  #oldest = 0;

  constructor(perMinute: number, clock: Pick<Clock, 'elapsedMs'>, wait: Wait) {
    this.#perMinute = perMinute;
    this.#clock = clock;
    this.#wait = wait;
  }

  /**
   * Waits for a slot; slots are given in the order of the calls. Rejects with the signal's reason when aborted; the slot is used
   * up then.
   */
  async take(signal: AbortSignal): Promise<void> {
    const now = this.#clock.elapsedMs();
    const start = Math.max(now, (this.#starts[this.#oldest] ?? -Infinity) + MINUTE_MS);
    this.#starts[this.#oldest] = start;
    this.#oldest = (this.#oldest + 1) % this.#perMinute;
    if (start > now) await this.#wait(Math.ceil(start - now), signal);
  }
}
