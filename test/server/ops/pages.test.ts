import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { CATALOG_REFRESH_MS } from '../../../src/app/limits.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { addStartedRun, endStartedRun, saveRunLog } from '../../../src/state/server/started-runs.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { describeInChromium, startChromium } from '../../support/server/chromium.ts';
import {
  fillWithEverything,
  LONG_NAME,
  minutesAgo,
  NOW,
  opsPlace,
  type OpsPlace,
} from '../../support/server/ops-place.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { lowContrasts } from '../../support/server/contrast.ts';

const POLL_MS = 15_000;
const PAGES = [
  '/ops',
  '/ops/runs/hr-failed',
  '/ops/runs/crm-held',
  '/ops/runs/tickets-2',
  '/ops/connectors/hr-employees',
  '/ops/errors',
];

describeInChromium('the pages of Ops', () => {
  const folders = temporaryFolders();
  let elapsedMs = 0;
  // The server checks the connectors' files at each request instead of every 2 s.
  const clock = { now: () => NOW, elapsedMs: () => (elapsedMs += CATALOG_REFRESH_MS) };
  let place: OpsPlace;
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let empty: Awaited<ReturnType<typeof startBridgeServer>>;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the browser complains of, such as what the policy forbids. */
  let complaints: string[];

  beforeAll(async () => {
    const cwd = folders.make();
    place = await opsPlace(cwd);
    await fillWithEverything(place);
    [server, empty, browser] = await Promise.all([
      startBridgeServer({ cwd, clock }),
      startBridgeServer({ clock }),
      startChromium(),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([server.stop(), empty.stop()]);
    await place.close();
    folders.removeAll();
  });

  beforeEach(async () => {
    complaints = [];
    await open();
  });
  afterEach(() => context.close());

  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    context = await browser.newContext({ baseURL: server.url, ...options });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  }

  async function reopen(options: Parameters<Browser['newContext']>[0]): Promise<void> {
    await context.close();
    await open(options);
  }

  /** Lets the next poll happen, and waits for its answer. */
  async function poll(): Promise<void> {
    const answered = page.waitForEvent('requestfinished', (request) => request.resourceType() === 'fetch');
    await page.clock.runFor(POLL_MS);
    await answered;
  }

  test('show first what needs attention, why, and what to do', async () => {
    await page.goto('/ops');
    const needs = page.getByRole('region', { name: 'Needs attention' }).getByRole('listitem');
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain(
      '4 of 9 connectors need attention',
    );
    expect(
      await needs.evaluateAll((items) => items.map((item) => item.querySelector('h3')?.textContent)),
    ).toEqual([
      expect.stringContaining('Failing hr-employees'),
      expect.stringContaining('Held crm-accounts'),
      expect.stringContaining('Partial wiki-pages'),
      expect.stringContaining('Late orders'),
      expect.stringContaining('Broken file connectors/broken.yaml'),
    ]);
    const held = needs.filter({ hasText: 'crm-accounts' });
    expect(await held.locator('code').innerText()).toContain('--allow-deletes 1204');
    expect(complaints).toEqual([]);
  });

  test('lead from a failing connector to its error and the fix', async () => {
    await page.goto('/ops');
    await page
      .getByRole('listitem')
      .filter({ hasText: 'Failing' })
      .getByRole('link', { name: /^run / })
      .click();
    await page.waitForURL('**/ops/runs/hr-failed');
    const text = await page.getByRole('main').innerText();
    expect(text).toContain('SOURCE_AUTH_FAILED');
    expect(text).toContain('Set SECRET_HR_DB to a connection string');
    expect(text).toContain('failed here');
    expect(text).toContain('Running it again does not help until something is changed.');
    const command = page.getByRole('region', { name: 'SOURCE_AUTH_FAILED in extract' }).locator('.command');
    expect(await command.locator('code').innerText()).toBe(
      'gemini-sync-bridge run --connector connectors/hr-employees.yaml',
    );
  });

  test('say of rows that were quarantined where their reasons are, and not that the index refused any', async () => {
    place.writeConnector('payroll');
    const counts = { quarantined: 17 };
    await place.commit({
      runId: 'payroll-1',
      connector: 'payroll',
      at: minutesAgo(8),
      status: 'PARTIAL',
      counts,
    });
    await page.goto('/ops');
    const need = page.getByRole('listitem').filter({ hasText: 'payroll' });
    expect(await need.innerText()).toContain('17 rows were quarantined');
    await need.getByRole('link', { name: /^run / }).click();
    await page.waitForURL('**/ops/runs/payroll-1');
    const text = await page.getByRole('main').innerText();
    expect(text).toContain('gs://company-gemini-sync/connectors/payroll/runs/payroll-1/quarantine.ndjson');
    expect(text).toContain('Correct these rows in the source, or the mapping.');
    expect(text).not.toMatch(/index refused/i);
  });

  test('link each document that the index refused to its page, which shows its title', async () => {
    await page.goto('/ops/runs/wiki-partial');
    const refused = page.getByRole('region', { name: 'Documents that the index refused' }).getByRole('link');
    expect(await refused.evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual([
      '/ops/connectors/wiki-pages/document?doc=wiki-pages%3A17',
      '/ops/connectors/wiki-pages/document?doc=wiki-pages%3A%3Cb%3E18%3C%2Fb%3E',
    ]);
  });

  test('do not show a process without a heartbeat as running', async () => {
    place.writeConnector('silent');
    const lease = await place.state.lease('silent', { runId: 'silent-1', host: 'worker-1', pid: 4711 });
    await place.begin({ runId: 'silent-1', connector: 'silent', at: minutesAgo(40), phase: 'publish' });
    await lease.release();
    await page.goto('/ops/runs/silent-1');
    expect(await page.locator('.step.failed').innerText()).toContain('silent here');
    expect(await page.getByText('here now').count()).toBe(0);
    expect(await page.locator('.command code').first().innerText()).toContain(
      '--connector connectors/silent',
    );
    await page.goto('/ops/connectors/silent');
    const todo = page.getByRole('region', { name: /What happened/ });
    expect(await todo.locator('.command code').innerText()).toContain('--connector connectors/silent.yaml');
  });

  test('filter and page without JavaScript', async () => {
    await reopen({ javaScriptEnabled: false });
    await page.goto('/ops?limit_runs=5');
    const rows = page.locator('#runs tbody tr');
    expect(await rows.count()).toBe(5);
    await page.getByRole('link', { name: 'Older' }).click();
    expect(await page.locator('.pager').innerText()).toContain('6 to 10 of');
    await page.getByLabel('Status').selectOption('HELD');
    await page.getByLabel('Connector', { exact: true }).fill('crm-accounts');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(new URL(page.url()).searchParams.get('status')).toBe('HELD');
    expect(await rows.count()).toBe(1);
    expect(await rows.innerText()).toContain('1,204 held');
    expect(await page.getByRole('button', { name: /Copy|Pause/ }).count()).toBe(0);
  });

  test('can be used with the keyboard alone', async () => {
    await page.goto('/ops');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
    await page.getByLabel('Connector', { exact: true }).focus();
    await page.keyboard.type('wiki-pages');
    await page.keyboard.press('Enter');
    await page.waitForURL('**connector_id=wiki-pages**');
    const link = page.getByRole('link', { name: 'wiki-partial' });
    for (
      let presses = 0;
      presses < 60 && !(await link.evaluate((element) => element === document.activeElement));
      presses++
    ) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL('**/ops/runs/wiki-partial');
    // What a document is called is text, whatever is in it.
    expect(await page.getByRole('main').innerText()).toContain('wiki-pages:<b>18</b>');
  });

  test('follow a run live, and keep focus, place and what was opened', async () => {
    place.writeConnector('live');
    await page.clock.install({ time: NOW });
    await place.begin({ runId: 'live-1', connector: 'live', at: minutesAgo(3), phase: 'publish' });
    await place.hold('live-1', 'live');
    await page.goto('/ops/connectors/live');
    await page.locator('#history-table summary').click();
    expect(await page.locator('#history-table').getAttribute('open')).toBeNull();
    await page.goto('/ops/runs/live-1');
    const connector = page.getByRole('main').getByRole('link', { name: 'live', exact: true });
    await connector.focus();
    await page.evaluate(() => {
      scrollTo(0, 120);
      document.documentElement.dataset['loaded'] = 'once';
    });
    const top = await page.evaluate(() => scrollY);
    await place.state.enterPhase('live-1', 'ingest', minutesAgo(1));
    await poll();
    await page.locator('.step.current').filter({ hasText: 'Ingest' }).waitFor();
    await place.state.failRun('live-1', {
      error: { code: 'GEMINI_QUOTA', message: 'The quota is used up.', hint: 'Wait for an hour.' },
      finishedAt: NOW,
      abandon: true,
    });
    await poll();
    await page.getByText('Wait for an hour.').waitFor();
    expect(await page.getByRole('status').innerText()).toBe('Run of live: Failed');
    expect(await page.evaluate(() => document.documentElement.dataset['loaded'])).toBe('once');
    expect(await connector.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.evaluate(() => scrollY)).toBe(top);
    expect(complaints).toEqual([]);
  });

  test('bring a new run into the list without moving the focus off the old one', async () => {
    await page.clock.install({ time: NOW });
    await page.goto('/ops');
    const old = page.getByRole('link', { name: 'handbook-now' });
    await old.focus();
    await place.commit({ runId: 'handbook-newer', connector: 'handbook', at: minutesAgo(1) });
    await poll();
    await page.getByRole('link', { name: 'handbook-newer' }).waitFor();
    expect(await old.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('keep a table closed that was closed, while they are brought up to date', async () => {
    await page.clock.install({ time: NOW });
    await page.goto('/ops/connectors/handbook');
    await page.locator('#history-table summary').click();
    await place.commit({ runId: 'handbook-newest', connector: 'handbook', at: minutesAgo(0) });
    await poll();
    await page.getByRole('img', { name: /last 11 runs/ }).waitFor();
    expect(await page.locator('#history-table').evaluate((element) => element.hasAttribute('open'))).toBe(
      false,
    );
  });

  test('say that the server is lost, keep what they show, and recover', async () => {
    await page.clock.install({ time: NOW });
    await page.goto('/ops');
    await page.evaluate(() => {
      scrollTo(0, document.body.scrollHeight);
    });
    await page.route('**/ops', (route) => route.abort());
    await page.clock.runFor(POLL_MS);
    const alert = page.getByRole('alert');
    await alert.filter({ hasText: 'The server does not answer. What you see is as of 2026-11-21' }).waitFor();
    // At any scroll position.
    expect(await alert.evaluate((element) => element.getBoundingClientRect().top)).toBe(0);
    expect(await page.locator('#connectors tbody tr').count()).toBeGreaterThan(8);
    await page.unroute('**/ops');
    await page.route('**/ops', (route) => route.fulfill({ status: 503, body: '' }));
    await page.clock.runFor(POLL_MS);
    await alert.filter({ hasText: 'The server cannot reach its database.' }).waitFor();
    await page.unroute('**/ops');
    await poll();
    await alert.waitFor({ state: 'hidden' });
  });

  test('keep what is selected, and a filter that is half typed', async () => {
    await page.clock.install({ time: NOW });
    await page.goto('/ops');
    await page.getByLabel('Connector', { exact: true }).fill('hand');
    const name = page.locator('#summary').getByRole('link', { name: 'crm-accounts' });
    await name.evaluate((element) => getSelection()?.selectAllChildren(element));
    await place.commit({ runId: 'handbook-last', connector: 'handbook', at: minutesAgo(0) });
    await poll();
    await page.getByRole('link', { name: 'handbook-last' }).waitFor();
    expect(await page.evaluate(() => getSelection()?.toString())).toBe('crm-accounts');
    expect(await page.getByLabel('Connector', { exact: true }).inputValue()).toBe('hand');
  });

  test('show the end of a log, keep it open, and keep the place in it', async () => {
    const lines = Array.from({ length: 200 }, (_, line) => `{"message":"line ${line}"}`);
    const database = await openDatabase({ url: undefined, file: join(server.cwd, STATE_FILE) });
    try {
      const runId = 'handbook-now';
      await addStartedRun(database, { runId, connectorId: 'handbook', startedBy: 'k', startedAt: '' });
      await saveRunLog(database, runId, lines.join('\n'));
      await page.clock.install({ time: NOW });
      await page.goto('/ops/runs/handbook-now');
      await page.locator('#log summary').click();
      const log = page.getByRole('region', { name: 'Log' }).locator('.log');
      // Its end is 0; what came before is above it.
      const place = () => log.evaluate((element) => element.scrollTop);
      expect(await place()).toBe(0);
      await log.evaluate((element) => {
        element.scrollTop = -400;
      });
      await endStartedRun(database, runId, {
        exitStatus: 0,
        log: lines.join('\n'),
        finishedAt: NOW.toISOString(),
      });
      await poll();
      await page.getByText('it ended with exit status 0').waitFor();
      expect(await log.isVisible()).toBe(true);
      expect(await place()).toBe(-400);
    } finally {
      await database.close();
    }
  });

  test('do not ask while they are hidden or paused', async () => {
    await page.clock.install({ time: NOW });
    let asked = 0;
    page.on('request', (request) => {
      if (request.resourceType() === 'fetch') asked++;
    });
    await page.goto('/ops');
    const pause = page.locator('#pause');
    await pause.click();
    await page.clock.runFor(4 * POLL_MS);
    expect(asked).toBe(0);
    expect(await pause.getAttribute('aria-pressed')).toBe('true');
    const answered = page.waitForEvent('requestfinished', (request) => request.resourceType() === 'fetch');
    await pause.click();
    await answered;
    expect(asked).toBe(1);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.clock.runFor(4 * POLL_MS);
    expect(asked).toBe(1);
  });

  test('say what to run first where nothing has run', async () => {
    await page.goto(`${empty.url}/ops`);
    expect(await page.getByRole('region', { name: 'Start here' }).innerText()).toContain(
      'gemini-sync-bridge run',
    );
  });

  test.each(PAGES)(
    '%s has headings in order, landmarks, and names for all that can be used',
    async (path) => {
      await page.goto(path);
      const levels = await page
        .locator('h1, h2, h3')
        .evaluateAll((all) => all.map((heading) => Number(heading.tagName[1])));
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      expect(levels[0]).toBe(1);
      levels.reduce((before, level) => {
        expect(level - before).toBeLessThanOrEqual(1);
        return level;
      });
      expect(await page.getByRole('banner').count()).toBe(1);
      expect(await page.getByRole('main').count()).toBe(1);
      const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
      expect(new Set(ids).size).toBe(ids.length);
      const nameless = await page
        .locator('main a, main button, main input:not([type=hidden]), main select')
        .evaluateAll(
          (all) =>
            all.filter((element) => {
              const label = element.closest('label')?.textContent ?? '';
              return (
                `${element.textContent}${element.getAttribute('aria-label') ?? ''}${label}`.trim() === ''
              );
            }).length,
        );
      expect(nameless).toBe(0);
      // The policy forbids both; a browser would drop them in silence.
      expect(await page.locator('[style], style, script:not([src])').count()).toBe(0);
      expect(complaints).toEqual([]);
    },
  );

  test.each(['light', 'dark'] as const)('have enough contrast when they are %s', async (colorScheme) => {
    await reopen({ colorScheme });
    for (const path of [...PAGES, '/ops/runs/wiki-partial', '/ops/none']) {
      await page.goto(path, { waitUntil: 'load' });
      expect({ path, low: await lowContrasts(page) }).toEqual({ path, low: [] });
    }
  });

  test.each([390, 320])('fit into %i pixels', async (width) => {
    await reopen({ viewport: { width, height: 800 } });
    for (const path of [...PAGES, `/ops/connectors/${LONG_NAME}`]) {
      await page.goto(path);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect({ path, beyond: Math.max(0, beyond) }).toEqual({ path, beyond: 0 });
    }
  });
});
