import type { Clock } from './clock.ts';
import type { Wait } from '../retry.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;

/** At most `most` requests start within any period of `ms` milliseconds. */
export interface QuotaWindow {
  readonly most: number;
  readonly ms: number;
}

/** When the latest `most` requests started, or will start; a ring buffer that begins at `oldest`. */
interface Starts extends QuotaWindow {
  readonly times: number[];
  oldest: number;
}

/**
 * Keeps this process below a quota of one or several windows, and no request waits longer than necessary. A token bucket, which
 * refills during use, would allow nearly twice as many in its first window, and those get 429. Other processes also use the quota,
 * which this one cannot see.
 */
export class RequestQuota {
  readonly #windows: readonly Starts[];
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  readonly #wait: Wait;

  constructor(windows: readonly QuotaWindow[], clock: Pick<Clock, 'elapsedMs'>, wait: Wait) {
    this.#windows = windows.map(({ most, ms }) => ({ most, ms, times: [], oldest: 0 }));
    this.#clock = clock;
    this.#wait = wait;
  }

  /**
   * Waits for a slot; slots are given in the order of the calls. Rejects with the signal's reason when aborted; the slot is used
   * up then.
   */
  async take(signal: AbortSignal): Promise<void> {
    const now = this.#clock.elapsedMs();
    let start = now;
    for (const { times, oldest, ms } of this.#windows) {
      start = Math.max(start, (times[oldest] ?? -Infinity) + ms);
    }
    for (const window of this.#windows) {
      window.times[window.oldest] = start;
      window.oldest = (window.oldest + 1) % window.most;
    }
    if (start > now) await this.#wait(Math.ceil(start - now), signal);
  }
}
