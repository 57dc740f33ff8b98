// @ts-check

/**
 * Tables of knowledge sources. Other programs read and insert rows too, so every column beyond the original ones is nullable or
 * has a default. A database may have these tables already: then they stay, and only missing columns are added.
 *
 * @typedef {import('knex').Knex} Knex
 * @typedef {Record<string, string>} Columns
 */

/** The column types that differ between the engines. */
const POSTGRES = {
  id: 'uuid primary key default gen_random_uuid()',
  reference: 'uuid',
  json: 'jsonb',
  texts: 'text[]',
  time: 'timestamptz',
  now: 'now()',
  boolean: 'boolean',
  true: 'true',
  bytes: 'bytea',
  double: 'double precision',
};
const SQLITE = {
  id: `text primary key default (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))`,
  reference: 'text',
  json: 'text',
  texts: 'text',
  time: 'text',
  now: `(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`,
  boolean: 'integer',
  true: '1',
  bytes: 'blob',
  double: 'real',
};

/**
 * @param {typeof POSTGRES} type
 * @param {string} embedding the type of a vector of 1,536 numbers
 * @returns {Record<string, Columns>}
 */
function tables(type, embedding) {
  return {
    kb_sources: {
      id: type.id,
      tenant_id: 'text not null',
      type: `text not null default 'rest'`,
      title: 'text not null',
      config: type.json,
      backoffice_only: `${type.boolean} not null default ${type.true}`,
      uri: 'text',
      category: 'text',
      created_by: 'text',
      default_allowed_roles: type.texts,
      created_at: `${type.time} not null default ${type.now}`,
      // The metadata.name of the YAML file; null for a source that another program inserted.
      name: 'text',
      delete_limit_count: 'integer',
      delete_limit_ratio: type.double,
    },
    kb_rest_cursors: {
      id: type.id,
      tenant_id: 'text not null',
      source_id: `${type.reference} not null references kb_sources (id) on delete cascade`,
      next_cursor: 'text',
      page_count: 'integer not null default 0',
      item_count: 'integer not null default 0',
      last_status: 'text',
      last_http_status: 'integer',
      last_synced_at: type.time,
      last_error: 'text',
      created_at: `${type.time} not null default ${type.now}`,
      // The number of the pass that is in progress, or of the last one.
      pass: 'integer not null default 0',
      pass_started_at: type.time,
      // Null while a pass is in progress, and before the first one.
      pass_completed_at: type.time,
      // Whether every page of the pass was read without a sign of missing items.
      pass_is_whole: `${type.boolean} not null default ${type.true}`,
      // A hash of what defines the listing: another value ends the pass.
      config_hash: 'text',
      // A cursor of the pass and its page, to find a cursor that repeats with constant memory.
      known_cursor: 'text',
      known_cursor_page: 'integer',
      // The number of items on the first page of the pass: a later page with fewer is short, whatever size was requested.
      first_page_items: 'integer',
      // The total that the API reported in this pass, as text: another value means that the listing changed.
      pass_total: 'text',
      // A hash of the items of the last page, and how many pages without a new chunk precede it.
      page_hash: 'text',
      stale_pages: 'integer not null default 0',
      // The number of chunks that this pass added.
      added_count: 'integer not null default 0',
      validator_etag: 'text',
      validator_last_modified: 'text',
      // A hash of everything that decides what a pass stores: the validator is only valid for the same.
      validator_for: 'text',
      held_count: 'integer',
      hold_reason: 'text',
      embedder: 'text',
      set_aside_count: 'integer not null default 0',
    },
    kb_docs: {
      id: type.id,
      tenant_id: 'text not null',
      source_id: `${type.reference} references kb_sources (id) on delete cascade`,
      title: 'text not null',
      status: `text not null default 'ready'`,
      error: 'text',
      content_hash: 'text',
      uri: 'text',
      version: 'integer not null default 1',
      created_at: `${type.time} not null default ${type.now}`,
      // One of the two: the day of a daily document (YYYY-MM-DD, UTC), or the id of the item.
      sync_day: 'text',
      item_id: 'text',
    },
    kb_chunks: {
      id: type.id,
      tenant_id: 'text not null',
      doc_id: `${type.reference} not null references kb_docs (id) on delete cascade`,
      chunk_idx: 'integer not null',
      title: 'text',
      content: 'text not null',
      embedding,
      metadata: type.json,
      allowed_roles: type.texts,
      created_at: `${type.time} not null default ${type.now}`,
      source_id: type.reference,
      content_hash: 'text',
      embedder: 'text',
      // The number of the last pass that had the chunk.
      pass: 'integer not null default 0',
    },
    // Texts that the embedding API refuses, so that they are not sent again in every pass.
    kb_set_aside: {
      id: type.id,
      source_id: `${type.reference} not null references kb_sources (id) on delete cascade`,
      content_hash: 'text not null',
      item: 'text not null',
      embedder: 'text not null',
      reason: 'text not null',
      pass: 'integer not null default 0',
      created_at: `${type.time} not null default ${type.now}`,
    },
  };
}

const INDEXES = [
  'create unique index if not exists kb_sources_name on kb_sources (name) where name is not null',
  'create index if not exists kb_rest_cursors_source on kb_rest_cursors (source_id)',
  'create index if not exists kb_docs_source on kb_docs (source_id)',
  'create unique index if not exists kb_docs_day on kb_docs (source_id, sync_day) where sync_day is not null',
  'create unique index if not exists kb_docs_item on kb_docs (source_id, item_id) where item_id is not null',
  'create unique index if not exists kb_chunks_place on kb_chunks (tenant_id, doc_id, chunk_idx)',
  // Deleting documents looks for their chunks.
  'create index if not exists kb_chunks_doc on kb_chunks (doc_id, chunk_idx)',
  'create index if not exists kb_chunks_hash on kb_chunks (source_id, content_hash)',
  'create unique index if not exists kb_set_aside_text on kb_set_aside (source_id, content_hash, embedder)',
];

/** @param {Knex} knex */
export async function up(knex) {
  const isPostgres = knex.client.driverName === 'pg';
  const type = isPostgres ? POSTGRES : SQLITE;
  const embedding = isPostgres && (await hasPgvector(knex)) ? 'vector(1536)' : type.bytes;
  for (const [table, columns] of Object.entries(tables(type, embedding))) {
    const existing = Object.keys(await knex(table).columnInfo());
    if (existing.length === 0) await create(knex, table, columns);
    else await addMissing(knex, table, columns, existing);
  }
  if (isPostgres) await nameSources(knex);
  for (const index of INDEXES) await knex.raw(index);
}

/** @param {Knex} knex */
export async function down(knex) {
  for (const table of ['kb_set_aside', 'kb_chunks', 'kb_docs', 'kb_rest_cursors', 'kb_sources'])
    await knex.raw(`drop table ${table}`);
}

/**
 * The extension is not created here: that needs a privilege that the owner of a schema seldom has.
 *
 * @param {Knex} knex
 */
async function hasPgvector(knex) {
  const { rows } = await knex.raw(`select to_regtype('vector') is not null as found`);
  return rows[0].found;
}

/**
 * @param {Knex} knex
 * @param {string} table
 * @param {Columns} columns
 */
async function create(knex, table, columns) {
  const list = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  await knex.raw(`create table ${table} (${list.join(', ')})`);
}

/**
 * Rows that exist have no value for a new column, so only a column with a default is `not null`.
 *
 * @param {Knex} knex
 * @param {string} table
 * @param {Columns} columns
 * @param {string[]} existing
 */
async function addMissing(knex, table, columns, existing) {
  for (const [name, type] of Object.entries(columns)) {
    if (existing.includes(name)) continue;
    const added = type.includes('default') ? type : type.replace('not null ', '').replace(' not null', '');
    await knex.raw(`alter table ${table} add column ${name} ${added}`);
  }
}

/**
 * Chunks that another program wrote have the source and the hash of their text in `metadata` only.
 *
 * @param {Knex} knex
 */
async function nameSources(knex) {
  await knex.raw(`
    update kb_chunks
    set source_id = kb_docs.source_id, content_hash = kb_chunks.metadata ->> 'contentHash'
    from kb_docs
    where kb_docs.id = kb_chunks.doc_id and kb_chunks.source_id is null and kb_docs.source_id is not null`);
}
