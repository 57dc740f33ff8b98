import type { Batch, ManagedSources } from '../../app/knowledge/managed-sources.ts';
import { BATCH_ANSWER_MS_MAX } from '../limits.ts';

/** How long an aborted batch has to end by itself. */
const ABORT_MS = 500;

/** Syncs one page in bounded time. */
export interface BoundedBatches {
  /** @returns undefined if the batch did not end in time; its transaction is then committed or rolled back later. */
  sync(id: string): Promise<Batch | undefined>;
  /** Aborts the batches in progress, so that a server that stops need not wait for them. */
  abort(): void;
}

export function boundBatches(sources: Pick<ManagedSources, 'syncPage'>): BoundedBatches {
  const stopping = new AbortController();
  return {
    async sync(id) {
      const late = new AbortController();
      const signal = AbortSignal.any([stopping.signal, late.signal]);
      const timers: NodeJS.Timeout[] = [];
      const after = <Value>(ms: number, value: () => Value) =>
        new Promise<Value>((resolve) => {
          timers.push(
            setTimeout(() => {
              resolve(value());
            }, ms),
          );
        });
      void after(BATCH_ANSWER_MS_MAX, () => {
        late.abort();
      });
      const tooLate = after(BATCH_ANSWER_MS_MAX + ABORT_MS, () => undefined);
      try {
        return await Promise.race([sources.syncPage(id, signal), tooLate]);
      } finally {
        for (const timer of timers) clearTimeout(timer);
      }
    },
    abort: () => {
      stopping.abort();
    },
  };
}
