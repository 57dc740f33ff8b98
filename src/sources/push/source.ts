import { CANONICAL_COLUMNS } from '../../pipeline/document/canonical-rows.ts';
import type { RowBatch, Source } from '../../pipeline/ports/ports.ts';
import type { PushedEvent } from '../../pipeline/ports/push-port.ts';
import { PushedRows } from './rows.ts';

/** Starts to read pushed events: the last event of each document, in pages. */
export type ReadPushed = () => AsyncIterable<readonly PushedEvent[]>;

/** Counts the events that were skipped because they were older than the known state. */
export type CountOlder = () => Promise<number>;

/**
 * Pushed events, as rows that are already documents. The listing is a delta: documents without an event stay as they are, and a
 * deletion is an event. It has no checkpoint, because a run's commit acknowledges the events that it read.
 */
export class PushSource implements Source {
  readonly listing = 'delta';
  readonly #pushed: ReadPushed;
  readonly #countOlder: CountOlder;

  /** @param countOlder is called after the last page */
  constructor(pushed: ReadPushed, countOlder: CountOlder = () => Promise.resolve(0)) {
    this.#pushed = pushed;
    this.#countOlder = countOlder;
  }

  async *read(_checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RowBatch> {
    signal.throwIfAborted();
    const pages = this.#pushed()[Symbol.asyncIterator]();
    const rows = new PushedRows();
    let next = pages.next();
    try {
      for (;;) {
        const page = await next;
        signal.throwIfAborted();
        if (page.done === true) break;
        // The state reads the next page while the run compares this one. An error is thrown above.
        next = pages.next();
        next.catch(() => undefined);
        yield rows.batch(page.value);
      }
    } finally {
      await next.catch(() => undefined);
      await pages.return?.();
    }
    const older = await this.#countOlder();
    const end = { checkpoint: undefined, truncated: false, ...(older > 0 && { older }) };
    yield { ...rows.batch([]), end };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- So that the reason of the signal is a rejection.
  async columns(signal: AbortSignal): ReturnType<Source['columns']> {
    signal.throwIfAborted();
    return CANONICAL_COLUMNS;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
