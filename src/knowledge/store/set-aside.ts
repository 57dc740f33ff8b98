import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { CHUNKS_PER_STATEMENT, HASHES_PER_STATEMENT } from '../limits.ts';
import { slices } from './columns.ts';

interface SetAsideTable {
  id: string;
  source_id: string;
  content_hash: string;
  item: string;
  embedder: string;
  reason: string;
  pass: number;
}

declare module 'knex/types/tables.js' {
  interface Tables {
    kb_set_aside: SetAsideTable;
  }
}

/** A text that the embedding API refuses. */
export interface RefusedText {
  readonly hash: string;
  /** The item that has the text: its id, or its position in the listing. */
  readonly item: string;
  readonly reason: string;
}

interface Scope {
  readonly sourceId: string;
  readonly embedder: string;
  readonly pass: number;
}

/** Returns those of the hashes whose texts this embedder refused before. */
export async function refusedHashes(
  knex: Knex,
  { sourceId, embedder }: Pick<Scope, 'sourceId' | 'embedder'>,
  hashes: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const some of slices(hashes, HASHES_PER_STATEMENT)) {
    const rows = await knex('kb_set_aside')
      .where({ source_id: sourceId, embedder })
      .whereIn('content_hash', [...some])
      .select('content_hash');
    for (const { content_hash } of rows) found.add(content_hash);
  }
  return found;
}

/** Stores refused texts, and gives those that are known the mark of the pass. @returns the number of all refused texts of the source */
export async function storeRefused(
  transaction: Knex.Transaction,
  { sourceId, embedder, pass }: Scope,
  { refused, known }: { readonly refused: readonly RefusedText[]; readonly known: readonly string[] },
): Promise<number> {
  for (const some of slices(refused, CHUNKS_PER_STATEMENT)) {
    await transaction('kb_set_aside').insert(
      some.map(({ hash, item, reason }) => ({
        id: randomUUID(),
        source_id: sourceId,
        content_hash: hash,
        item,
        embedder,
        reason,
        pass,
      })),
    );
  }
  for (const some of slices(known, HASHES_PER_STATEMENT)) {
    await transaction('kb_set_aside')
      .where({ source_id: sourceId, embedder })
      .whereIn('content_hash', [...some])
      .update({ pass });
  }
  return countRefused(transaction, { sourceId, embedder });
}

/** Forgets the refused texts that a whole pass did not have, and those of other embedders. @returns the number of the others */
export async function forgetRefused(
  transaction: Knex.Transaction,
  { sourceId, embedder, pass }: Scope,
): Promise<number> {
  await transaction('kb_set_aside')
    .where({ source_id: sourceId })
    .where((either) => either.whereNot({ pass }).orWhereNot({ embedder }))
    .delete();
  return countRefused(transaction, { sourceId, embedder });
}

async function countRefused(
  transaction: Knex.Transaction,
  { sourceId, embedder }: Pick<Scope, 'sourceId' | 'embedder'>,
): Promise<number> {
  const row: { count: number | string } | undefined = await transaction('kb_set_aside')
    .where({ source_id: sourceId, embedder })
    .first(transaction.raw('count(*) as count'));
  return Number(row?.count ?? 0);
}
