import type { Socket } from 'node:net';
import { DELAYED_COMPARISONS_MAX } from '../../limits.ts';

/**
 * Delays requests before their keys are compared. The number of delayed requests is bounded: when it is exceeded, the one
 * that has waited longest proceeds early. No request is rejected, because its key may be correct.
 */
export class DelayedComparisons {
  readonly #max: number;
  /** Functions that end the delay of each request, oldest first. */
  readonly #waiting = new Set<() => void>();

  constructor(max = DELAYED_COMPARISONS_MAX) {
    this.#max = max;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** @returns whether the client is still connected; if it is not, the delay ended early */
  wait(ms: number, socket: Socket): Promise<boolean> {
    if (socket.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        socket.off('close', end);
        this.#waiting.delete(end);
        resolve(!socket.destroyed);
      };
      const timer = setTimeout(end, ms);
      socket.once('close', end);
      this.#waiting.add(end);
      if (this.#waiting.size > this.#max) this.#endOldest();
    });
  }

  #endOldest(): void {
    for (const end of this.#waiting) {
      end();
      return;
    }
  }
}
