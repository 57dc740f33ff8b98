import { CANONICAL_COLUMNS } from '../../pipeline/canonical-rows.ts';
import type { RowBatch, Source } from '../../pipeline/ports.ts';
import type { PushedEvent } from '../../pipeline/push-port.ts';
import { PushedRows } from './rows.ts';

/** Starts to read what producers pushed: the last event of each document, in pages. */
export type ReadPushed = () => AsyncIterable<readonly PushedEvent[]>;

/**
 * What producers pushed, as rows that are documents already. A delta listing: what nobody pushed stays as it is, and what is
 * gone says so. It has no checkpoint, because a run's commit acknowledges what it read.
 */
export class PushSource implements Source {
  readonly listing = 'delta';
  readonly #pushed: ReadPushed;

  constructor(pushed: ReadPushed) {
    this.#pushed = pushed;
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
    yield { ...rows.batch(page ?? []), end: { checkpoint: undefined, truncated: false } };
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
