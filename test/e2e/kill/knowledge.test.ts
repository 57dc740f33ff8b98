import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { openStateDatabase, type StateDatabase } from '../../../src/state/state-database.ts';
import type { RunTable } from '../../../src/state/tables.ts';
import { someProducts, startProducts, type ProductsApi } from '../../stand-ins/rest/products-api.ts';
import { parsedObject } from '../../support/files/json.ts';
import { COMMAND_ENGINES, commandPlaces, type CommandPlace } from '../../support/processes/command-places.ts';
import { killAtRequest, killAtWriteTo } from '../../support/processes/killed-cli.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { runHere } from '../../support/processes/run-here.ts';

const ITEMS = 130;
const ATTEMPTS_MAX = 10;
const SYNC = ['kb', 'sync', '--source', 'products', '--until-done', '--json'];

const places = commandPlaces();
afterAll(() => places.close());

describe.each(COMMAND_ENGINES)('kb sync --until-done on %s', (engine) => {
  let api: ProductsApi;
  let place: CommandPlace;

  beforeEach(async () => {
    api = await startProducts({ products: someProducts(ITEMS), style: 'skip' });
    place = await places.open(engine);
    writeFileSync(
      join(place.cwd, 'products.yaml'),
      `apiVersion: sync.gemini.io/v1alpha1
kind: KnowledgeSource
metadata: { name: products }
spec:
  type: rest
  title: Products
  tenantId: acme
  config:
    baseUrl: ${api.url}
    cursorParam: skip
    pageSizeParam: limit
    defaultPageSize: 50
    itemsPath: products
    currentOffsetPath: skip
    totalPath: total
    cursorStyle: offset
    textFields: [title, description]
`,
    );
    await runHere(['migrate'], place);
    await runHere(['kb', 'apply', 'products.yaml'], place);
  });
  afterEach(() => api.close());

  async function opened<Answer>(
    readOnly: boolean,
    work: (database: StateDatabase) => Promise<Answer>,
  ): Promise<Answer> {
    const database = await openStateDatabase({
      url: place.env['DATABASE_URL'],
      file: join(place.cwd, '.gemini-sync-bridge', 'state.db'),
      kind: 'knowledge_source',
      readOnly,
    });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  }
  const changeRuns = (change: Partial<RunTable>) =>
    opened(false, ({ knex }) => knex('run_state').update(change));
  const stored = () =>
    opened(true, async ({ knex }) => {
      const contents = await knex('kb_chunks').pluck<string[]>('content');
      return {
        contents: contents.toSorted(),
        documents: await knex('kb_docs').pluck<string[]>('status'),
        cursor: await knex('kb_rest_cursors').first<Record<string, unknown> | undefined>(
          ...['next_cursor', 'page_count', 'item_count', 'last_status', 'last_error'],
        ),
        runs: await knex('run_state').orderBy('started_at').pluck<string[]>('status'),
      };
    });
  const expected = someProducts(ITEMS)
    .map(({ title, description }) => `${title}\n\n${description}`)
    .toSorted();
  const complete = {
    contents: expected,
    documents: ['ready'],
    cursor: { next_cursor: null, page_count: 3, item_count: ITEMS, last_status: 'ok', last_error: null },
  };
  const askedPlaces = () =>
    api.received.map(({ url }) => Number(new URL(url, api.url).searchParams.get('skip') ?? 0));

  test('continues where it was killed, and reads and stores every page once', async () => {
    await killAtRequest(api, 1, SYNC, place);
    expect(await stored()).toMatchObject({ contents: [], documents: [] });
    for (const pages of [1, 2]) {
      // It reads one page, and is killed while it reads the next one.
      await killAtRequest(api, 2, SYNC, place);
      expect(await stored()).toMatchObject({
        contents: { length: pages * 50 },
        cursor: { next_cursor: String(pages * 50), page_count: pages, item_count: pages * 50 },
      });
    }
    const { exitCode, stdout } = await runCli(SYNC, place);
    expect(exitCode).toBe(0);
    expect(parsedObject(stdout)).toMatchObject({ status: 'SUCCESS', done: true, counts: { added: 30 } });
    expect(await stored()).toEqual({ ...complete, runs: ['FAILED', 'FAILED', 'FAILED', 'SUCCESS'] });
    expect(askedPlaces()).toEqual([0, 0, 50, 50, 100, 100]);

    const again = await runHere(SYNC, place);
    expect(parsedObject(again.stdout)).toMatchObject({ counts: { added: 0, unchanged: ITEMS, deleted: 0 } });
    expect(await stored()).toMatchObject(complete);
  });

  test('with a run id continues its pass after a kill, and never does the work twice', async () => {
    const again = [...SYNC, '--restart', '--run-id', 'execution-1'];
    await killAtRequest(api, 2, again, place);
    const rest = await runHere(again, place);
    expect(parsedObject(rest.stdout)).toMatchObject({ work: 'done', pages: 2, counts: { added: 80 } });
    expect(askedPlaces()).toEqual([0, 50, 50, 100]);
    const result = { run_id: 'execution-1', exit_status: 0, status: 'SUCCESS', work: 'repeated', done: true };
    const repeated = await runHere(again, place);
    expect(parsedObject(repeated.stdout)).toMatchObject({ ...result, pages: null, counts: { added: 80 } });

    // A process that dies between its last page and its result leaves this row.
    await changeRuns({ status: 'RUNNING', finished_at: null, committed_at: null, counts: null });
    const completed = await runHere(again, place);
    expect(parsedObject(completed.stdout)).toMatchObject({ ...result, pages: 3, counts: { items: ITEMS } });
    expect(await stored()).toEqual({ ...complete, runs: ['SUCCESS'] });

    const definition = readFileSync(join(place.cwd, 'products.yaml'), 'utf8');
    writeFileSync(join(place.cwd, 'faq.yaml'), definition.replace('name: products', 'name: faq'));
    await runHere(['kb', 'apply', 'faq.yaml'], place);
    const taken = await runHere(['kb', 'sync', '--source', 'faq', '--run-id', 'execution-1'], place);
    expect(taken.exitCode).toBe(2);
    expect(taken.stderr).toContain('Run id execution-1 belongs to a run of knowledge source products.');
    expect(askedPlaces()).toHaveLength(4);
  });

  test('is refused while another sync with the same run id is in progress', async () => {
    const held: { end(body: string): void }[] = [];
    // A batch requests its page again after some seconds, so more than one request waits for the end of the second command.
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++)
      api.faults.push((response) => held.push(response));
    const firstPage = JSON.stringify({ products: someProducts(50), skip: 0, limit: 50, total: ITEMS });
    const env = { ...place.env, MAX_RETRIES: '' };
    const commands = [0, 1].map(() => runCli([...SYNC, '--run-id', 'execution-1'], { ...place, env }));
    const refused = await Promise.race(commands);
    expect(refused).toMatchObject({ exitCode: 75 });
    expect(refused.stderr).toContain('LEASE_HELD');
    api.faults.length = 0;
    for (const response of held) response.end(firstPage);
    const exits = (await Promise.all(commands)).map(({ exitCode }) => exitCode);
    expect(exits.toSorted()).toEqual([0, 75]);
    expect(await stored()).toMatchObject(complete);
  });

  // SQLite has one connection, so no other one can make a statement wait.
  if (engine !== 'Postgres') return;
  test.each(['kb_chunks', 'kb_rest_cursors'])(
    'stores nothing of the page whose transaction is killed at %s',
    async (table) => {
      const client = new pg.Client({ connectionString: place.env['DATABASE_URL'] });
      await client.connect();
      try {
        await killAtWriteTo(table, client, SYNC, place);
      } finally {
        await client.end();
      }
      expect(await stored()).toMatchObject({ contents: [], documents: [] });
      expect(await runHere(SYNC, place)).toMatchObject({ exitCode: 0 });
      expect(await stored()).toMatchObject(complete);
    },
  );
});
