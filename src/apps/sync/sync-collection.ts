import { toBridgeError, type BridgeError } from '../../core/errors.ts';
import type { AppCollection, AppSpec } from '../../definitions/app/types.ts';
import type { CollectionReader, EntityPage, ReadingEnd } from '../collection-reader.ts';
import type { CollectionState } from '../store/engine.ts';
import { EntityStore, type StoredPage } from '../store/entity-store.ts';
import type { CollectionResult, SyncMode, SyncRequest } from '../sync-result.ts';
import { CollectionRemarks } from './collection-remarks.ts';
import { DeleteLog } from './delete-log.ts';
import { DELETE_BATCH_RECORDS } from '../limits.ts';
import { deleteMissing } from './delete-missing.ts';
import { listAgain } from './list-again.ts';
import { pagesAhead } from './pages-ahead.ts';
import { SeenIds } from './seen-ids.ts';
import { endsSync, type SyncPorts } from './ports.ts';
import { noCounts, type Problems } from './tally.ts';

interface CollectionJob {
  readonly appKey: string;
  readonly spec: Pick<AppSpec, 'apiVersion'>;
  readonly collection: AppCollection;
  readonly reader: CollectionReader;
  readonly request: SyncRequest;
}

export interface CollectionOutcome {
  readonly result: CollectionResult;
  readonly failure: BridgeError | undefined;
}

interface Reading {
  readonly mode: SyncMode;
  readonly since: Date | undefined;
}

/**
 * Syncs one collection. Pages are stored as they come; `last_synced_at` moves with the last one, and only if every record was
 * stored.
 */
export class CollectionSync {
  readonly #job: CollectionJob;
  readonly #ports: SyncPorts;
  readonly #remarks: CollectionRemarks;
  readonly #store: EntityStore;
  readonly #seen = new SeenIds();
  readonly #counts = noCounts();
  readonly #deletes: DeleteLog;
  #read = 0;
  #unidentified = 0;
  #pages = 0;
  #holdReason: string | null = null;
  #state: CollectionState | undefined;

  constructor(job: CollectionJob, ports: SyncPorts, problems: Problems) {
    this.#job = job;
    this.#ports = ports;
    const { appKey, collection, spec } = job;
    this.#store = new EntityStore(
      ports.database,
      { appKey, collectionKey: collection.key },
      { lease: ports.lease, apiVersion: spec.apiVersion ?? null, ignoreFields: collection.ignoreFields },
    );
    this.#remarks = new CollectionRemarks(collection.key, { log: ports.log, problems, counts: this.#counts });
    this.#deletes = new DeleteLog(ports.log, collection.key);
  }

  /** @throws BridgeError that ends the whole sync, see `endsSync` */
  async run(signal: AbortSignal): Promise<CollectionOutcome> {
    const reading = await this.#reading();
    let failure: BridgeError | undefined;
    try {
      await this.#sync(reading, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      failure = toBridgeError(thrown);
      if (endsSync(failure)) throw failure;
      this.#remarks.failed(failure);
    } finally {
      this.#deletes.finish();
    }
    return { result: this.#result(reading), failure };
  }

  /** Without earlier state everything is read, whatever was asked for. */
  async #reading(): Promise<Reading> {
    const { reader, request, collection } = this.#job;
    const state = await this.#store.state();
    if (request.mode === 'full') return { mode: 'full', since: undefined };
    const since = state?.lastSyncedAt;
    const { mode, because } =
      state?.metadata['deletes_pending'] === true
        ? { mode: 'full' as const, because: 'the last full sync ended before its deletes' }
        : reader.modeFor('incremental', since, this.#ports.clock.now());
    if (mode === 'incremental' && since !== undefined) return { mode, since };
    const reason = since === undefined ? 'it has not been synced before' : because;
    this.#ports.log.info('the collection is synced in full', { collection: collection.key, reason });
    return { mode: 'full', since: undefined };
  }

  async #sync({ mode, since }: Reading, signal: AbortSignal): Promise<void> {
    const startedAt = this.#ports.clock.now();
    const isFull = mode === 'full';
    const untouchedSince = isFull ? await this.#store.now() : undefined;
    let answered: Date | undefined;
    for await (const { page, end } of pagesAhead(this.#job.reader.read(since, signal))) {
      signal.throwIfAborted();
      if (this.#pages === 0) answered = page?.answered;
      if (end?.incomplete !== undefined) this.#remarks.incomplete(end.incomplete, isFull);
      const lastSyncedAt = earlier(startedAt, answered);
      await this.#storePage(page ?? NO_PAGE, end, { mode, lastSyncedAt, untouchedSince });
      if (page !== undefined) this.#pages++;
      if (end === undefined || end.partial || untouchedSince === undefined) continue;
      const incomplete = end.incomplete ?? (await this.#moved(end, untouchedSince, signal));
      await this.#deleteMissing(incomplete, untouchedSince, signal);
    }
    await this.#storeCounts(mode);
  }

  async #storePage(
    page: EntityPage,
    end: ReadingEnd | undefined,
    {
      mode,
      lastSyncedAt,
      untouchedSince,
    }: Omit<Reading, 'since'> & {
      readonly lastSyncedAt: Date;
      readonly untouchedSince: string | undefined;
    },
  ): Promise<void> {
    this.#unidentified += this.#remarks.unusable(page);
    this.#read += page.records.length + page.unusable.length;
    const isEmpty = end !== undefined && (await this.#isEmptyByMistake(untouchedSince));
    // A complete listing that is empty is held by the guard of deletes.
    if (isEmpty && end.partial) this.#remarks.incomplete('it has no entities, although some are known', true);
    const isWhole = end !== undefined && this.#counts.errors === 0 && !isEmpty;
    const metadata = { run_id: this.#ports.runId, mode, ...(mode === 'full' && { deletes_pending: true }) };
    const state = isWhole ? { lastSyncedAt, metadata } : undefined;
    const stored = await this.#store.storePage(page, state);
    if (stored.refused.length === 0) this.#state = state;
    this.#count(stored);
  }

  /** Whether a full listing was empty although entities are known. */
  async #isEmptyByMistake(untouchedSince: string | undefined): Promise<boolean> {
    if (untouchedSince === undefined || this.#read > 0) return false;
    for await (const ids of this.#store.untouchedIds(untouchedSince, 1)) return ids.length > 0;
    return false;
  }

  /** Lists a collection of several pages again if entities are missing. @returns why that proves nothing */
  async #moved({ inPages }: ReadingEnd, since: string, signal: AbortSignal): Promise<string | undefined> {
    if (inPages !== true) return undefined;
    const { reader } = this.#job;
    const listings = {
      reader,
      first: this.#seen,
      store: async (page: EntityPage) => {
        this.#count(await this.#store.storePage(page));
      },
      anyMissing: () => this.#anyMissing(since),
    };
    const reason = await listAgain(listings, signal);
    if (reason !== undefined) this.#remarks.incomplete(reason, true);
    return reason;
  }

  async #anyMissing(since: string): Promise<boolean> {
    for await (const ids of this.#store.untouchedIds(since, DELETE_BATCH_RECORDS))
      if (ids.some((id) => !this.#seen.has(id))) return true;
    return false;
  }

  async #deleteMissing(incomplete: string | undefined, since: string, signal: AbortSignal): Promise<void> {
    const { request } = this.#job;
    const counts = this.#counts;
    const { deleted, held, holdReason } = await deleteMissing(
      {
        store: this.#store,
        seen: this.#seen,
        since,
        read: this.#read,
        unidentified: this.#unidentified,
        incomplete: incomplete !== undefined,
        written: this.#ports.lease === undefined ? 0 : counts.updated,
        limit: this.#ports.deleteLimit,
        allowDeletes: request.allowDeletes,
        dryRun: request.dryRun,
      },
      this.#deletes,
      signal,
    );
    counts.deleted += deleted;
    counts.held += held;
    this.#holdReason = holdReason;
  }

  /** Writes what the sync did beside the state, if the state moved; the deletes are then no longer pending. */
  async #storeCounts(mode: SyncMode): Promise<void> {
    if (this.#state === undefined || this.#ports.lease === undefined) return;
    const { lastSyncedAt } = this.#state;
    const metadata = { run_id: this.#ports.runId, mode, pages: this.#pages, ...this.#counts };
    await this.#store.writeState({ lastSyncedAt, metadata });
  }

  #count({ created, updated, unchanged, refused, deletedIds }: StoredPage): void {
    const counts = this.#counts;
    const isPlan = this.#ports.lease === undefined;
    const isNew = (id: string) => this.#seen.add(id);
    // An id that was listed before is counted again only if it was written again.
    counts.created += isPlan ? created.filter(isNew).length : created.length;
    counts.updated += isPlan ? updated.filter(isNew).length : updated.length;
    if (!isPlan) for (const id of [...created, ...updated]) this.#seen.add(id);
    counts.unchanged += unchanged.filter(isNew).length;
    counts.deleted += deletedIds.length;
    this.#deletes.add(deletedIds);
    for (const { externalId } of refused) this.#seen.add(externalId);
    this.#remarks.refused(refused);
    this.#ports.progress(this.#job.collection.key, { ...this.#counts });
  }

  #result({ mode }: Reading): CollectionResult {
    return {
      collectionKey: this.#job.collection.key,
      mode,
      ...this.#counts,
      pages: this.#pages,
      holdReason: this.#holdReason,
      lastSyncedAt: this.#state?.lastSyncedAt.toISOString() ?? null,
    };
  }
}

const NO_PAGE: EntityPage = { records: [], unusable: [], deletedIds: [], answered: undefined };

/** The start of the sync by the earlier of both clocks: ours may be ahead of the API's. */
function earlier(ours: Date, theirs: Date | undefined): Date {
  return theirs === undefined || ours <= theirs ? ours : theirs;
}
