import { CANONICAL_COLUMNS } from '../../pipeline/document/canonical-rows.ts';
import type { RowBatch, Source } from '../../pipeline/ports/ports.ts';
import type { PushedEvent } from '../../pipeline/ports/push-port.ts';
import { PushedRows } from './rows.ts';

/** Starts to read what producers pushed: the last event of each document, in pages. */
export type ReadPushed = () => AsyncIterable<readonly PushedEvent[]>;

/** How many events were left out because they were older than what was known. */
export type CountOlder = () => Promise<number>;

/**
 * What producers pushed, as rows that are documents already. A delta listing: what nobody pushed stays as it is, and what is
 * gone says so. It has no checkpoint, because a run's commit acknowledges what it read.
 */
export class PushSource implements Source {
  readonly listing = 'delta';
  readonly #pushed: ReadPushed;
  readonly #countOlder: CountOlder;

  /** @param countOlder is asked after the last page */
  constructor(pushed: ReadPushed, countOlder: CountOlder = () => Promise.resolve(0)) {
    this.#pushed = pushed;
    this.#countOlder = countOlder;
  }

  async *read(_checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RowBatch> {
    signal.throwIfAborted();
    // One page behind, because the last batch says that it is the last.
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
