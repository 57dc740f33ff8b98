import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { BridgeError } from '../../core/errors.ts';
import type { KnowledgeSource } from '../../definitions/knowledge-source/types.ts';
import { canonical } from '../source/config-hash.ts';
import { jsonIn, textsIn, type Columns } from './columns.ts';
import type { SourceTable } from './tables.ts';

/** Finds a row by its id or by the name of its YAML file. @throws BridgeError KNOWLEDGE_SOURCE_UNKNOWN */
export async function findSource(knex: Knex, idOrName: string): Promise<SourceTable> {
  // A uuid column refuses to be compared with another text. An index is not needed: there are few sources.
  const isId = knex.raw('cast(id as text) = ?', [idOrName]);
  const row: SourceTable | undefined = await knex('kb_sources')
    .where({ type: 'rest' })
    .where((either) => either.where(isId).orWhere({ name: idOrName }))
    .orderByRaw('case when cast(id as text) = ? then 0 else 1 end', [idOrName])
    .first();
  if (row !== undefined) return row;
  throw new BridgeError(
    'KNOWLEDGE_SOURCE_UNKNOWN',
    `There is no knowledge source ${JSON.stringify(idOrName)}.`,
    {
      hint: 'Run `gemini-sync-bridge kb list` to see the ids and names, or create the source with `kb apply`.',
    },
  );
}

/**
 * Inserts or updates the row of a definition. A new tenant applies to the stored documents and chunks too.
 * @returns the id of the row, and what was done
 */
export async function applyDefinition(
  knex: Knex,
  columns: Columns,
  { metadata, spec }: KnowledgeSource,
): Promise<{ readonly id: string; readonly action: 'created' | 'updated' | 'unchanged' }> {
  const { name } = metadata;
  const {
    type,
    title,
    tenantId,
    backofficeOnly = true,
    defaultAllowedRoles = null,
    deleteLimit,
    config,
  } = spec;
  const values = {
    type,
    title,
    tenant_id: tenantId,
    backoffice_only: backofficeOnly,
    config: JSON.stringify(config),
    default_allowed_roles: columns.texts(defaultAllowedRoles),
    delete_limit_count: deleteLimit?.count ?? null,
    delete_limit_ratio: deleteLimit?.ratio ?? null,
  };
  return knex.transaction(async (transaction) => {
    const table = () => transaction<Record<string, unknown>>('kb_sources');
    const inserted = { id: randomUUID(), name, ...values };
    // Two processes may apply the same file at once; the one that loses finds the row of the other.
    const isNew = await table()
      .insert(inserted)
      .onConflict(transaction.raw('(name) where name is not null'))
      .ignore()
      .returning('id');
    if (isNew.length > 0) return { id: inserted.id, action: 'created' };
    const row = await transaction('kb_sources').where({ name }).first();
    if (row === undefined) throw new Error(`The knowledge source ${name} vanished while it was applied.`);
    const { id } = row;
    if (contentOf(row) === wantedOf(spec)) return { id, action: 'unchanged' };
    await table().where({ id }).update(values);
    if (String(row.tenant_id) !== tenantId) await moveToTenant(transaction, id, tenantId);
    return { id, action: 'updated' };
  });
}

/** Gives everything that is stored of a source to a tenant. */
export async function moveToTenant(
  transaction: Knex.Transaction,
  sourceId: string,
  tenantId: string,
): Promise<void> {
  for (const table of ['kb_rest_cursors', 'kb_docs', 'kb_chunks'] as const) {
    await transaction(table).where({ source_id: sourceId }).update({ tenant_id: tenantId });
  }
}

function contentOf(row: SourceTable): string {
  return canonical([
    row.type,
    row.title,
    String(row.tenant_id),
    Boolean(row.backoffice_only),
    jsonIn(row.config),
    textsIn(row.default_allowed_roles) ?? null,
    row.delete_limit_count,
    row.delete_limit_ratio,
  ]);
}

function wantedOf({
  type,
  title,
  tenantId,
  backofficeOnly = true,
  defaultAllowedRoles,
  deleteLimit,
  config,
}: KnowledgeSource['spec']): string {
  return canonical([
    type,
    title,
    tenantId,
    backofficeOnly,
    config,
    defaultAllowedRoles ?? null,
    deleteLimit?.count ?? null,
    deleteLimit?.ratio ?? null,
  ]);
}

/** Deletes chunks, documents, refused texts, cursor and source. */
export async function deleteSource(
  transaction: Knex.Transaction,
  sourceId: string,
): Promise<{ readonly chunks: number; readonly documents: number }> {
  const ofSource = { source_id: sourceId };
  const documentIds = transaction('kb_docs').where(ofSource).select('id');
  const chunks = await transaction('kb_chunks').where(ofSource).orWhereIn('doc_id', documentIds).delete();
  const documents = await transaction('kb_docs').where(ofSource).delete();
  await transaction('kb_set_aside').where(ofSource).delete();
  await transaction('kb_rest_cursors').where(ofSource).delete();
  await transaction('kb_sources').where({ id: sourceId }).delete();
  return { chunks, documents };
}
