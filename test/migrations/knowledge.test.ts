import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrations.ts';
import { knowledgePlace } from '../support/knowledge/knowledge-place.ts';
import { someProducts, startProducts } from '../stand-ins/rest/products-api.ts';
import { configFor } from '../contracts/knowledge/passes.contract.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { startPgvector } from '../support/databases/pgvector.ts';

/** Tables of the original program, as its generated types describe them, with rows. */
const ORIGINAL = `
  create table kb_sources (
    id uuid primary key default gen_random_uuid(), tenant_id uuid not null, type text not null, title text not null,
    config json, backoffice_only boolean not null default false, uri text, category text, created_by uuid,
    default_allowed_roles text[] not null default '{}', created_at timestamptz not null default now());
  create table kb_rest_cursors (
    id uuid primary key default gen_random_uuid(), tenant_id uuid not null, source_id uuid not null,
    next_cursor text, page_count int not null default 0, item_count int not null default 0, last_status text,
    last_http_status int, last_synced_at timestamptz, last_error text, created_at timestamptz not null default now());
  create table kb_docs (
    id uuid primary key default gen_random_uuid(), tenant_id uuid not null, source_id uuid, title text not null,
    status text not null, error text, content_hash text, uri text, version int not null default 1,
    created_at timestamptz not null default now());
  create table kb_chunks (
    id uuid primary key default gen_random_uuid(), tenant_id uuid not null,
    doc_id uuid not null references kb_docs (id), chunk_idx int not null, title text, content text not null,
    embedding bytea, metadata json, allowed_roles text[], created_at timestamptz not null default now(),
    unique (tenant_id, doc_id, chunk_idx));
  insert into kb_sources (id, tenant_id, type, title, config, backoffice_only) values
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000aa', 'rest', 'Old', '{"baseUrl":"https://old.invalid"}', true),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-0000000000aa', 'upload', 'Upload', null, false);
  insert into kb_rest_cursors (tenant_id, source_id, next_cursor, page_count, item_count, last_status) values
    ('00000000-0000-4000-8000-0000000000aa', '00000000-0000-4000-8000-000000000001', '50', 7, 350, 'ok'),
    ('00000000-0000-4000-8000-0000000000aa', '00000000-0000-4000-8000-000000000001', '100', 8, 400, 'ok');
  insert into kb_docs (id, tenant_id, source_id, title, status) values
    ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-0000000000aa', '00000000-0000-4000-8000-000000000001', 'Old — Sync 2025-09-09', 'ready'),
    ('00000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-0000000000aa', null, 'Handbook', 'ready');
  insert into kb_chunks (tenant_id, doc_id, chunk_idx, content, metadata, allowed_roles) values
    ('00000000-0000-4000-8000-0000000000aa', '00000000-0000-4000-8000-000000000003', 0, 'Product 1

The description of product number 1.',
      json_build_object('contentHash', encode(sha256(convert_to(E'Product 1\\n\\nThe description of product number 1.', 'UTF8')), 'hex'), 'sourceId', 'x'), '{member}'),
    ('00000000-0000-4000-8000-0000000000aa', '00000000-0000-4000-8000-000000000003', 1, 'Gone', null, '{member}'),
    ('00000000-0000-4000-8000-0000000000aa', '00000000-0000-4000-8000-000000000004', 0, 'A handbook', null, '{member}');`;
const OLD = '00000000-0000-4000-8000-000000000001';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe('the tables of knowledge sources', () => {
  test('that exist keep their rows, and their next pass takes over what it knows', async () => {
    const url = await postgres.createDatabase('taken_over');
    await postgres.query(ORIGINAL, 'taken_over');
    const before = await postgres.query(
      'select id, content, allowed_roles from kb_chunks order by content',
      'taken_over',
    );
    const api = await startProducts({ products: someProducts(3), style: 'skip' });
    const place = await knowledgePlace({ url, file: '' });
    expect(
      await postgres.query('select id, content, allowed_roles from kb_chunks order by content', 'taken_over'),
    ).toEqual(before);
    expect(await place.knowledge.sources()).toMatchObject([
      { id: OLD, name: null, documents: 1, chunks: 2, cursor: { inProgress: false, lastStatus: 'ok' } },
    ]);
    await place.database
      .knex('kb_sources')
      .where({ id: OLD })
      .update({ config: JSON.stringify(configFor(api, 'skip')) });
    const [last] = await place.pass(OLD);
    expect(last).toMatchObject({ done: true, counts: { added: 3, deleted: 1 } });
    const chunks = await place.database
      .knex('kb_chunks')
      .where({ source_id: OLD })
      .orderBy('content')
      .select<Record<string, unknown>[]>('id', 'content', 'embedder', 'allowed_roles');
    expect(chunks).toHaveLength(3);
    expect(chunks[0]).toMatchObject({
      id: before.find(({ content }) => String(content).startsWith('Product 1'))?.['id'],
      embedder: 'test-embedder',
      allowed_roles: [],
    });
    expect(
      await postgres.query(`select count(*)::int from kb_chunks where content = 'A handbook'`, 'taken_over'),
    ).toEqual([{ count: 1 }]);
    expect(await place.knowledge.remove(OLD)).toEqual({ chunks: 3, documents: 2 });
    expect(await postgres.query('select title from kb_sources', 'taken_over')).toEqual([{ title: 'Upload' }]);
    expect(await postgres.query('select content from kb_chunks', 'taken_over')).toEqual([
      { content: 'A handbook' },
    ]);
    await place.close();
    await api.close();
  });

  test('accept rows of other programs, which name only the original columns', async () => {
    const url = await postgres.createDatabase('others');
    const place = await knowledgePlace({ url, file: '' });
    await postgres.query(
      `insert into kb_sources (tenant_id, title, config) values ('t', 'Two', '{}'), ('t', 'Three', null);
       insert into kb_docs (tenant_id, title, status) values ('t', 'd', 'pending');
       insert into kb_chunks (tenant_id, doc_id, chunk_idx, content) select 't', id, 0, 'c' from kb_docs;`,
      'others',
    );
    expect((await place.knowledge.sources()).map(({ problem }) => problem)).toEqual([
      'config is not an object',
      'config.baseUrl is missing',
    ]);
    await place.close();
  });

  test('store vectors with pgvector where it exists, and the same numbers as bytes elsewhere', async () => {
    const pgvector = await startPgvector();
    const api = await startProducts({ products: someProducts(60), style: 'skip' });
    const place = await knowledgePlace({ url: pgvector.url(), file: '' });
    const id = await place.apply(configFor(api, 'skip'));
    await place.pass(id);
    expect(
      await pgvector.query(
        `select count(*)::int, min(vector_dims(embedding)) as dimensions, min(a.atttypmod) as length
         from kb_chunks, pg_attribute a where a.attrelid = 'kb_chunks'::regclass and attname = 'embedding'`,
      ),
    ).toEqual([{ count: 60, dimensions: 1536, length: 1536 }]);
    expect(await pgvector.query(`select embedding <=> embedding as distance from kb_chunks limit 1`)).toEqual(
      [{ distance: 0 }],
    );
    await place.close();
    await api.close();
    await pgvector.stop();
  });

  test('are made where neither pgvector nor any role exists', async () => {
    const url = await postgres.createDatabase('plain');
    const database: Database = await openDatabase({ url, file: '' });
    expect(await migrate(database)).toContain('20261129000004_knowledge.js');
    expect(await migrate(database)).toEqual([]);
    const [{ type } = {}] = await postgres.query(
      `select data_type as type from information_schema.columns where table_name = 'kb_chunks' and column_name = 'embedding'`,
      'plain',
    );
    expect(type).toBe('bytea');
    await database.close();
  });
});
