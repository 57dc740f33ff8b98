import type { KnowledgeSource } from '../definitions/knowledge-source/types.ts';

/** A knowledge source with the state of its sync, as pages and the command line show it. */
export interface SourceSummary {
  /** `kb_sources.id` */
  readonly id: string;
  /** `metadata.name`; null for a source that another program inserted. */
  readonly name: string | null;
  readonly tenantId: string;
  readonly title: string;
  /** The address of the API, without secrets. */
  readonly baseUrl: string | null;
  /** Why `config` cannot be used; null if it can. */
  readonly problem: string | null;
  readonly cursor: CursorSummary | null;
  readonly documents: number;
  readonly chunks: number;
}

export interface CursorSummary {
  /** The number of the pass in progress, or of the last one; 0 for the cursor of another program. */
  readonly pass: number;
  /** Null before the first page of a pass, and after its last page. */
  readonly nextCursor: string | null;
  readonly pages: number;
  readonly items: number;
  readonly lastStatus: 'ok' | 'error' | 'held';
  readonly lastHttpStatus: number | null;
  /** ISO 8601, UTC. */
  readonly lastSyncedAt: string | null;
  readonly lastError: string | null;
  /** Whether a pass is in progress: its first page was read, and its last one was not. */
  readonly inProgress: boolean;
  readonly holdReason: string | null;
  readonly heldDeletes: number;
  readonly setAside: number;
  readonly embedder: string | null;
}

/** The outcome of one page. */
export interface PageResult {
  /** Whether the pass is complete, so the next call begins a new one. */
  readonly done: boolean;
  /** The number of items on the page. */
  readonly items: number;
  /** The next cursor, offset or page as plain text; null at the end of the pass. */
  readonly next: string | null;
  /** The requested address, absolute, without secrets. */
  readonly url: string;
  /** The HTTP status of the source. */
  readonly status: number;
  /** Chunks written, known, deleted, held by the guard, and set aside because the embedding API refuses them. */
  readonly counts: ChunkCounts;
  /** Why deletes were held; null if they were not. */
  readonly holdReason: string | null;
  readonly embedder: string;
}

export interface ChunkCounts {
  readonly added: number;
  readonly known: number;
  readonly deleted: number;
  readonly held: number;
  readonly setAside: number;
}

export interface SyncPageOptions {
  /** Begins a new pass at the first page. */
  readonly restart?: boolean;
  /** Releases held deletes, if they are no more than this. */
  readonly allowDeletes?: number | undefined;
}

/** The engine of knowledge sources over one database. */
export interface Knowledge {
  /** All sources by title. */
  sources(): Promise<readonly SourceSummary[]>;
  /** @param idOrName `kb_sources.id` or the name of a YAML file. @throws BridgeError KNOWLEDGE_SOURCE_UNKNOWN */
  source(idOrName: string): Promise<SourceSummary>;
  /** Inserts or updates the row of a definition, by its name. */
  apply(
    definition: KnowledgeSource,
  ): Promise<{ readonly id: string; readonly action: 'created' | 'updated' | 'unchanged' }>;
  /**
   * Reads one page of a source and stores its chunks, its document and its cursor in one transaction. A failure changes nothing
   * but the error fields of the cursor.
   * @throws BridgeError KNOWLEDGE_SOURCE_UNKNOWN, KNOWLEDGE_SOURCE_INVALID, LEASE_HELD, LEASE_LOST, SECRET_*, POLICY_REFUSED,
   *   SOURCE_*, EMBEDDINGS_*, STATE_*, INTERRUPTED; `FailedPage` is its cause if a request was made
   */
  syncPage(idOrName: string, options: SyncPageOptions, signal: AbortSignal): Promise<PageResult>;
  /** Deletes chunks, documents, cursor and source in one transaction. @throws BridgeError KNOWLEDGE_SOURCE_UNKNOWN, LEASE_HELD */
  remove(idOrName: string): Promise<{ readonly chunks: number; readonly documents: number }>;
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchResult>;
  close(): Promise<void>;
}

/** The request that failed, for the answer of the route. */
export interface FailedPage {
  readonly url: string | null;
  /** The HTTP status of the source; null without a response. */
  readonly status: number | null;
  readonly next: string | null;
}

export interface SearchQuery {
  readonly tenantId: string;
  /** Only chunks that one of these roles may see; a chunk without roles is seen by no role. */
  readonly roles: readonly string[];
  readonly text: string;
  readonly limit: number;
}

export interface SearchResult {
  readonly embedder: string;
  /** How vectors were compared: by the index of pgvector, or each one. */
  readonly method: 'pgvector' | 'exact';
  readonly hits: readonly SearchHit[];
}

export interface SearchHit {
  readonly chunkId: string;
  readonly sourceId: string | null;
  readonly documentTitle: string;
  readonly uri: string | null;
  readonly content: string;
  /** From 0 to 1: 0.65 for the vector and 0.35 for the text. */
  readonly score: number;
}
