import type { RecordIdentity } from '../../pipeline/ports/check-state-port.ts';
import { CHECK_IDS_PER_STATEMENT, CHECK_RECORDS_PER_PAGE } from '../limits.ts';
import { recordQueries } from '../run/engine-queries.ts';
import { isInDoubt } from '../run/records/checksum.ts';
import type { StateDatabase } from '../state-database.ts';

interface Answer {
  readonly doc_id: string;
  readonly soft_deleted: number;
  readonly checksum: string;
}

/** Pages by primary key, so that a slow reader holds no transaction open. */
export async function* recordIdentities(
  { knex, kind, dialect }: StateDatabase,
  connectorId: string,
  target: string,
): AsyncIterable<RecordIdentity[]> {
  const scope = await knex('connector_checkpoints')
    .where({ kind, connector_id: connectorId, target })
    .first('id');
  if (scope === undefined) return;
  const { checksumHex } = recordQueries(dialect);
  let after = '';
  for (;;) {
    const rows: Answer[] = await knex('record_state')
      .where({ scope_id: scope.id })
      .andWhere('doc_id', '>', after)
      .orderBy('doc_id')
      .limit(CHECK_RECORDS_PER_PAGE)
      .select('doc_id', 'soft_deleted', knex.raw(`${checksumHex} as checksum`));
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ doc_id, checksum, soft_deleted }) => ({
      docId: doc_id,
      standing: isInDoubt(checksum) ? 'in_doubt' : soft_deleted !== 0 ? 'soft_deleted' : 'sent',
    }));
    after = last.doc_id;
  }
}

/** Returns those of these ids that the connector's other targets have a record of. */
export async function knownElsewhere(
  { knex, kind }: StateDatabase,
  connectorId: string,
  target: string,
  docIds: readonly string[],
): Promise<string[]> {
  const others = await knex('connector_checkpoints')
    .where({ kind, connector_id: connectorId })
    .whereNot({ target })
    .pluck('id');
  if (others.length === 0) return [];
  const known = new Set<string>();
  for (let at = 0; at < docIds.length; at += CHECK_IDS_PER_STATEMENT) {
    const ids: string[] = await knex('record_state')
      .whereIn('scope_id', others)
      .whereIn('doc_id', docIds.slice(at, at + CHECK_IDS_PER_STATEMENT))
      .pluck('doc_id');
    for (const id of ids) known.add(id);
  }
  return [...known];
}
