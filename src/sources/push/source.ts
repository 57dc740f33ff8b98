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
    // The loop is one page late, because the last batch must be marked as the last.
    let page: readonly PushedEvent[] | undefined;
    const rows = new PushedRows();
    for await (const next of this.#pushed()) {
      signal.throwIfAborted();
      if (page !== undefined) yield rows.batch(page);
      signal.throwIfAborted();
      page = next;
    }
    const older = await this.#countOlder();
    const end = { checkpoint: undefined, truncated: false, ...(older > 0 && { older }) };
    yield { ...rows.batch(page ?? []), end };
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
