import { PUSH_PURGE_BATCHES, PUSH_TOMBSTONE_DAYS } from '../limits.ts';
import type { Database } from '../../database/database.ts';

/**
 * Deletes the versions of documents that were deleted long ago. Skips rows that a push is about to change; the next call deletes
 * them.
 */
export async function purgeTombstones({ knex, dialect }: Database): Promise<void> {
  const oldest = `${dialect.clockMs} - ${PUSH_TOMBSTONE_DAYS * 86_400_000}`;
  for (;;) {
    const expired = knex('push_versions')
      .where({ op: 'DELETE' })
      .where('noted_ms', '<=', knex.raw(oldest))
      .orderBy('noted_ms')
      .limit(PUSH_PURGE_BATCHES)
      .select('connector_id', 'doc_id');
    const some = dialect.rowLocks ? expired.forUpdate().skipLocked() : expired;
    const purged = await knex('push_versions').whereIn(['connector_id', 'doc_id'], some).delete();
    if (purged < PUSH_PURGE_BATCHES) return;
  }
}
