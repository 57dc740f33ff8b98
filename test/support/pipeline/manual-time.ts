import type { Clock } from '../../../src/core/time/clock.ts';
import type { Wait } from '../../../src/core/retry.ts';

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** Time that passes when a test says so. */
export class ManualTime {
  readonly #sleepers = new Set<Sleeper>();
  #nowMs = Date.parse('2026-01-02T03:04:05.678Z');
  #wallAheadMs = 0;

  readonly clock: Clock = {
    now: () => new Date(this.#nowMs + this.#wallAheadMs),
    elapsedMs: () => this.#nowMs,
  };

  /** How many wait. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  readonly wait: Wait = async (ms, signal) => {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const sleeper: Sleeper = {
        untilMs: this.#nowMs + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      });
    });
  };

  /** Sets the wall clock alone: forward is also what a suspended machine sees, whose monotonic clock stood still. */
  stepWallClock(ms: number): void {
    this.#wallAheadMs += ms;
  }

  /** Lets time pass, and wakes whom it has come for. */
  pass(ms: number): void {
    this.#nowMs += ms;
    for (const sleeper of this.#sleepers) if (sleeper.untilMs <= this.#nowMs) sleeper.wake();
  }
}
