import { BridgeError, toBridgeError } from '../../core/errors.ts';
import { createRedactor, type Redactor } from '../../core/secrets/redact.ts';
import type { Database } from '../../database/database.ts';
import { stateError } from '../../database/state-errors.ts';
import type { FencedLease } from '../../database/fenced-lease.ts';
import type { KnowledgeConfig, KnowledgeSource } from '../../definitions/knowledge-source/types.ts';
import type { Validator } from '../../rest/request/validator.ts';
import type { Embedder } from '../embedder.ts';
import type { PageResult, SyncPageOptions } from '../knowledge.ts';
import { followingOf, totalOf, wrongPage, type Following } from '../pages/next-cursor.ts';
import { pagingOf } from '../pages/paging.ts';
import { readPage, type PagePorts, type ReadItems, type Sent } from '../pages/read-page.ts';
import { addCredentials } from '../pages/credentials.ts';
import type { KnowledgePermit } from '../pages/request-permit.ts';
import { contentHashOf, listingHash } from '../source/config-hash.ts';
import { definitionOf, usableConfig, type Source } from '../source/source.ts';
import type { Columns } from '../store/columns.ts';
import { cursorOf, moveCursor, type CursorChange } from '../store/cursors.ts';
import { forgetRefused } from '../store/set-aside.ts';
import { moveToTenant } from '../store/sources.ts';
import type { CursorTable } from '../store/tables.ts';
import { BatchBudget, withEither, type BatchTiming } from './budget.ts';
import { failedBatch, isRecorded, lastErrorOf } from './failure.ts';
import { chunksOfPage } from './item-chunks.ts';
import { letMissingLeave, type Departure } from './leaving.ts';
import { embeddedPage, type EmbeddedPage } from './new-vectors.ts';
import {
  pageHashOf,
  passOf,
  rememberedCursor,
  requireOtherPage,
  stalePagesAfter,
  type Pass,
} from './pass.ts';
import { storeChunks } from './store-page.ts';

/** What the batches of all sources need. */
export interface BatchPorts extends Omit<PagePorts, 'permit' | 'redactor'> {
  readonly database: Database;
  readonly columns: Columns;
  readonly embedder: Embedder;
  /** Opens the operator's policy for a source. @throws BridgeError POLICY_INVALID, POLICY_REFUSED */
  readonly permitOf: (definition: KnowledgeSource) => Promise<KnowledgePermit>;
  readonly redactor?: Redactor | undefined;
  /** For tests. */
  readonly timing?: BatchTiming | undefined;
}

const NOTHING_LEFT: Departure = { deleted: 0, held: 0, holdReason: null };

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
    const { retry, permitOf, ...ports } = this.#ports;
    const permit = await permitOf(definitionOf(this.#source, config));
    const budget = this.#budget;
    const known = pass.place === null ? this.#knownValidator(config) : undefined;
    const pagePorts: PagePorts = {
      ...ports,
      permit,
      redactor: this.#redactor,
      retry: { ...retry, waitMsMax: () => budget.waitMsMax },
    };
    const page = await budget.within(
      'pageMs',
      signal,
      () => this.#tooSlow(),
      (alive) =>
        readPage(config, { place: pass.place, known, sent: this.#sent }, pagePorts, alive, (items) =>
          this.#facts(config, pass, items),
        ),
    );
    return page === 'unchanged' ? page : await this.#store(config, pass, page, signal);
  }

  /** Determines what follows the page, while the response can still be asked. */
  async #facts(config: KnowledgeConfig, pass: Pass, page: ReadItems): Promise<PageOfPass> {
    const paging = pagingOf(config);
    const { bytes, start, items } = page;
    const url = this.#url;
    const pageHash = pageHashOf(bytes, items);
    const facts = {
      bytes,
      start,
      items: items.length,
      place: pass.place,
      itemsBefore: pass.items,
      firstPageItems: pass.firstPageItems,
      url,
    };
    const first = followingOf(config, paging, facts);
    requireOtherPage(pass, pageHash, paging, { url });
    const ending = first.kind === 'end' ? await page.ending() : undefined;
    const following = continued(first, ending?.signOfMore ?? false);
    if (
      following.kind === 'end' &&
      following.why === 'no_cursor' &&
      ending?.signOfMore === true &&
      pass.pages === 0
    ) {
      throw wrongPage(
        { url },
        `has no ${config.nextCursorPath ?? ''}, and a sign of more items, so there are more pages than this one`,
        'nextCursorPath',
      );
    }
    const total = totalOf(config, facts);
    const read = pass.items + items.length;
    const changed = total !== undefined && pass.total !== null && pass.total !== String(total);
    const ended = following.kind === 'end';
    const short = ended && total !== undefined && read < total;
    // An empty page may have links to further empty pages.
    const contradicted = ended && items.length > 0 && ending?.signOfMore === true;
    return {
      bytes,
      items,
      following,
      next: following.kind === 'next' ? page.storable(following.cursor) : null,
      validator: pass.pages === 0 && ended && !contradicted ? ending?.validator : undefined,
      pass: {
        ...pass,
        ...(following.kind === 'next' && paging.style === 'cursor'
          ? rememberedCursor(pass, following.cursor, { url })
          : {}),
        pages: pass.pages + 1,
        items: read,
        firstPageItems: pass.firstPageItems ?? items.length,
        total: total === undefined ? pass.total : String(total),
        isWhole: pass.isWhole && !changed && !short && !contradicted,
        pageHash,
      },
    };
  }

  /** Embeds the new chunks of a page outside of any transaction, and then stores everything in one. */
  async #store(
    config: KnowledgeConfig,
    before: Pass,
    { bytes, items, following, next, validator, pass }: PageOfPass,
    signal: AbortSignal,
  ): Promise<PageResult> {
    const source = this.#source;
    const { database, columns, embedder, log, clock } = this.#ports;
    const { title, roles, tenantId } = source;
    const chunks = await chunksOfPage({ bytes, items }, { config, title, itemsBefore: before.items, log });
    const embedded = await embeddedPage(
      database.knex,
      source.id,
      chunks,
      { embedder, budget: this.#budget },
      signal,
    );
    signal.throwIfAborted();
    const isStale = chunks.length > 0 && isKnownInPass(embedded, pass.number);
    const stalePages = stalePagesAfter(before, { isStale, url: this.#url });
    const added = before.added + embedded.added.length;
    const now = clock.now().toISOString();
    const scope = { tenantId, sourceId: source.id, roles, embedder: embedder.name, pass: pass.number };
    const done = following.kind === 'end';
    return await this.#transaction(async (transaction) => {
      await moveCursor(transaction, source, this.#cursor, {
        tenant_id: tenantId,
        next_cursor: next,
        page_count: pass.pages,
        item_count: pass.items,
        last_http_status: this.#sent.status,
        last_synced_at: now,
        last_error: null,
        pass: pass.number,
        pass_started_at: pass.startedAt,
        pass_completed_at: done ? now : null,
        pass_is_whole: pass.isWhole,
        config_hash: listingHash(config),
        known_cursor: pass.knownCursor,
        known_cursor_page: pass.knownCursorPage,
        first_page_items: pass.firstPageItems,
        pass_total: pass.total,
        page_hash: pass.pageHash,
        stale_pages: stalePages,
        added_count: added,
        embedder: embedder.name,
        ...validatorColumns(validator, this.#contentOf(config)),
      });
      await this.#followTenant(transaction);
      const day = now.slice(0, 'YYYY-MM-DD'.length);
      let refused = await storeChunks(transaction, columns, source, scope, { chunks, embedded, day });
      const left = done
        ? await letMissingLeave(transaction, source, { ...pass, added }, this.#options.allowDeletes)
        : NOTHING_LEFT;
      if (done && pass.isWhole) refused = await forgetRefused(transaction, scope);
      await transaction('kb_rest_cursors')
        .where({ source_id: source.id })
        .update({
          last_status: left.holdReason === null ? 'ok' : 'held',
          set_aside_count: refused,
          // A hold is shown until the next pass ends.
          ...(done && { held_count: left.held, hold_reason: left.holdReason }),
        });
      return this.#result({ items: items.length, done, next, embedded, left });
    });
  }

  #result({
    items,
    done,
    next,
    embedded,
    left,
  }: {
    items: number;
    done: boolean;
    next: string | null;
    embedded: EmbeddedPage;
    left: Departure;
  }): PageResult {
    const { added, replaced, known, refused, refusedBefore } = embedded;
    return {
      done,
      items,
      next,
      url: this.#redactor.redact(this.#url),
      status: this.#sent.status ?? 0,
      counts: {
        added: added.length + replaced.length,
        known: known.length,
        deleted: left.deleted,
        held: left.held,
        setAside: refused.length + refusedBefore.length,
      },
      holdReason: left.holdReason,
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
    return {
      done: true,
      items: 0,
      next: null,
      url: this.#redactor.redact(this.#url),
      status: this.#sent.status ?? 0,
      counts: { added: 0, known: 0, deleted: 0, held: 0, setAside: 0 },
      holdReason: null,
      embedder: this.#ports.embedder.name,
    };
  }

  /** Another program may have given the source to another tenant. */
  async #followTenant(transaction: Parameters<FencedLease['requireFence']>[0]): Promise<void> {
    const { id, tenantId } = this.#source;
    if (this.#cursor !== undefined && String(this.#cursor.tenant_id) !== tenantId)
      await moveToTenant(transaction, id, tenantId);
  }

  /** The validator of the last pass, if the response to it stands for everything that this pass would store. */
  #knownValidator(config: KnowledgeConfig): Validator | undefined {
    const { restart = false } = this.#options;
    const cursor = this.#cursor;
    if (cursor === undefined || restart) return undefined;
    const { validator_for, validator_etag, validator_last_modified, held_count } = cursor;
    if (validator_for !== this.#contentOf(config) || (held_count ?? 0) > 0) return undefined;
    const asks = (name: string | null | undefined) => name !== undefined && name !== null && name !== '';
    if (validator_etag !== null && asks(config.ifNoneMatchHeader)) return { etag: validator_etag };
    if (validator_last_modified !== null && asks(config.ifModifiedSinceHeader))
      return { lastModified: validator_last_modified };
    return undefined;
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

/** A page with what follows from it for the pass. */
interface PageOfPass extends Pick<ReadItems, 'bytes' | 'items'> {
  readonly following: Following;
  /** The next cursor in the form that is stored. */
  readonly next: string | null;
  readonly validator: Validator | undefined;
  readonly pass: Pass;
}

/** A short page is not the last one if its response says that there is more. */
function continued(following: Following, signOfMore: boolean): Following {
  if (following.kind === 'next' || !signOfMore || following.otherwise === null) return following;
  return { kind: 'next', cursor: following.otherwise };
}

function isKnownInPass({ added, replaced, known, refused }: EmbeddedPage, pass: number): boolean {
  const hasNew = added.length > 0 || replaced.length > 0 || refused.length > 0;
  return !hasNew && known.length > 0 && known.every((chunk) => chunk.pass === pass);
}

function validatorColumns(validator: Validator | undefined, content: string): CursorChange {
  return {
    validator_etag: validator !== undefined && 'etag' in validator ? validator.etag : null,
    validator_last_modified:
      validator !== undefined && 'lastModified' in validator ? validator.lastModified : null,
    validator_for: validator === undefined ? null : content,
  };
}
