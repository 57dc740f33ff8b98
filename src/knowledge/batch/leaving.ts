import type { Knex } from 'knex';
import { decideDeletes } from '../../pipeline/guard.ts';
import type { Source } from '../source/source.ts';
import { countChunks, deleteEmptyDocuments, deleteMissing } from '../store/chunks.ts';
import type { Pass } from './pass.ts';

/** What became of the chunks that a complete pass did not have. */
export interface Departure {
  readonly deleted: number;
  readonly held: number;
  readonly holdReason: string | null;
}

/**
 * Deletes the chunks that a complete pass did not have, all or none: a listing that shrank suspiciously, or that had a sign of
 * missing items, deletes nothing until an operator or another pass decides.
 * @param pass with the last page
 */
export async function letMissingLeave(
  transaction: Knex.Transaction,
  { id, deleteLimit }: Pick<Source, 'id' | 'deleteLimit'>,
  { number, items, added, isWhole }: Pick<Pass, 'number' | 'items' | 'added' | 'isWhole'>,
  allowDeletes: number | undefined,
): Promise<Departure> {
  const { all, missing } = await countChunks(transaction, id, number);
  const decision = decideDeletes({
    policy: 'auto_delete_missing',
    missing,
    known: all - added,
    seen: items,
    unidentified: 0,
    truncated: !isWhole,
    limit: deleteLimit,
    allowDeletes,
    nouns: 'chunks',
  });
  if (decision.action === 'hold') return { deleted: 0, held: missing, holdReason: decision.reason };
  if (decision.action === 'apply') await deleteMissing(transaction, id, number);
  else await deleteEmptyDocuments(transaction, id);
  return { deleted: missing, held: 0, holdReason: null };
}
