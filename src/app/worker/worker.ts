import type { Logger } from '../../core/log.ts';
import type { Clock } from '../../core/time/clock.ts';
import { startStopwatch } from '../../core/time/stopwatch.ts';
import { WORKER_FORGET_MINUTES, WORKER_POLL_MS } from '../limits.ts';

/** A queue, as a worker sees it. */
export interface WorkSource {
  /** The number of pieces of work that wait now. @throws BridgeError STATE_* */
  countReady(): Promise<number>;
  /** Takes the next piece; undefined if none waits. @throws BridgeError STATE_* */
  next(): Promise<Work | undefined>;
  /** Removes old finished work. @throws BridgeError STATE_* */
  forget(): Promise<void>;
}

/** Does a piece of work until it ends or is interrupted. @throws BridgeError STATE_* if its result could not be stored */
export type Work = (signal: AbortSignal) => Promise<void>;

export interface WorkerContext {
  readonly sources: readonly WorkSource[];
  /** How many pieces of work are done at the same time. */
  readonly concurrency: number;
  readonly log: Logger;
  readonly clock: Clock;
  readonly pollMs?: number;
}

/** Works until `signal` is aborted, and resolves when all work in progress has ended. It waits while the state is unreachable. */
export async function workUntilStopped(context: WorkerContext, signal: AbortSignal): Promise<void> {
  const { sources, log, clock, pollMs = WORKER_POLL_MS } = context;
  const slots = openSlots(context, signal);
  let isUnreachable = false;
  let turn = 0;
  let sinceForgotten = startStopwatch(clock);
  while (!signal.aborted) {
    try {
      // The first one differs each time, so that a queue that is never empty does not block the others.
      turn = (turn + 1) % sources.length;
      for (const source of [...sources.slice(turn), ...sources.slice(0, turn)]) {
        while (slots.isFree()) {
          const work = await source.next();
          if (work === undefined) break;
          slots.fill(work);
        }
      }
      if (sinceForgotten() >= WORKER_FORGET_MINUTES * 60_000) {
        sinceForgotten = startStopwatch(clock);
        for (const source of sources) await source.forget();
      }
      isUnreachable = false;
    } catch (thrown) {
      // An outage is logged once.
      if (!isUnreachable) log.warn('requests cannot be read for now', { reason: String(thrown) });
      isUnreachable = true;
    }
    await slots.change(pollMs);
  }
  await slots.ended();
}

/**
 * Does the work that waits now, then ends. Work that is stored meanwhile is left to the next call, so it ends even if a schedule
 * is faster than its runs.
 * @throws BridgeError STATE_*
 */
export async function workOff({ sources, ...context }: WorkerContext, signal: AbortSignal): Promise<void> {
  const slots = openSlots(context, signal);
  try {
    for (const source of sources) {
      for (let left = await source.countReady(); left > 0; left--) {
        while (!slots.isFree() && !signal.aborted) await slots.change(WORKER_POLL_MS);
        if (signal.aborted) return;
        const work = await source.next();
        if (work === undefined) break;
        slots.fill(work);
      }
      await source.forget();
    }
  } finally {
    await slots.ended();
  }
}

/** The work in progress. */
function openSlots({ concurrency, log }: Pick<WorkerContext, 'concurrency' | 'log'>, signal: AbortSignal) {
  const inProgress = new Set<Promise<void>>();
  let changed: (() => void) | undefined;
  const notify = () => changed?.();
  return {
    isFree: () => inProgress.size < concurrency && !signal.aborted,
    fill(work: Work): void {
      const doing = work(signal)
        .catch((thrown: unknown) => {
          log.warn('the result of a request could not be stored, so it is taken again later', {
            reason: String(thrown),
          });
        })
        .finally(() => {
          inProgress.delete(doing);
          notify();
        });
      inProgress.add(doing);
    },
    /** Waits until some work has ended, the worker is stopped, or the time has passed. */
    async change(ms: number): Promise<void> {
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        changed = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', changed, { once: true });
      });
      if (changed !== undefined) signal.removeEventListener('abort', changed);
      changed = undefined;
    },
    async ended(): Promise<void> {
      await Promise.all(inProgress);
    },
  };
}
