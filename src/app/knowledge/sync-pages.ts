import { BridgeError } from '../../core/errors.ts';
import { sleep } from '../../core/retry.ts';
import { systemClock } from '../../core/time/clock.ts';
import type { ChunkCounts, Knowledge, PageResult, SyncPageOptions } from '../../knowledge/knowledge.ts';
import { KNOWLEDGE_PAGE_WAIT_MS, KNOWLEDGE_PAGE_WAIT_SECONDS_MAX } from '../limits.ts';

export interface SyncPagesOptions {
  /** Reads pages until the pass is complete; otherwise one page. */
  readonly untilDone: boolean;
  /** Begins a new pass at the first page. */
  readonly restart: boolean;
  readonly allowDeletes: number | undefined;
}

/** The pages of one run so far. */
export interface SyncedPages {
  readonly pages: number;
  readonly items: number;
  readonly chunks: ChunkCounts;
  /** Undefined before the first page. */
  readonly last: PageResult | undefined;
}

export const NO_PAGES: SyncedPages = {
  pages: 0,
  items: 0,
  chunks: { added: 0, known: 0, deleted: 0, held: 0, setAside: 0 },
  last: undefined,
};

/**
 * Syncs one page of a source, or all pages until the pass is complete.
 * @param synced called after each page
 * @throws BridgeError as `Knowledge.syncPage` does
 */
export async function syncPages(
  knowledge: Pick<Knowledge, 'syncPage'>,
  sourceId: string,
  { untilDone, restart, allowDeletes }: SyncPagesOptions,
  synced: (pages: SyncedPages) => void,
  signal: AbortSignal,
): Promise<void> {
  let pages = NO_PAGES;
  do {
    const options = { restart: restart && pages.pages === 0, allowDeletes };
    pages = withPage(pages, await pageInTurn(knowledge, sourceId, options, signal));
    synced(pages);
  } while (untilDone && pages.last?.done !== true);
}

/** A server may be reading a page of the same source; then this waits for it. */
async function pageInTurn(
  knowledge: Pick<Knowledge, 'syncPage'>,
  sourceId: string,
  options: SyncPageOptions,
  signal: AbortSignal,
): Promise<PageResult> {
  const startedMs = systemClock.elapsedMs();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await knowledge.syncPage(sourceId, options, signal);
    } catch (thrown) {
      const isHeld = thrown instanceof BridgeError && thrown.code === 'LEASE_HELD';
      const waitedMs = systemClock.elapsedMs() - startedMs;
      if (!isHeld || waitedMs >= KNOWLEDGE_PAGE_WAIT_SECONDS_MAX * 1_000) throw thrown;
      await sleep(KNOWLEDGE_PAGE_WAIT_MS, signal);
    }
  }
}

function withPage({ pages, items, chunks }: SyncedPages, page: PageResult): SyncedPages {
  return {
    pages: pages + 1,
    items: items + page.items,
    chunks: {
      added: chunks.added + page.counts.added,
      known: chunks.known + page.counts.known,
      deleted: chunks.deleted + page.counts.deleted,
      held: chunks.held + page.counts.held,
      setAside: chunks.setAside + page.counts.setAside,
    },
    last: page,
  };
}
