import type { Clock } from '../../core/time/clock.ts';
import { KEY_CACHE_ENTRIES_MAX, KEY_CACHE_MS } from '../limits.ts';

interface TtlCache<Answer> {
  (id: string): Promise<Answer>;
  /** Removes the entry, so that the next lookup queries again. */
  forget(id: string): void;
}

/**
 * Queries an id at most once in `KEY_CACHE_MS`. Evicts the oldest entry when the cache is full. Failed queries are not
 * cached.
 */
export function createTtlCache<Answer>(ask: (id: string) => Promise<Answer>, clock: Clock): TtlCache<Answer> {
  const known = new Map<string, { readonly answer: Promise<Answer>; readonly askedMs: number }>();

  function asked(id: string): Promise<Answer> {
    const found = known.get(id);
    if (found !== undefined && clock.elapsedMs() - found.askedMs < KEY_CACHE_MS) return found.answer;
    known.delete(id);
    for (const [oldest] of known) {
      if (known.size < KEY_CACHE_ENTRIES_MAX) break;
      known.delete(oldest);
    }
    const entry = { answer: ask(id), askedMs: clock.elapsedMs() };
    known.set(id, entry);
    entry.answer.catch(() => {
      if (known.get(id) === entry) known.delete(id);
    });
    return entry.answer;
  }

  return Object.assign(asked, {
    forget: (id: string) => {
      known.delete(id);
    },
  });
}
