import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { manageSources } from '../../../src/app/knowledge/managed-sources.ts';
import type { RunCounts } from '../../../src/pipeline/ports/ports.ts';
import type { RunKind } from '../../../src/pipeline/ports/state-port.ts';
import { fencedLeases } from '../../../src/state/leases/fenced-lease.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { recordedRuns, type RecordedOutcome } from '../../../src/state/run/recorded-run.ts';
import { openStateDatabase } from '../../../src/state/state-database.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { describeInChromium, startChromium } from '../../support/server/chromium.ts';
import { lowContrasts } from '../../support/server/contrast.ts';
import { minutesAgo, NOW, opsPlace, type OpsPlace } from '../../support/server/ops-place.ts';
import { cursorSummary, scriptedKnowledge, sourceSummary } from '../../support/server/scripted-knowledge.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

interface Recorded extends Partial<Omit<RecordedOutcome, 'counts' | 'finishedAt'>> {
  readonly kind: RunKind;
  readonly name: string;
  readonly runId: string;
  readonly minutes: number;
  readonly counts?: Partial<RunCounts>;
}

/** A run as a sync records it. */
async function record(cwd: string, { kind, name, runId, minutes, ...outcome }: Recorded): Promise<void> {
  const database = await openStateDatabase({ file: join(cwd, STATE_FILE), readOnly: false, kind });
  const runs = recordedRuns(database);
  const lease = await fencedLeases(database)(name, runId);
  await runs.begin({ runId, name, target: 'entities', startedAt: minutesAgo(minutes) }, lease);
  await runs.finish(runId, {
    status: 'SUCCESS',
    holdReason: null,
    error: null,
    ...outcome,
    counts: runCounts(outcome.counts),
    finishedAt: minutesAgo(minutes - 1),
  });
  await lease.release();
  await database.knex.destroy();
}

describeInChromium('knowledge sources and apps in Ops', () => {
  const folders = temporaryFolders();
  const script = scriptedKnowledge([
    sourceSummary({
      id: 'products',
      title: 'Products',
      name: 'products',
      cursor: cursorSummary(),
      chunks: 1_234,
    }),
    sourceSummary({
      id: 'tickets',
      title: 'Tickets <b>',
      name: null,
      cursor: cursorSummary({ lastStatus: 'error', lastHttpStatus: 502, lastError: 'It answered 502.' }),
    }),
  ]);
  let cwd: string;
  let place: OpsPlace;
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let browser: Browser;

  beforeAll(async () => {
    cwd = folders.make();
    place = await opsPlace(cwd);
    await place.commit({ runId: 'connector-run', connector: 'stripe', at: minutesAgo(30) });
    const app = { kind: 'app', name: 'stripe' } as const;
    await record(cwd, { ...app, runId: 'app-first', minutes: 90, counts: { seen: 7, added: 7 } });
    await record(cwd, {
      ...app,
      runId: 'app-held',
      minutes: 20,
      status: 'HELD',
      counts: { seen: 5, added: 2, changed: 3, held: 41 },
      holdReason: '41 of 50 entities would be deleted, and the limit is 25',
    });
    await record(cwd, {
      kind: 'app',
      name: 'notion',
      runId: 'app-failed',
      minutes: 10,
      status: 'FAILED',
      error: {
        code: 'SOURCE_RATE_LIMITED',
        message: 'Notion asked to wait for 10 min.',
        hint: 'Sync later.',
      },
    });
    place.writeFile(
      'stripe.yaml',
      `apiVersion: sync.gemini.io/v1alpha1
kind: App
metadata: { name: stripe }
spec:
  schedule: '*/5 * * * *'
  timeZone: Europe/London
  paused: true
  baseUrl: https://api.example.com
  collections: [{ key: charge, path: /charges, recordsPath: data }]
`,
    );
    await record(cwd, {
      kind: 'knowledge_source',
      name: 'products',
      runId: 'kb-run',
      minutes: 15,
      counts: { seen: 100, added: 60, unchanged: 3, rejected: 2 },
      status: 'PARTIAL',
    });
    [server, browser] = await Promise.all([
      startBridgeServer({
        cwd,
        clock: { now: () => NOW, elapsedMs: () => 0 },
        sources: manageSources(script.knowledge),
      }),
      startChromium(),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await place.close();
    folders.removeAll();
  });

  async function json(path: string): Promise<Record<string, unknown>> {
    const answer = await server.request(path);
    expect(answer.status).toBe(200);
    return (await answer.json()) as Record<string, unknown>;
  }

  async function textOf(path: string): Promise<string> {
    const page = await browser.newPage({ baseURL: server.url, javaScriptEnabled: false });
    await page.goto(path);
    const text = await page.getByRole('main').innerText();
    await page.close();
    return text;
  }

  test('are in the snapshot beside the connectors, which stay as they were', async () => {
    const snapshot = await json('/v1/ops/snapshot');
    expect(snapshot).toMatchObject({
      totals: { connectors: 1, runs: 1 },
      connectors: [
        { connector_id: 'stripe', state: 'ok', last_run: { run_id: 'connector-run', kind: 'connector' } },
      ],
      knowledge_sources: [
        { source_id: 'tickets', state: 'failing', problem: 'It answered 502.', last_run: null },
        {
          source_id: 'products',
          state: 'ok',
          chunks: 1_234,
          last_run: { run_id: 'kb-run', kind: 'knowledge_source', counts: { rejected: 2 } },
        },
      ],
      apps: [
        { app_key: 'notion', state: 'failing', last_run: { run_id: 'app-failed' } },
        {
          app_key: 'stripe',
          schedule: '*/5 * * * *',
          time_zone: 'Europe/London',
          paused: true,
          freshness: { late: null, next_due_at: null },
          state: 'held',
          held_deletes: 41,
          last_run: { run_id: 'app-held', kind: 'app' },
          commands: { release_deletes: 'gemini-sync-bridge sync --app stripe --full --allow-deletes 41' },
        },
      ],
      runs: { items: [{ run_id: 'connector-run' }], total: 1 },
    });
  });

  test('have their runs listed by kind', async () => {
    const apps = await json('/v1/ops/snapshot?kind=app');
    expect(apps['runs']).toMatchObject({
      items: [{ run_id: 'app-failed' }, { run_id: 'app-held' }, { run_id: 'app-first' }],
      total: 3,
    });
    const one = await json('/v1/ops/snapshot?kind=app&connector_id=stripe');
    expect(one).toMatchObject({ apps: [{ app_key: 'stripe' }], runs: { total: 2 } });
    const sources = await json('/v1/ops/snapshot?kind=knowledge_source');
    expect(sources['runs']).toMatchObject({ items: [{ run_id: 'kb-run' }], total: 1 });
  });

  test('have run details of their own, also where a connector has the same name', async () => {
    expect(await json('/v1/ops/runs/app-held')).toMatchObject({
      run: {
        kind: 'app',
        connector_id: 'stripe',
        hold_reason: expect.stringContaining('41 of 50') as unknown,
      },
      commands: { run: 'gemini-sync-bridge sync --app stripe', explain: null },
    });
    expect(await json('/v1/ops/runs/connector-run')).toMatchObject({ run: { kind: 'connector' } });
  });

  test('have a run in progress that is alive while it holds its lease, and is stalled without it', async () => {
    const database = await openStateDatabase({
      file: join(cwd, STATE_FILE),
      readOnly: false,
      kind: 'knowledge_source',
    });
    // The name of the lease of a run, beside those of its batches.
    const lease = await fencedLeases(database)('run:5b0f4c0e', 'kb-running');
    const run = { runId: 'kb-running', name: 'products', target: 'knowledge base', startedAt: minutesAgo(1) };
    await recordedRuns(database).begin(run, lease);
    const listed = (status: string) => json(`/v1/ops/snapshot?kind=knowledge_source&status=${status}`);
    const alive = { items: [{ run_id: 'kb-running', status: 'RUNNING', alive: true }], total: 1 };
    expect((await listed('RUNNING'))['runs']).toMatchObject(alive);
    expect((await listed('STALLED'))['runs']).toMatchObject({ items: [] });
    expect(await json('/v1/ops/runs/kb-running')).toMatchObject({ run: { alive: true } });
    await lease.release();
    expect((await listed('RUNNING'))['runs']).toMatchObject({ items: [] });
    expect((await listed('STALLED'))['runs']).toMatchObject({
      items: [{ run_id: 'kb-running', alive: false }],
    });
    await database.knex('run_state').where({ run_id: 'kb-running' }).delete();
    await database.close();
  });

  test('are counted and explained on the overview, with what to do', async () => {
    const text = await textOf('/ops');
    expect(text).toContain('1 of 2 knowledge sources need attention');
    expect(text).toContain('2 of 2 apps need attention');
    for (const part of [
      'It answered 502.',
      'gemini-sync-bridge kb sync --source tickets --until-done',
      'Tickets <b>',
      '41 deletes are withheld: 41 of 50 entities would be deleted',
      'gemini-sync-bridge sync --app stripe --full --allow-deletes 41',
      'SOURCE_RATE_LIMITED',
      'Notion asked to wait for 10 min.',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('lead from the overview to their runs, to a run and to the page of sources', async () => {
    const page = await browser.newPage({ baseURL: server.url });
    await page.goto('/ops');
    await page.getByRole('region', { name: 'Table of apps' }).getByRole('link', { name: 'stripe' }).click();
    const runs = page.getByRole('region', { name: 'Runs, newest first' });
    await runs.getByRole('link', { name: 'app-held' }).click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Run of app stripe');
    const text = await page.getByRole('main').innerText();
    for (const part of ['41 deletes are withheld', 'created', 'updated']) expect(text).toContain(part);
    expect(text).not.toContain('Phases');
    await page.goto('/ops');
    await page.getByRole('link', { name: 'Products', exact: true }).click();
    expect(new URL(page.url()).pathname).toBe('/backoffice/rest-sources');
    await page.close();
  });

  test('name what their counts mean on the page of a run', async () => {
    const text = await textOf('/ops/runs/kb-run');
    for (const part of ['Run of knowledge source products', 'chunks added', 'texts set aside']) {
      expect(text).toContain(part);
    }
    expect(await textOf('/ops/runs/app-failed')).toContain('Sync later.');
  });

  test('are named by their kind in the metrics', async () => {
    const text = await (await server.request('/metrics')).text();
    expect(text).toContain('gemini_sync_bridge_failing{connector="stripe"} 0');
    expect(text).toContain('gemini_sync_bridge_held_deletes{app="stripe"} 41');
    expect(text).toContain('gemini_sync_bridge_failing{app="notion"} 1');
    expect(text).toContain(
      'gemini_sync_bridge_last_run_rows{knowledge_source="products",outcome="added"} 60',
    );
  });

  test.each(['light', 'dark'] as const)('are readable and fit a phone (%s)', async (colorScheme) => {
    const page = await browser.newPage({
      baseURL: server.url,
      colorScheme,
      viewport: { width: 390, height: 844 },
    });
    for (const path of ['/ops', '/ops?kind=app', '/ops/runs/app-held']) {
      await page.goto(path);
      expect(await lowContrasts(page)).toEqual([]);
      await expect(page.evaluate(() => document.documentElement.scrollWidth)).resolves.toBeLessThanOrEqual(
        390,
      );
    }
    await page.close();
  });
});
