import type { Socket } from 'node:net';
import { DELAYED_COMPARISONS_MAX } from '../../limits.ts';

/**
 * Lets requests wait before their keys are compared. The number of those that wait is bounded: when one more comes, the one
 * that has waited longest goes on early. None is refused, because its key may be right.
 */
export class DelayedComparisons {
  readonly #max: number;
  /** Ends the wait of each, oldest first. */
  readonly #waiting = new Set<() => void>();

  constructor(max = DELAYED_COMPARISONS_MAX) {
    this.#max = max;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** @returns whether the client is still connected; if not, the wait ended early */
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
