import { CALLERS_COUNTED_MAX } from '../limits.ts';

/** The count of one caller, and the milliseconds until it begins again. */
interface CallerCount {
  readonly current: number;
  readonly ttl: number;
}

interface Window {
  readonly endMs: number;
  readonly count: number;
}

/**
 * A store for `@fastify/rate-limit`. Each result is a separate object, because the plugin reads it one turn of the event loop
 * later. The plugin's own store returns the object that it keeps counting in, so requests that arrive together would all see
 * the count of the last one.
 */
export class RequestCounts {
  /** The caller with the least recent request comes first. */
  readonly #windows = new Map<string, Window>();

  incr(
    caller: string,
    callback: (error: Error | null, result?: CallerCount) => void,
    windowMs: number,
  ): void {
    callback(null, this.#count(caller, windowMs));
  }

  child(): RequestCounts {
    return new RequestCounts();
  }

  #count(caller: string, windowMs: number): CallerCount {
    const nowMs = performance.now();
    const before = this.#windows.get(caller);
    const window =
      before === undefined || before.endMs <= nowMs
        ? { endMs: nowMs + windowMs, count: 1 }
        : { endMs: before.endMs, count: before.count + 1 };
    this.#windows.delete(caller);
    this.#windows.set(caller, window);
    this.#evict();
    return { current: window.count, ttl: window.endMs - nowMs };
  }

  #evict(): void {
    if (this.#windows.size <= CALLERS_COUNTED_MAX) return;
    for (const [oldest] of this.#windows) {
      this.#windows.delete(oldest);
      return;
    }
  }
}
