import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { openAppPlace } from '../../support/apps/app-place.ts';
import { someProducts, startProducts, type ProductsApi } from '../../stand-ins/rest/products-api.ts';
import { eventually } from '../../support/eventually.ts';
import { parsedObject } from '../../support/files/json.ts';
import { COMMAND_ENGINES, commandPlaces, type CommandPlace } from '../../support/processes/command-places.ts';
import { killAtRequest, killAtWriteTo } from '../../support/processes/killed-cli.ts';
import { runCli, startCli } from '../../support/processes/run-cli.ts';
import { runHere } from '../../support/processes/run-here.ts';

const ENTITIES = 130;
const PAGES = 3;
const SYNC = ['sync', '--app', 'shop', '--json'];
const FULL = [...SYNC, '--full'];

const places = commandPlaces();
afterAll(() => places.close());

describe.each(COMMAND_ENGINES)('sync --app on %s', (engine) => {
  let api: ProductsApi;
  let place: CommandPlace;

  beforeEach(async () => {
    api = await startProducts({ products: someProducts(ENTITIES), style: 'cursor' });
    place = await places.open(engine);
    mkdirSync(join(place.cwd, 'connectors'));
    writeFileSync(
      join(place.cwd, 'connectors', 'shop.yaml'),
      `apiVersion: sync.gemini.io/v1alpha1
kind: App
metadata: { name: shop }
spec:
  baseUrl: ${new URL(api.url).origin}
  collections:
    - key: product
      path: /products
      recordsPath: products
      pagination: { type: cursor, cursorField: after, nextCursorPath: next, pageSizeField: limit, pageSize: 50 }
      incremental: { parameter: updated_since }
`,
    );
    await runHere(['migrate'], place);
  });
  afterEach(() => api.close());

  async function stored() {
    const opened = await openAppPlace({
      ...(engine === 'Postgres' && { url: place.env['DATABASE_URL'] ?? '' }),
      file: join(place.cwd, '.gemini-sync-bridge', 'state.db'),
    });
    try {
      return {
        entities: Object.values(await opened.stored('product')),
        rows: await opened.rows('product'),
        state: await opened.state('product'),
        runs: await opened.database.knex('run_state').orderBy('started_at').pluck<string[]>('status'),
      };
    } finally {
      await opened.close();
    }
  }
  const counts = (stdout: string) => parsedObject(stdout)?.['counts'];

  test('that is killed at any page moves no state, and the next one reads everything', async () => {
    for (let request = 1; request <= PAGES; request++) {
      await killAtRequest(api, request, SYNC, place);
      const { state, entities } = await stored();
      expect(state).toBeUndefined();
      expect(entities.length).toBeLessThan(ENTITIES);
    }
    const done = await runCli(SYNC, place);
    expect(done).toMatchObject({ exitCode: 0 });
    expect(parsedObject(done.stdout)).toMatchObject({ collections: [{ mode: 'full' }] });
    expect(await stored()).toMatchObject({
      entities: api.options.products,
      state: expect.any(String) as unknown,
      runs: ['FAILED', 'FAILED', 'FAILED', 'SUCCESS'],
    });
    expect(api.received.some(({ url }) => url.includes('updated_since'))).toBe(false);
  });

  test('--full that is killed deletes nothing, and the next one deletes what is gone and writes no other row', async () => {
    await runHere(SYNC, place);
    const before = await stored();
    api.options.products = someProducts(ENTITIES)
      .filter(({ id }) => id % 30 !== 0)
      .map((product) => (product.id === 1 ? { ...product, title: 'Changed' } : product));
    await killAtRequest(api, PAGES, FULL, place);
    expect(await stored()).toMatchObject({ rows: { length: ENTITIES }, state: before.state });

    const done = await runCli(FULL, place);
    expect(done.exitCode).toBe(0);
    expect(counts(done.stdout)).toMatchObject({ created: 0, deleted: 4, errors: 0 });
    const after = await stored();
    expect(after.entities).toEqual(api.options.products);
    const untouched = before.rows.filter(({ external_id: id }) => Number(id) > 1 && Number(id) % 30 !== 0);
    expect(after.rows.filter(({ external_id: id }) => id !== '1')).toEqual(untouched);

    const again = await runHere(FULL, place);
    expect(counts(again.stdout)).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    expect((await stored()).rows).toEqual(after.rows);
  });

  test('with a run id does the work once after a kill, and for no other app', async () => {
    const again = [...SYNC, '--run-id', 'execution-1'];
    await killAtRequest(api, 2, again, place);
    const done = await runHere(again, place);
    expect(parsedObject(done.stdout)).toMatchObject({ status: 'SUCCESS', work: 'done' });
    const requests = api.received.length;
    const repeated = await runHere(again, place);
    expect(repeated.exitCode).toBe(0);
    expect(parsedObject(repeated.stdout)).toMatchObject({
      runId: 'execution-1',
      status: 'SUCCESS',
      work: 'repeated',
      counts: counts(done.stdout),
    });
    const definition = readFileSync(join(place.cwd, 'connectors', 'shop.yaml'), 'utf8');
    writeFileSync(join(place.cwd, 'connectors', 'mall.yaml'), definition.replace('shop', 'mall'));
    const taken = await runHere(['sync', '--app', 'mall', '--run-id', 'execution-1'], place);
    expect(taken.exitCode).toBe(2);
    expect(taken.stderr).toContain('Run id execution-1 belongs to a run of app shop.');
    expect(api.received).toHaveLength(requests);
    expect((await stored()).runs).toEqual(['SUCCESS']);
  });

  test('is refused while another sync with the same run id is in progress, and requests nothing', async () => {
    let answer: () => void = () => undefined;
    api.faults.push((response) => {
      // The second command ends before the first one gets its first page.
      answer = () => {
        response.writeHead(307, { location: '/products?limit=50' }).end();
      };
    });
    const same = [...SYNC, '--run-id', 'execution-1'];
    const first = startCli(same, place);
    await eventually('the first one has a request in progress', () => api.received.length === 1);
    const second = await runCli(same, place);
    expect(second).toMatchObject({ exitCode: 75 });
    expect(second.stderr).toContain('LEASE_HELD');
    expect(api.received).toHaveLength(1);
    answer();
    const { exitCode, stdout } = await first;
    expect(exitCode).toBe(0);
    expect(counts(stdout)).toMatchObject({ created: ENTITIES });
    expect((await stored()).rows).toHaveLength(ENTITIES);
  });

  // SQLite has one connection, so no other one can make a statement wait.
  if (engine !== 'Postgres') return;
  test.each([
    { table: 'supasaasy.entities', storedFirst: 0 },
    // Its state is written with the last page.
    { table: 'supasaasy.sync_state', storedFirst: 100 },
  ])('stores nothing of the page whose transaction is killed at $table', async ({ table, storedFirst }) => {
    const client = new pg.Client({ connectionString: place.env['DATABASE_URL'] });
    await client.connect();
    try {
      await killAtWriteTo(table, client, SYNC, place);
    } finally {
      await client.end();
    }
    expect(await stored()).toMatchObject({ rows: { length: storedFirst }, state: undefined });
    const { exitCode, stdout } = await runHere(SYNC, place);
    expect(exitCode).toBe(0);
    expect(counts(stdout)).toMatchObject({ created: ENTITIES - storedFirst, unchanged: storedFirst });
    expect((await stored()).rows).toHaveLength(ENTITIES);
  });
});
