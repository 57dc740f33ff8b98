import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { describeInChromium, startChromium } from '../../support/server/chromium.ts';
import { lowContrasts } from '../../support/server/contrast.ts';
import { minutesAgo, NOW, opsPlace, type OpsPlace } from '../../support/server/ops-place.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { batchesOf, checksumOf } from '../../support/pipeline/staged.ts';

interface Answer {
  readonly connectors: readonly {
    readonly connector_id: string;
    readonly state: string;
    readonly documents: number | null;
    readonly paused: boolean;
    readonly problems: readonly { readonly line: number | null; readonly message: string }[];
    readonly last_run: { readonly run_id: string } | null;
  }[];
  readonly found: number;
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

const TARGET = 'projects/my-project/locations/global/dataStores/people';
const MARKUP = '<img src=x onerror=alert(1)>';
const clock = { now: () => NOW, elapsedMs: () => 0 };
const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** Commits documents of a connector, as a run does. */
async function addDocuments({ state }: OpsPlace, connector: string, count: number): Promise<void> {
  const runId = `filled-${connector}`;
  const lease = await state.lease(connector, { runId, host: 'worker-1', pid: 1 });
  await state.position(connector, TARGET);
  await state.beginRun({ runId, connectorId: connector, target: TARGET, startedAt: minutesAgo(90) });
  const upserts = Array.from({ length: count }, (_, index) => ({
    op: 'upsert' as const,
    docId: `${connector}:${index}`,
    checksum: checksumOf('c'),
    fingerprint: index.toString(16).padStart(16, '0'),
  }));
  await state.stage(runId, batchesOf(upserts));
  const counts = { seen: count, unchanged: 0, added: count, changed: 0, missing: 0, deleted: 0 };
  const all = { ...counts, held: 0, quarantined: 0, rejected: 0 };
  await state.published(runId, {
    manifestName: 'm',
    counts: all,
    watermark: null,
    startedFrom: null,
    mappingVersion: 'v1',
    holdReason: null,
    columns: [],
  });
  const finishedAt = minutesAgo(80);
  await state.commit({ runId, fence: lease.fence, status: 'SUCCESS', counts: all, finishedAt });
  await lease.release();
}

async function fill(place: OpsPlace): Promise<void> {
  place.writeConnector('hr-employees', { schedule: '0 3 * * *', timeZone: 'Europe/Berlin' });
  place.writeConnector('orders', { schedule: '0 4 * * *', paused: true });
  place.writeConnector('tickets', undefined, 'rest_push');
  place.writeConnector('never');
  place.writeFile(
    'broken.yaml',
    `apiVersion: sync.gemini.io/v1alpha1\nkind: Connector\nmetadata:\n  name: broken-one\n  description: '${MARKUP}'\nspec:\n  mode: sql_pull\n`,
  );
  place.writeFile('unreadable.yaml', '{ not: [yaml');
  place.writeFile('app.yaml', 'kind: App\nmetadata: { name: some-app }\n');
  await addDocuments(place, 'hr-employees', 7);
  await place.commit({
    runId: 'held-1',
    connector: 'orders',
    at: minutesAgo(60),
    status: 'HELD',
    holdReason: 'x',
  });
  await place.fail({ runId: 'failed-1', connector: 'tickets', at: minutesAgo(50) });
}

describe('the catalog', () => {
  let place: OpsPlace;
  let server: Awaited<ReturnType<typeof startBridgeServer>>;

  beforeAll(async () => {
    const cwd = folders.make();
    place = await opsPlace(cwd);
    await fill(place);
    server = await startBridgeServer({ cwd, clock });
  });
  afterAll(async () => {
    await server.stop();
    await place.close();
  });

  async function catalog(query = ''): Promise<Answer> {
    return (await (await server.request(`/v1/studio/catalog${query}`)).json()) as Answer;
  }
  const ids = async (query: string) => (await catalog(query)).connectors.map((each) => each.connector_id);

  test('lists valid and broken connectors with their state, documents and problems', async () => {
    const { connectors, total } = await catalog();
    const byId = new Map(connectors.map((each) => [each.connector_id, each]));
    expect(total).toBe(6);
    expect([...byId.keys()]).toEqual([
      'broken-one',
      'hr-employees',
      'never',
      'orders',
      'tickets',
      'unreadable',
    ]);
    expect(byId.get('hr-employees')).toMatchObject({
      documents: 7,
      paused: false,
      time_zone: 'Europe/Berlin',
      last_run: { run_id: 'filled-hr-employees' },
      problems: [],
    });
    expect(byId.get('orders')).toMatchObject({ state: 'held', paused: true, next_due_at: null });
    expect(byId.get('tickets')).toMatchObject({ state: 'failing', source_type: 'http' });
    expect(byId.get('never')).toMatchObject({ state: 'never_run', documents: 0, last_run: null });
    expect(byId.get('unreadable')).toMatchObject({ state: 'broken', documents: null, mode: null });
    const broken = byId.get('broken-one');
    expect(broken).toMatchObject({ state: 'broken', mode: 'sql_pull', description: MARKUP });
    expect(broken?.problems.length).toBeGreaterThan(0);
  });

  test.each([
    ['?find=HR%20postgres', ['hr-employees']],
    ['?find=nothing', []],
    ['?find=onerror', ['broken-one']],
    ['?mode=rest_push', ['tickets']],
    ['?state=held', ['orders']],
    ['?state=failed', ['tickets']],
    ['?state=never', ['never']],
    ['?state=paused', ['orders']],
    ['?state=broken', ['broken-one', 'unreadable']],
    ['?state=proposed', []],
    ['?state=&mode=&find=', ['broken-one', 'hr-employees', 'never', 'orders', 'tickets', 'unreadable']],
    ['?sort=last_run', ['tickets', 'orders', 'hr-employees', 'broken-one', 'never', 'unreadable']],
    ['?sort=name&order=desc', ['unreadable', 'tickets', 'orders', 'never', 'hr-employees', 'broken-one']],
    ['?page=99', ['broken-one', 'hr-employees', 'never', 'orders', 'tickets', 'unreadable']],
  ])('selects and sorts with %s', async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  test('refuses a filter that it does not know', async () => {
    expect((await server.request('/v1/studio/catalog?state=gone')).status).toBe(400);
    expect((await server.request('/studio/connectors?page=0')).status).toBe(400);
  });

  test('shows the number of documents that a newer run has changed', async () => {
    const count = async () => (await catalog('?find=never')).connectors.map(({ documents }) => documents)[0];
    expect(await count()).toBe(0);
    await addDocuments(place, 'never', 3);
    expect(await count()).toBe(3);
  });

  test('returns the text of a file with its problems, and 404 for an unknown name', async () => {
    const answer = await server.request('/v1/studio/connectors/broken-one');
    expect(await answer.json()).toMatchObject({
      connector_id: 'broken-one',
      yaml: expect.stringContaining('name: broken-one'),
      explained: null,
      problems: expect.arrayContaining([expect.objectContaining({ line: 6 })]),
    });
    const missing = await server.request('/v1/studio/connectors/no-such');
    expect(missing.status).toBe(404);
    expect(await (await server.request('/studio/connectors/..%2Fx')).text()).not.toContain('yaml');
  });

  test('escapes what it did not write, on both pages', async () => {
    for (const path of ['/studio/connectors', '/studio/connectors/broken-one']) {
      const html = await (await fetch(`${server.url}${path}`)).text();
      expect(html).not.toContain(MARKUP);
      expect(html).toContain('&lt;img src=x');
    }
  });
});

describe('the catalog of a large folder', () => {
  test('shows 500 connectors in pages of 50, and says how many there are', async () => {
    const cwd = folders.make();
    const place = await opsPlace(cwd);
    for (let index = 0; index < 500; index++)
      place.writeConnector(`c-${String(index).padStart(3, '0')}`, '0 3 * * *');
    const server = await startBridgeServer({ cwd, clock });
    try {
      const html = await (await fetch(`${server.url}/studio/connectors?page=10`)).text();
      expect(html.match(/<td class="name">/g)).toHaveLength(50);
      expect(html).toContain('50 of 500, page 10 of 10');
      expect(html).toContain('>c-499<');
      expect(html.length).toBeLessThan(250_000);
      const answer = (await (await server.request('/v1/studio/catalog?find=c-12')).json()) as Answer;
      expect(answer).toMatchObject({ found: 10, total: 500, pages: 1 });
    } finally {
      await server.stop();
      await place.close();
    }
  });

  test('says what to do when the catalog is empty, and when the folder is missing', async () => {
    const cwd = folders.make();
    const server = await startBridgeServer({ cwd, clock });
    try {
      const missing = await (await fetch(`${server.url}/studio/connectors`)).text();
      expect(missing).toContain('The folder of connectors cannot be read.');
      expect(missing).toContain('No connectors yet.');
    } finally {
      await server.stop();
    }
  });
});

describeInChromium('the pages of the catalog', () => {
  let place: OpsPlace;
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let browser: Browser;

  beforeAll(async () => {
    const cwd = folders.make();
    place = await opsPlace(cwd);
    await fill(place);
    [server, browser] = await Promise.all([startBridgeServer({ cwd, clock }), startChromium()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await place.close();
  });

  async function open(path: string, options: Parameters<Browser['newContext']>[0] = {}) {
    const context: BrowserContext = await browser.newContext({ baseURL: server.url, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(path);
    return { page, complaints, close: () => context.close() };
  }

  test.each([
    ['light', 1_280],
    ['dark', 390],
  ] as const)(
    'are readable and fit in %s at %d px, without a violation of the policy',
    async (colorScheme, width) => {
      for (const path of [
        '/studio/connectors',
        '/studio/connectors/broken-one',
        '/studio/connectors/orders/run',
      ]) {
        const { page, complaints, close } = await open(path, {
          colorScheme,
          viewport: { width, height: 900 },
        });
        if (process.env['SCREENSHOTS'] !== undefined) {
          const name = `${path.replaceAll('/', '-')}-${width}.png`;
          await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}`, fullPage: true });
        }
        expect([path, await lowContrasts(page)]).toEqual([path, []]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect([path, overflow > 0]).toEqual([path, false]);
        expect([path, complaints]).toEqual([path, []]);
        await close();
      }
    },
  );

  test('filter without JavaScript, name every control, and lead to the line of a problem', async () => {
    const { page, close } = await open('/studio/connectors', { javaScriptEnabled: false });
    await page.getByLabel('State').selectOption('broken');
    await page.getByRole('button', { name: 'Find' }).click();
    expect(page.url()).toContain('state=broken');
    expect(await page.locator('tbody tr').count()).toBe(2);
    await page.getByRole('link', { name: 'broken-one', exact: true }).click();
    const problem = page.getByRole('link', { name: /^line \d+$/ }).first();
    const target = await problem.getAttribute('href');
    expect(await page.locator(`${target ?? ''}.marked`).count()).toBe(1);
    expect(await page.getByRole('link', { name: 'History of runs' }).getAttribute('href')).toBe(
      '/ops/connectors/broken-one',
    );
    await page.goto('/studio/connectors');
    expect(await page.getByRole('link', { name: 'Resume orders' }).getAttribute('href')).toBe(
      '/studio/connectors/orders/resume',
    );
    await close();
  });
});
