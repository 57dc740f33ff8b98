import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openStateDatabase } from '../../../src/state/state-database.ts';
import { startProducts, someProducts, type ProductsApi } from '../../stand-ins/rest/products-api.ts';
import { startOpenAi } from '../../stand-ins/openai/openai-stand-in.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { parsedObject } from '../../support/files/json.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { runHere } from '../../support/processes/run-here.ts';

const folders = temporaryFolders();
let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  folders.removeAll();
});

const TEST_MS = 120_000;

describe.each(['SQLite', 'Postgres'] as const)('kb on %s', (engine) => {
  let api: ProductsApi;
  let cwd: string;
  let env: Record<string, string>;
  let databases = 0;

  beforeEach(async () => {
    api = await startProducts({ products: someProducts(130), style: 'skip' });
    cwd = folders.make();
    databases++;
    env = engine === 'SQLite' ? {} : { DATABASE_URL: await postgres.createDatabase(`kb_${databases}`) };
    await kb([], {}, ['migrate']);
    write('products', api.url);
  });
  afterEach(async () => {
    await api.close();
  });

  async function kb(
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
    command = ['kb', ...args],
  ) {
    return runHere(command, { cwd, env: { ...env, ...variables } });
  }
  async function json(...args: string[]) {
    const { stdout, stderr, exitCode } = await kb([...args, '--json']);
    return {
      exitCode,
      value: parsedObject(stdout) ?? {},
      lastLine: parsedObject(stderr.trim().split('\n').at(-1) ?? ''),
    };
  }
  function write(name: string, baseUrl: string, title = 'Products') {
    const file = `${name}.yaml`;
    writeFileSync(
      join(cwd, file),
      `apiVersion: sync.gemini.io/v1alpha1
kind: KnowledgeSource
metadata:
  name: ${name}
spec:
  type: rest
  title: ${title}
  tenantId: acme
  config:
    baseUrl: ${baseUrl}
    cursorParam: skip
    pageSizeParam: limit
    defaultPageSize: 50
    itemsPath: products
    currentOffsetPath: skip
    totalPath: total
    cursorStyle: offset
    textFields: [title, description]
    allowedRolesOverride: [support, admin]
`,
    );
    return file;
  }
  async function runs() {
    const database = await openStateDatabase({
      url: env['DATABASE_URL'],
      file: join(cwd, '.gemini-sync-bridge', 'state.db'),
      kind: 'knowledge_source',
      readOnly: false,
    });
    try {
      return await database.knex('run_state').orderBy('started_at').select();
    } finally {
      await database.close();
    }
  }

  test(
    'applies a file, syncs page by page, lists, searches and deletes',
    async () => {
      const applied = await json('apply', 'products.yaml');
      expect(applied).toMatchObject({
        exitCode: 0,
        value: { sources: [{ name: 'products', action: 'created' }] },
      });
      expect((await kb(['apply', 'products.yaml'])).stdout).toMatch(/^unchanged {2}products {2}\S+\n$/);

      const first = await kb(['sync', '--source', 'products']);
      expect(first).toMatchObject({ exitCode: 0 });
      expect(first.stdout).toContain('Products  SUCCESS');
      expect(first.stdout).toContain('skip=0');
      expect(first.stdout).toContain('gemini-sync-bridge kb sync --source products --until-done');
      const rest = await json('sync', '--source', 'products', '--until-done');
      expect(rest).toMatchObject({
        exitCode: 0,
        value: {
          knowledge_source: 'products',
          status: 'SUCCESS',
          done: true,
          pages: 2,
          next: null,
          counts: { pages: 2, items: 80, added: 80, unchanged: 0, deleted: 0, held: 0, set_aside: 0 },
          hold_reason: null,
          release: null,
          embedder: 'offline-hash-v1',
        },
      });
      const again = await json('sync', '--source', 'products', '--until-done');
      expect(again.value['counts']).toMatchObject({
        pages: 3,
        items: 130,
        added: 0,
        unchanged: 130,
        deleted: 0,
      });
      expect(await runs()).toMatchObject([
        { connector_id: 'products', status: 'SUCCESS' },
        { connector_id: 'products', status: 'SUCCESS' },
        { connector_id: 'products', status: 'SUCCESS' },
      ]);

      const list = await kb(['list']);
      expect(list.stdout).toMatch(/^products +acme +ok +3 +130 +130 +\d{4}-\d\d-\d\d \d\d:\d\d +Products$/m);
      const found = await json(
        'search',
        '--tenant',
        'acme',
        '--role',
        'support',
        'product 77',
        '--limit',
        '3',
      );
      expect(found).toMatchObject({ exitCode: 0, value: { embedder: 'offline-hash-v1', method: 'exact' } });
      const hits = found.value['hits'] as { content: string; document_title: string }[];
      expect(hits).toHaveLength(3);
      expect(hits[0]).toMatchObject({ content: expect.stringContaining('Product 77') as unknown });
      expect(hits[0]?.document_title).toMatch(/^Products — Sync \d{4}-\d\d-\d\d$/);
      const text = await kb(['search', '--tenant', 'acme', '--role', 'support', 'product 77']);
      expect(text.stdout).toContain('10 results  embedder offline-hash-v1, every vector compared');
      expect((await json('search', '--tenant', 'acme', '--role', 'guest', 'product')).value['hits']).toEqual(
        [],
      );

      const unconfirmed = await kb(['delete', '--source', 'products']);
      expect(unconfirmed).toMatchObject({ exitCode: 2, stdout: '' });
      expect(unconfirmed.stderr).toContain('1 document and 130 chunks');
      expect(await json('delete', '--source', 'products', '--yes')).toMatchObject({
        exitCode: 0,
        value: { name: 'products', documents: 1, chunks: 130 },
      });
      expect((await kb(['list'])).stdout).toContain('No knowledge sources exist.');
    },
    TEST_MS,
  );

  test(
    'ends with 3 when deletes are held, and with 0 when they are allowed',
    async () => {
      await kb(['apply', 'products.yaml']);
      await kb(['sync', '--source', 'products', '--until-done']);
      api.options.products = someProducts(60);
      const held = await kb(['sync', '--source', 'products', '--until-done']);
      expect(held.exitCode).toBe(3);
      expect(held.stdout).toContain('! 70 deletes are held: ');
      const release = /gemini-sync-bridge (kb sync .*--allow-deletes 70)/.exec(held.stdout)?.[1] ?? '';
      expect((await runs()).at(-1)).toMatchObject({ status: 'HELD' });
      expect((await kb(['list'])).stdout).toContain('70 deletes are held');
      const released = await kb([], {}, release.split(' '));
      expect(released.exitCode).toBe(0);
      expect(released.stdout).toMatch(/deleted +70/);
    },
    TEST_MS,
  );

  test(
    'ends with 4 when the API of embeddings refuses a text, and says so until it is embedded',
    async () => {
      const key = 'key-of-the-embeddings';
      const openai = await startOpenAi({ key });
      const variables = { OPENAI_API_KEY: key, OPENAI_BASE_URL: openai.url };
      const sync = ['sync', '--source', 'products', '--until-done', '--json'];
      try {
        openai.refuses = (text) => (text.includes('number 77.') ? 'Not this text.' : undefined);
        await kb(['apply', 'products.yaml'], variables);
        const partial = await kb(sync, variables);
        expect(partial.exitCode).toBe(4);
        expect(parsedObject(partial.stdout)).toMatchObject({
          status: 'PARTIAL',
          embedder: 'text-embedding-3-small',
          counts: { items: 130, added: 129, set_aside: 1 },
        });
        expect((await runs()).at(-1)).toMatchObject({ status: 'PARTIAL' });
        expect((await kb(sync, variables)).exitCode).toBe(4);
        expect(partial.stdout + partial.stderr).not.toContain(key);
      } finally {
        await openai.close();
      }
    },
    TEST_MS,
  );

  test(
    'fails with the status of the error, records the failure, and goes on at the same page',
    async () => {
      await kb(['apply', 'products.yaml']);
      api.faults.push(undefined, (response) => response.writeHead(403).end('no'));
      const failed = await json('sync', '--source', 'products', '--until-done');
      expect(failed).toMatchObject({
        exitCode: 77,
        value: { status: 'FAILED', knowledge_source: 'products', error: { retryable: false } },
        lastLine: { knowledge_source: 'products', exit_status: 77 },
      });
      expect(failed.lastLine).not.toHaveProperty('connector');
      const [run] = await runs();
      expect(run).toMatchObject({ kind: 'knowledge_source', status: 'FAILED' });
      expect(run?.counts).toMatch(/"seen":50/);
      expect((await kb(['list'])).stdout).toContain('failing');
      expect((await json('sync', '--source', 'products', '--until-done')).value['counts']).toMatchObject({
        items: 80,
      });
      expect((await json('sync', '--source', 'products', '--restart')).value).toMatchObject({
        done: false,
        next: '50',
      });
    },
    TEST_MS,
  );

  test(
    'names an unknown source, an invalid file and a wrong option',
    async () => {
      for (const command of ['sync', 'delete']) {
        const { exitCode, stderr } = await kb([command, '--source', 'nothing']);
        expect(exitCode).toBe(2);
        expect(stderr).toContain('KNOWLEDGE_SOURCE_UNKNOWN');
      }
      writeFileSync(join(cwd, 'wrong.yaml'), 'kind: KnowledgeSource\n');
      const wrong = await kb(['apply', 'products.yaml', 'wrong.yaml']);
      expect(wrong).toMatchObject({ exitCode: 78, stdout: '' });
      expect(wrong.stderr).toContain('wrong.yaml');
      expect((await kb(['list'])).stdout).toContain('No knowledge sources exist.');
      expect((await kb(['search', 'text', '--tenant', 'acme'])).exitCode).toBe(2);
      const limit = await kb(['search', 'text', '--tenant', 'acme', '--role', 'a', '--limit', '1000']);
      expect(limit.stderr).toContain('from 1 to 100');
    },
    TEST_MS,
  );

  test(
    'writes lines for Kestra',
    async () => {
      await kb(['apply', 'products.yaml']);
      const { stdout } = await kb(['sync', '--source', 'products', '--until-done'], { LOG_FORMAT: 'kestra' });
      const outputs = /^::(\{"outputs".*\})::$/m.exec(stdout)?.[1] ?? '';
      expect(parsedObject(outputs)).toMatchObject({
        outputs: { knowledge_source: 'products', status: 'SUCCESS', exit_status: 0, counts: { items: 130 } },
      });
      expect(stdout).toMatch(/^::\{"metrics":.*"items".*\}::$/m);
      expect(stdout).toMatch(/^::\{"logs":\[\{"level":"INFO","message":"Products {2}SUCCESS.*\}\]\}::$/m);
      expect(stdout.trimEnd().split('\n')).toHaveLength(3);
    },
    TEST_MS,
  );
});

describe('kb convert-embeddings', () => {
  test('says that pgvector is not installed, and that SQLite has no vectors', async () => {
    const cwd = folders.make();
    const env = { DATABASE_URL: await postgres.createDatabase('kb_convert') };
    await runHere(['migrate'], { cwd, env });
    const refused = await runHere(['kb', 'convert-embeddings'], { cwd, env });
    expect(refused).toMatchObject({ exitCode: 78, stdout: '' });
    expect(refused.stderr).toContain('create extension vector');
    const embedded = await runHere(['kb', 'convert-embeddings'], { cwd });
    expect(embedded.exitCode).toBe(78);
    expect(embedded.stderr).toContain('The embedded database has no type for vectors.');
  });
});
