import { BridgeError, toBridgeError } from '../../core/errors.ts';
import { createRedactor, type Redactor } from '../../core/secrets/redact.ts';
import type { Database } from '../../database/database.ts';
import type { FencedLease } from '../../database/fenced-lease.ts';
import { stateError } from '../../database/state-errors.ts';
import type { KnowledgeConfig, KnowledgeSource } from '../../definitions/knowledge-source/types.ts';
import type { Embedder } from '../embedder.ts';
import type { PageResult, SyncPageOptions } from '../knowledge.ts';
import { addCredentials } from '../pages/credentials.ts';
import { readPage, type PagePorts, type Sent } from '../pages/read-page.ts';
import { contentHashOf, listingHash } from '../source/config-hash.ts';
import { definitionOf, usableConfig, type Source } from '../source/source.ts';
import type { Columns } from '../store/columns.ts';
import { cursorOf, moveCursor, type CursorChange } from '../store/cursors.ts';
import type { CursorTable } from '../store/tables.ts';
import { BatchBudget, withEither, type BatchTiming } from './budget.ts';
import { commitPage } from './commit-page.ts';
import { failedBatch, isRecorded, lastErrorOf } from './failure.ts';
import { chunksOfPage } from './item-chunks.ts';
import { knownValidator } from './known-validator.ts';
import type { Departure } from './leaving.ts';
import { embeddedPage, isKnownInPass, type EmbeddedPage } from './new-vectors.ts';
import { pageOfPass, type PageOfPass } from './page-of-pass.ts';
import { passOf, stalePagesAfter, type Pass } from './pass.ts';

/** What the batches of all sources need. */
export interface BatchPorts extends Omit<PagePorts, 'permit' | 'redactor' | 'secret'> {
  readonly database: Database;
  readonly columns: Columns;
  readonly embedder: Embedder;
  /** Opens the operator's policy for a source, and its secrets. @throws BridgeError POLICY_INVALID, POLICY_REFUSED, SECRET_* */
  readonly accessOf: (definition: KnowledgeSource) => Promise<Pick<PagePorts, 'permit' | 'secret'>>;
  readonly redactor?: Redactor | undefined;
  /** For tests. */
  readonly timing?: BatchTiming | undefined;
}

/**
 * Reads one page of a source and stores its chunks, its documents and its cursor in one transaction. A failure changes nothing but
 * the error fields of the cursor.
 * @throws BridgeError as `Knowledge.syncPage` does
 */
export async function syncPage(
  source: Source,
  options: SyncPageOptions,
  lease: FencedLease,
  ports: BatchPorts,
  signal: AbortSignal,
): Promise<PageResult> {
  const cursor = await cursorOf(ports.database.knex, source.id);
  const batch = new Batch(source, cursor, options, lease, ports);
  try {
    return await withEither([signal, lease.signal], (either) => batch.run(either));
  } catch (thrown) {
    throw await batch.fail(toBridgeError(stateError(thrown, ports.database.location)));
  }
}

class Batch {
  readonly #source: Source;
  readonly #cursor: CursorTable | undefined;
  readonly #options: SyncPageOptions;
  readonly #lease: FencedLease;
  readonly #ports: BatchPorts;
  readonly #redactor: Redactor;
  readonly #budget: BatchBudget;
  readonly #sent: Sent = { url: null, status: null };

  constructor(
    source: Source,
    cursor: CursorTable | undefined,
    options: SyncPageOptions,
    lease: FencedLease,
    ports: BatchPorts,
  ) {
    this.#source = source;
    this.#cursor = cursor;
    this.#options = options;
    this.#lease = lease;
    this.#ports = ports;
    this.#redactor = createRedactor(ports.redactor);
    this.#budget = new BatchBudget(ports.clock, ports.timing);
  }

  /** The address that was requested, without secrets. */
  get #url(): string {
    return this.#sent.url ?? '';
  }

  async run(signal: AbortSignal): Promise<PageResult> {
    const { restart = false } = this.#options;
    const config = usableConfig(this.#source);
    addCredentials(config, this.#redactor);
    const pass = passOf(this.#cursor, {
      listing: listingHash(config),
      restart,
      now: this.#ports.clock.now(),
    });
    const answer = await this.#read(config, pass, signal);
    if (answer === 'unchanged') return await this.#confirm();
    return answer;
  }

  /** Records a failure in the cursor, as far as that is possible. @returns the error to throw */
  async fail(error: BridgeError): Promise<BridgeError> {
    const { status, url } = this.#sent;
    const redact = (text: string) => this.#redactor.redact(text);
    const failed = failedBatch(error, { url, status, next: this.#cursor?.next_cursor ?? null }, redact);
    if (!isRecorded(error)) return failed;
    const change: CursorChange = {
      last_status: 'error',
      last_http_status: status,
      last_error: lastErrorOf(failed),
    };
    try {
      await this.#transaction((transaction) => moveCursor(transaction, this.#source, this.#cursor, change));
    } catch (thrown) {
      // The batch failed already, and that error is the one that helps.
      this.#ports.log.warn('the error of a batch could not be stored', {
        error: toBridgeError(thrown).message,
      });
    }
    return failed;
  }

  async #read(config: KnowledgeConfig, pass: Pass, signal: AbortSignal): Promise<PageResult | 'unchanged'> {
    const { retry, accessOf, ...ports } = this.#ports;
    const access = await accessOf(definitionOf(this.#source, config));
    const budget = this.#budget;
    const { restart = false } = this.#options;
    const asksAgain = pass.place === null && !restart;
    const known = asksAgain ? knownValidator(this.#cursor, config, this.#contentOf(config)) : undefined;
    const pagePorts: PagePorts = {
      ...ports,
      ...access,
      redactor: this.#redactor,
      retry: { ...retry, waitMsMax: () => budget.waitMsMax },
    };
    const page = await budget.within(
      'pageMs',
      signal,
      () => this.#tooSlow(),
      (alive) =>
        readPage(config, { place: pass.place, known, sent: this.#sent }, pagePorts, alive, (items) =>
          pageOfPass(config, pass, items, this.#url),
        ),
    );
    return page === 'unchanged' ? page : await this.#store(config, pass, page, signal);
  }

  /** Embeds the new chunks of a page outside of any transaction, and then stores everything in one. */
  async #store(
    config: KnowledgeConfig,
    before: Pass,
    page: PageOfPass,
    signal: AbortSignal,
  ): Promise<PageResult> {
    const source = this.#source;
    const { database, columns, embedder, log, clock } = this.#ports;
    const { title } = source;
    const chunks = await chunksOfPage(page, { config, title, itemsBefore: before.items, log });
    const way = { embedder, budget: this.#budget };
    const embedded = await embeddedPage(database.knex, source.id, chunks, way, signal);
    signal.throwIfAborted();
    const stalePages = stalePagesAfter(before, {
      isStale: chunks.length > 0 && isKnownInPass(embedded, page.pass.number),
      url: this.#url,
    });
    const stored = {
      page,
      pass: { ...page.pass, stalePages, added: before.added + embedded.added.length },
      chunks,
      embedded,
      status: this.#sent.status,
      listing: listingHash(config),
      content: this.#contentOf(config),
      now: clock.now(),
    };
    const left = await this.#transaction((transaction) =>
      commitPage(transaction, stored, {
        source,
        cursor: this.#cursor,
        columns,
        embedder: embedder.name,
        allowDeletes: this.#options.allowDeletes,
      }),
    );
    return this.#result(page.items.length, page.next, embedded, left);
  }

  #result(
    items: number,
    next: string | null,
    { added, replaced, known, refused, refusedBefore }: EmbeddedPage,
    { deleted, held, holdReason }: Departure,
  ): PageResult {
    const counts = {
      added: added.length + replaced.length,
      known: known.length,
      deleted,
      held,
      setAside: refused.length + refusedBefore.length,
    };
    return { ...this.#answer(), done: next === null, items, next, counts, holdReason };
  }

  #answer(): Pick<PageResult, 'url' | 'status' | 'embedder'> {
    return {
      url: this.#redactor.redact(this.#url),
      status: this.#sent.status ?? 0,
      embedder: this.#ports.embedder.name,
    };
  }

  /** The API confirmed that its only page is unchanged: nothing is written but the time. */
  async #confirm(): Promise<PageResult> {
    await this.#transaction((transaction) =>
      moveCursor(transaction, this.#source, this.#cursor, {
        last_status: 'ok',
        last_error: null,
        last_http_status: this.#sent.status,
        last_synced_at: this.#ports.clock.now().toISOString(),
      }),
    );
    const counts = { added: 0, known: 0, deleted: 0, held: 0, setAside: 0 };
    return { ...this.#answer(), done: true, items: 0, next: null, counts, holdReason: null };
  }

  #contentOf(config: KnowledgeConfig): string {
    const { roles, tenantId, title } = this.#source;
    return contentHashOf(config, { roles, tenantId, title, embedder: this.#ports.embedder.name });
  }

  async #transaction<T>(
    work: (transaction: Parameters<FencedLease['requireFence']>[0]) => Promise<T>,
  ): Promise<T> {
    return await this.#ports.database.knex.transaction(async (transaction) => {
      await this.#lease.requireFence(transaction);
      return await work(transaction);
    });
  }

  #tooSlow(): BridgeError {
    return new BridgeError('SOURCE_TIMEOUT', `The page ${this.#url} was not read in the time of a batch.`, {
      hint: 'Run the batch again; if that keeps failing, set a smaller config.defaultPageSize.',
    });
  }
}
