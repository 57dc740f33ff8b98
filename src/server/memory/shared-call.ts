import type { Clock } from '../../core/time/clock.ts';

/** Shares one call among concurrent callers, and calls again only when the last result or failure is older than `maxAgeMs`. */
export function shareCall<Answer>(
  ask: () => Promise<Answer>,
  { maxAgeMs, clock }: { readonly maxAgeMs: number; readonly clock: Clock },
): () => Promise<Answer> {
  let shared: Promise<Answer> | undefined;
  let settledMs: number | undefined;
  return () => {
    if (shared !== undefined && (settledMs === undefined || clock.elapsedMs() - settledMs < maxAgeMs)) {
      return shared;
    }
    settledMs = undefined;
    shared = ask().finally(() => {
      settledMs = clock.elapsedMs();
    });
    return shared;
  };
}
