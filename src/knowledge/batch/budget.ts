import type { Clock } from '../../core/time/clock.ts';
import { startStopwatch } from '../../core/time/stopwatch.ts';
import { BATCH_MILLISECONDS_MAX, PAGE_ATTEMPT_SECONDS, PAGE_MILLISECONDS_MAX } from '../limits.ts';

/** How long a batch may take; for tests. */
export interface BatchTiming {
  readonly batchMs: number;
  readonly pageMs: number;
}

export const BATCH_TIMING: BatchTiming = { batchMs: BATCH_MILLISECONDS_MAX, pageMs: PAGE_MILLISECONDS_MAX };

/** The time of one batch, which its attempts, its waits and its embeddings share. */
export class BatchBudget {
  readonly #spentMs: () => number;
  readonly #timing: BatchTiming;

  constructor(clock: Clock, timing: BatchTiming = BATCH_TIMING) {
    this.#spentMs = startStopwatch(clock);
    this.#timing = timing;
  }

  /** The milliseconds that may be waited so that another attempt still fits. */
  get waitMsMax(): number {
    return Math.max(0, this.#timing.pageMs - this.#spentMs() - PAGE_ATTEMPT_SECONDS * 1_000);
  }

  /**
   * Does the part of a batch that reads its page, or the part that embeds. Its signal is aborted with `late()` when its time is
   * over, even if the work ignores that.
   */
  async within<T>(
    part: keyof BatchTiming,
    signal: AbortSignal,
    late: () => Error,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const end = new AbortController();
    const alive = AbortSignal.any([signal, end.signal]);
    const ended = new Promise<never>((_, reject) => {
      alive.addEventListener('abort', () => {
        reject(alive.reason instanceof Error ? alive.reason : late());
      });
    });
    // Avoids an unhandled rejection when the work finished first.
    ended.catch(() => undefined);
    const leftMs = Math.max(0, this.#timing[part] - this.#spentMs());
    const timer = setTimeout(() => {
      end.abort(late());
    }, leftMs);
    try {
      alive.throwIfAborted();
      return await Promise.race([work(alive), ended]);
    } finally {
      clearTimeout(timer);
    }
  }
}
