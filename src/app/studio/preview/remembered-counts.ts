import { hash } from 'node:crypto';
import type { DraftCounts, PreviewService } from './preview-service.ts';
import { COUNTED_DRAFTS_REMEMBERED } from '../../limits.ts';

/** What a run of a text would change, and when it was counted, as ISO 8601. */
export type RememberedCounts = DraftCounts & { readonly countedAt: string };

/**
 * Remembers the last counts of each text until the server stops, so that a proposal of the same text can show them. A draft that
 * was changed after the count is another text.
 */
export function rememberCounts(previews: PreviewService): {
  readonly previews: PreviewService;
  /** Returns undefined if this text was not counted. */
  readonly countsOf: (text: string) => RememberedCounts | undefined;
} {
  const remembered = new Map<string, RememberedCounts>();
  const keyOf = (text: string) => hash('sha256', text, 'hex');
  return {
    countsOf: (text) => remembered.get(keyOf(text)),
    previews: {
      ...previews,
      async counts(text, actor, signal) {
        const counts = await previews.counts(text, actor, signal);
        const key = keyOf(text);
        remembered.delete(key);
        remembered.set(key, counts);
        const [oldest] = remembered.keys();
        if (remembered.size > COUNTED_DRAFTS_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
        return counts;
      },
    },
  };
}
