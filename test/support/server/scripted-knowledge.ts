import { BridgeError } from '../../../src/core/errors.ts';
import type {
  CursorSummary,
  Knowledge,
  PageResult,
  SourceSummary,
} from '../../../src/knowledge/knowledge.ts';

export const SOURCE_URL = 'https://api.example.com/products?limit=50';

export const NO_CHUNKS = { added: 0, known: 0, deleted: 0, held: 0, setAside: 0 };

export function cursorSummary(changes: Partial<CursorSummary> = {}): CursorSummary {
  return {
    pass: 1,
    nextCursor: null,
    pages: 2,
    items: 100,
    lastStatus: 'ok',
    lastHttpStatus: 200,
    lastSyncedAt: '2026-11-21T03:05:00.000Z',
    lastError: null,
    inProgress: false,
    holdReason: null,
    heldDeletes: 0,
    setAside: 0,
    embedder: 'offline-hash-v1',
    ...changes,
  };
}

export function sourceSummary(changes: Partial<SourceSummary> = {}): SourceSummary {
  return {
    id: '5b0f4c0e-0000-4000-8000-000000000001',
    name: 'products',
    tenantId: 'acme',
    title: 'Products',
    baseUrl: 'https://api.example.com/products',
    problem: null,
    cursor: null,
    documents: 0,
    chunks: 0,
    ...changes,
  };
}

export function pageResult(changes: Partial<PageResult> = {}): PageResult {
  return {
    done: false,
    items: 50,
    next: '50',
    url: SOURCE_URL,
    status: 200,
    counts: { ...NO_CHUNKS, added: 60, known: 3 },
    holdReason: null,
    embedder: 'offline-hash-v1',
    ...changes,
  };
}

type Turn = (signal: AbortSignal) => Promise<PageResult>;

/** Sources in memory whose next pages a test scripts, for what a database and an API do only by accident. */
export function scriptedKnowledge(initial: readonly SourceSummary[] = [sourceSummary()]) {
  const sources = new Map(initial.map((source) => [source.id, source]));
  const turns: Turn[] = [];
  const removing: Error[] = [];
  const found = (idOrName: string) => {
    const source = [...sources.values()].find(({ id, name }) => id === idOrName || name === idOrName);
    if (source !== undefined) return source;
    throw new BridgeError('KNOWLEDGE_SOURCE_UNKNOWN', `There is no knowledge source ${idOrName}.`);
  };
  const knowledge: Pick<Knowledge, 'sources' | 'source' | 'syncPage' | 'remove'> = {
    sources: () => Promise.resolve([...sources.values()]),
    source: async (idOrName) => Promise.resolve(found(idOrName)),
    async syncPage(idOrName, _options, signal) {
      const source = found(idOrName);
      const turn = turns.shift() ?? (() => Promise.resolve(pageResult()));
      const page = await turn(signal);
      const { pages = 0, items = 0 } = source.cursor?.inProgress === true ? source.cursor : {};
      sources.set(source.id, {
        ...source,
        chunks: source.chunks + page.counts.added,
        documents: 1,
        cursor: cursorSummary({
          nextCursor: page.next,
          inProgress: !page.done,
          pages: pages + 1,
          items: items + page.items,
          lastHttpStatus: page.status,
        }),
      });
      return page;
    },
    async remove(idOrName) {
      const source = found(idOrName);
      const failure = removing.shift();
      if (failure !== undefined) throw failure;
      sources.delete(source.id);
      return Promise.resolve({ chunks: source.chunks, documents: source.documents });
    },
  };
  return {
    knowledge,
    /** What the next calls of `syncPage` do. */
    next(...outcomes: readonly (PageResult | Error | Turn)[]) {
      for (const outcome of outcomes) {
        if (typeof outcome === 'function') turns.push(outcome);
        else if (outcome instanceof Error) turns.push(() => Promise.reject(outcome));
        else turns.push(() => Promise.resolve(outcome));
      }
    },
    failRemoval: (error: Error) => removing.push(error),
    /** Makes it as it was at first. */
    reset() {
      turns.length = 0;
      removing.length = 0;
      sources.clear();
      for (const source of initial) sources.set(source.id, source);
    },
  };
}
