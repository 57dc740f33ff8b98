import { decideDeletes } from '../../pipeline/guard.ts';
import type { DeleteLimit } from '../../pipeline/ports/job.ts';
import { DELETE_BATCH_RECORDS } from '../limits.ts';
import type { EntityStore } from '../store/entity-store.ts';
import type { DeleteLog } from './delete-log.ts';
import type { SeenIds } from './seen-ids.ts';

interface FullListing {
  readonly store: EntityStore;
  readonly seen: SeenIds;
  /** When the sync began, by the clock of the database. */
  readonly since: string;
  /** The number of records that were read. */
  readonly read: number;
  /** The number of records without a usable id. */
  readonly unidentified: number;
  readonly incomplete: boolean;
  /** The number of known entities that the sync has written, which are therefore not among the untouched ones. */
  readonly written: number;
  readonly limit: DeleteLimit;
  readonly allowDeletes: number | undefined;
  readonly dryRun: boolean;
}

export interface MissingEntities {
  readonly deleted: number;
  readonly held: number;
  readonly holdReason: string | null;
}

/**
 * Deletes the entities that a full listing does not have, all or nothing. An entity that another program has written since the sync
 * began stays: it may be newer than the listing.
 */
export async function deleteMissing(
  listing: FullListing,
  log: DeleteLog,
  signal: AbortSignal,
): Promise<MissingEntities> {
  const { store, seen, since, dryRun } = listing;
  let known = listing.written;
  let missing = 0;
  for await (const ids of store.untouchedIds(since, DELETE_BATCH_RECORDS)) {
    known += ids.length;
    missing += ids.filter((id) => !seen.has(id)).length;
  }
  const decision = decideDeletes({
    policy: 'auto_delete_missing',
    missing,
    known,
    seen: listing.read,
    unidentified: listing.unidentified,
    truncated: listing.incomplete,
    limit: listing.limit,
    allowDeletes: listing.allowDeletes,
    nouns: 'entities',
  });
  if (decision.action === 'hold') return { deleted: 0, held: missing, holdReason: decision.reason };
  if (decision.action === 'none') return { deleted: 0, held: 0, holdReason: null };
  if (dryRun) return { deleted: missing, held: 0, holdReason: null };
  let deleted = 0;
  for await (const ids of store.untouchedIds(since, DELETE_BATCH_RECORDS)) {
    signal.throwIfAborted();
    const gone = ids.filter((id) => !seen.has(id));
    if (gone.length === 0) continue;
    const removed = await store.removeUntouched(gone, since);
    deleted += removed.length;
    log.add(removed);
  }
  return { deleted, held: 0, holdReason: null };
}
