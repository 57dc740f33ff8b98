import type { Clock } from '../../core/time/clock.ts';
import { SPLUNK_ACK_POLL_SECONDS, SPLUNK_ACK_SECONDS_MAX } from '../limits.ts';
import type { Wait } from '../../core/retry.ts';

interface AcknowledgementPorts {
  /** Returns which of these ids are indexed; undefined when that is unknown for now. */
  readonly ask: (ids: readonly number[], signal: AbortSignal) => Promise<ReadonlySet<number> | undefined>;
  /** Called with events that were accepted long ago and are still not indexed. */
  readonly overdue: (events: readonly string[]) => void;
  readonly clock: Pick<Clock, 'elapsedMs'>;
  readonly wait: Wait;
}

/**
 * Events that Splunk has accepted and not indexed yet. Splunk is polled for them during the run; the end of the run never waits
 * for them.
 */
export class Acknowledgements {
  readonly #ports: AcknowledgementPorts;
  readonly #signal: AbortSignal;
  readonly #taken = new Map<number, { readonly events: readonly string[]; readonly atMs: number }>();
  #polling = false;

  /** @param signal ends the polling */
  constructor(ports: AcknowledgementPorts, signal: AbortSignal) {
    this.#ports = ports;
    this.#signal = signal;
  }

  /** The number of events that are not known to be indexed. */
  get open(): number {
    return [...this.#taken.values()].reduce((sum, { events }) => sum + events.length, 0);
  }

  add(id: number, events: readonly string[]): void {
    this.#taken.set(id, { events, atMs: this.#ports.clock.elapsedMs() });
    if (!this.#polling) void this.#poll();
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    while (this.#taken.size > 0) {
      const ended = await this.#ports.wait(SPLUNK_ACK_POLL_SECONDS * 1_000, this.#signal).then(
        () => false,
        () => true,
      );
      if (ended) break;
      const indexed = await this.#ports.ask([...this.#taken.keys()], this.#signal).catch(() => undefined);
      for (const id of indexed ?? []) this.#taken.delete(id);
      this.#giveBackOverdue();
    }
    this.#polling = false;
  }

  #giveBackOverdue(): void {
    const before = this.#ports.clock.elapsedMs() - SPLUNK_ACK_SECONDS_MAX * 1_000;
    for (const [id, { events, atMs }] of this.#taken) {
      if (atMs > before) continue;
      this.#taken.delete(id);
      this.#ports.overdue(events);
    }
  }
}
