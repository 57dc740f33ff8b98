import type { Clock } from '../../core/time/clock.ts';
import { DeadlineError, withDeadline } from '../../core/time/deadline.ts';
import { startStopwatch } from '../../core/time/stopwatch.ts';
import { BATCH_MILLISECONDS_MAX, PAGE_ATTEMPT_SECONDS, PAGE_MILLISECONDS_MAX } from '../limits.ts';

/** How long a batch may take; for tests. */
export interface BatchTiming {
  readonly batchMs: number;
  readonly pageMs: number;
}

const BATCH_TIMING: BatchTiming = { batchMs: BATCH_MILLISECONDS_MAX, pageMs: PAGE_MILLISECONDS_MAX };

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
   * Does the part of a batch that reads its page, or the part that embeds, with the time that is left for it.
   * @throws what `late` returns when that time is over, even if the work ignores its signal
   */
  async within<T>(
    part: keyof BatchTiming,
    signal: AbortSignal,
    late: () => Error,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const leftMs = Math.max(0, this.#timing[part] - this.#spentMs());
    try {
      return await withDeadline(leftMs / 1_000, signal, work);
    } catch (thrown) {
      throw thrown instanceof DeadlineError ? late() : thrown;
    }
  }
}

/**
 * Does work that ends when one of two signals is aborted. Unlike `AbortSignal.any`, it leaves nothing on a signal that lives longer
 * than the work: a server has one for all of its batches.
 */
export async function withEither<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const abort = () => {
    end.abort(signals.find(({ aborted }) => aborted)?.reason);
  };
  for (const signal of signals) signal.addEventListener('abort', abort);
  try {
    if (signals.some(({ aborted }) => aborted)) abort();
    return await work(end.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}
