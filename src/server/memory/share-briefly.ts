import type { Clock } from '../../core/clock.ts';

/** Asks at most once at a time, and again only when the last answer or failure is older than `maxAgeMs`. */
export function shareBriefly<Answer>(
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
