import { createRedactor } from '../../../src/core/secrets/redact.ts';
import type { KnowledgeConfig } from '../../../src/definitions/knowledge-source/types.ts';
import { openKnowledgeEngine, type KnowledgePorts } from '../../../src/knowledge/engine.ts';
import type { Knowledge, PageResult, SyncPageOptions } from '../../../src/knowledge/knowledge.ts';
import { fencedLeases } from '../../../src/state/leases/fenced-lease.ts';
import { openStateDatabase, type StateDatabase } from '../../../src/state/state-database.ts';
import type { DatabaseAddress } from '../../../src/database/database.ts';
import { restSurroundings, secretsOf } from '../http/rest-surroundings.ts';
import { testEmbedder, type TestEmbedder } from './test-embedder.ts';

/** An engine of knowledge sources on a database of its own. */
export interface KnowledgePlace {
  readonly knowledge: Knowledge;
  readonly database: StateDatabase;
  readonly embedder: TestEmbedder;
  /** The log lines. */
  readonly lines: string[];
  /** The time of the next batches. */
  now: Date;
  /** Creates or changes a source. @returns its id */
  apply(config: KnowledgeConfig, more?: SourceOptions): Promise<string>;
  /** Syncs pages until the pass is complete. */
  pass(id: string, options?: SyncPageOptions): Promise<PageResult[]>;
  page(id: string, options?: SyncPageOptions): Promise<PageResult>;
  /** The contents of all chunks in the order of their documents. */
  contents(): Promise<string[]>;
  close(): Promise<void>;
}

interface SourceOptions {
  readonly name?: string;
  readonly title?: string;
  readonly tenantId?: string;
  readonly defaultAllowedRoles?: readonly string[];
  readonly deleteLimit?: { readonly count?: number; readonly ratio?: number };
}

interface PlaceOptions extends Partial<KnowledgePorts> {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly embedder?: TestEmbedder;
}

const PAGES_MAX = 500;

export async function knowledgePlace(
  address: DatabaseAddress,
  { secrets = {}, embedder = testEmbedder(), ...given }: PlaceOptions = {},
): Promise<KnowledgePlace> {
  const database = await openStateDatabase({
    ...address,
    kind: 'knowledge_source',
    readOnly: false,
    migrate: true,
  });
  const { surroundings, lines } = restSurroundings();
  const signal = new AbortController().signal;
  const place = { now: new Date('2026-11-20T12:00:00Z') };
  const knowledge = await openKnowledgeEngine({
    ...surroundings,
    clock: { now: () => place.now, elapsedMs: () => performance.now() },
    redactor: createRedactor(),
    database,
    acquireLease: fencedLeases(database),
    embedder,
    accessOf: () =>
      Promise.resolve({
        permit: { server: () => undefined, inClear: () => false },
        secret: secretsOf(secrets),
      }),
    search: () => Promise.reject(new Error('This place has no search.')),
    close: () => database.close(),
    ...given,
  });
  const page = (id: string, options: SyncPageOptions = {}) => knowledge.syncPage(id, options, signal);
  return {
    knowledge,
    database,
    embedder,
    lines,
    get now() {
      return place.now;
    },
    set now(now) {
      place.now = now;
    },
    async apply(config, { name = 'products', title = 'Products', tenantId = 'acme', ...spec } = {}) {
      const { id } = await knowledge.apply({
        apiVersion: 'sync.gemini.io/v1alpha1',
        kind: 'KnowledgeSource',
        metadata: { name },
        spec: { type: 'rest', title, tenantId, ...spec, config },
      });
      return id;
    },
    page,
    async pass(id, options = {}) {
      const pages: PageResult[] = [];
      for (;;) {
        const one = await page(id, pages.length === 0 ? options : { ...options, restart: false });
        pages.push(one);
        if (one.done) return pages;
        if (pages.length > PAGES_MAX) throw new Error('The pass does not end.');
      }
    },
    async contents() {
      const rows = await database
        .knex('kb_chunks')
        .orderBy(['doc_id', 'chunk_idx'])
        .select<{ content: string }[]>('content');
      return rows.map(({ content }) => content);
    },
    close: () => knowledge.close(),
  };
}
