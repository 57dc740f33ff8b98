import type { Clock } from '../../core/time/clock.ts';
import { CALLERS_COUNTED_MAX } from '../limits.ts';

const MINUTE_MS = 60_000;

/**
 * Counts the requests of each caller, so that no minute, whenever it begins, has more than the limit. Refused requests are not
 * counted. Counts are of this server alone, and of the `CALLERS_COUNTED_MAX` callers that asked last.
 */
export class RequestWindow {
  readonly #perMinute: number;
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  /** The times of the accepted requests of the last minute; the caller with the least recent one comes first. */
  readonly #accepted = new Map<string, number[]>();

  constructor(perMinute: number, clock: Pick<Clock, 'elapsedMs'>) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** @returns undefined if the request is accepted, else the whole seconds until one is, from 1 to 60 */
  take(caller: string): number | undefined {
    const nowMs = this.#clock.elapsedMs();
    const times = (this.#accepted.get(caller) ?? []).filter((time) => time > nowMs - MINUTE_MS);
    const [oldest] = times;
    if (oldest !== undefined && times.length >= this.#perMinute)
      return Math.max(1, Math.ceil((oldest + MINUTE_MS - nowMs) / 1_000));
    times.push(nowMs);
    this.#accepted.delete(caller);
    this.#accepted.set(caller, times);
    this.#evict();
    return undefined;
  }

  #evict(): void {
    if (this.#accepted.size <= CALLERS_COUNTED_MAX) return;
    for (const [oldest] of this.#accepted) {
      this.#accepted.delete(oldest);
      return;
    }
  }
}
