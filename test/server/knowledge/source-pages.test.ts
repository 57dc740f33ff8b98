import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { manageSources } from '../../../src/app/knowledge/managed-sources.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { describeInChromium, startChromium } from '../../support/server/chromium.ts';
import { lowContrasts } from '../../support/server/contrast.ts';
import { NOW } from '../../support/server/ops-place.ts';
import {
  cursorSummary,
  NO_CHUNKS,
  pageResult,
  scriptedKnowledge,
  SOURCE_URL,
  sourceSummary,
} from '../../support/server/scripted-knowledge.ts';

const PATH = '/backoffice/rest-sources';
const MARKUP = '<img src=x onerror=alert(1)>';

const SOURCES = [
  sourceSummary({ id: 'products', title: 'Products', name: 'products' }),
  sourceSummary({
    id: 'tickets',
    title: 'Tickets',
    name: 'tickets',
    cursor: cursorSummary({ lastStatus: 'error', lastHttpStatus: 502, lastError: `It said ${MARKUP}.` }),
  }),
  sourceSummary({
    id: 'handbook',
    title: 'Handbook',
    name: null,
    chunks: 3_000,
    documents: 12,
    cursor: cursorSummary({ lastStatus: 'held', heldDeletes: 1_204, holdReason: '1,204 of 3,000 chunks' }),
  }),
  sourceSummary({
    id: 'short',
    title: 'Short',
    name: 'short',
    chunks: 40,
    cursor: cursorSummary({
      lastStatus: 'held',
      heldDeletes: 7,
      holdReason: 'the listing of the source was not complete',
    }),
  }),
  sourceSummary({
    id: 'foreign',
    title: MARKUP,
    name: null,
    baseUrl: null,
    problem: 'config has no baseUrl.',
  }),
];

describeInChromium('the page of knowledge sources', () => {
  const script = scriptedKnowledge(SOURCES);
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    const clock = { now: () => NOW, elapsedMs: () => 0 };
    [server, browser] = await Promise.all([
      startBridgeServer({ sources: manageSources(script.knowledge), clock }),
      startChromium(),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  beforeEach(() => {
    script.reset();
  });
  afterEach(() => context.close());

  async function open(options: Parameters<Browser['newContext']>[0] = {}) {
    complaints = [];
    context = await browser.newContext({ baseURL: server.url, ...options });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(PATH);
  }

  const card = (id: string) => page.locator(`#source-${id}`);
  const toast = () => page.locator('#toast');
  const button = (name: string) => page.getByRole('button', { name, exact: true });

  test('lists every source with its state, its figures and what to do, and escapes what it did not write', async () => {
    await open();
    expect(await page.title()).toBe('(4) Knowledge sources · gemini-sync-bridge');
    expect(await card('products').innerText()).toContain('Never synced');
    expect(await card('tickets').innerText()).toContain(MARKUP);
    const held = await card('handbook').innerText();
    expect(held).toContain('1,204 deletes are withheld: 1,204 of 3,000 chunks.');
    expect(held).toContain('kb sync --source handbook --until-done --allow-deletes 1204');
    const short = await card('short').innerText();
    expect(short).toContain('The next complete pass decides');
    expect(short).not.toContain('gemini-sync-bridge kb sync');
    expect(await card('foreign').innerText()).toContain('config has no baseUrl.');
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('syncs one page without leaving, shows where it led, and offers Sync again after the last page', async () => {
    await open();
    script.next(pageResult({ next: '50' }), pageResult({ done: true, next: null, items: 12 }), pageResult());
    const sync = button('Sync one page of Products');
    await sync.click();
    await toast().getByText('Products: 50 items.').waitFor();
    expect(await toast().innerText()).toContain(`${SOURCE_URL} → 50`);
    await card('products').getByText('Pass unfinished').waitFor();
    await sync.click();
    await toast().getByText('The pass is complete; Sync begins the next one.').waitFor();
    await card('products').getByText('OK').waitFor();
    await sync.click();
    await card('products').getByText('Pass unfinished').waitFor();
    expect(complaints).toEqual([]);
  });

  test('syncs to the end of the pass, page by page, and counts what it read', async () => {
    await open();
    script.next(pageResult(), pageResult({ next: '100' }), pageResult({ done: true, next: null, items: 3 }));
    await button('Sync Products to the end of the pass').click();
    await toast().getByText('Products: 103 items on 3 pages. The pass is complete').waitFor();
    await expect(card('products').innerText()).resolves.toContain('103');
  });

  test('stops after the page in progress when asked to', async () => {
    await open();
    let finish = (): void => undefined;
    script.next(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return pageResult();
    });
    const all = card('products').locator('[data-until-done]');
    await all.click();
    await all.getByText('Stop').waitFor();
    await all.click();
    await all.getByText('Stopping…').waitFor();
    finish();
    await toast().getByText('Products: 50 items.').waitFor();
    await all.getByText('Sync to the end').waitFor();
    expect(await all.isEnabled()).toBe(true);
  });

  test('says why a page failed, until the message is closed, and lets the source be synced again', async () => {
    await open();
    script.next(
      new BridgeError('SOURCE_TIMEOUT', 'secret words', {
        cause: { url: SOURCE_URL, status: null, next: '50' },
      }),
    );
    await button('Sync one page of Products').click();
    await toast().getByText('Products: The source did not answer in time.').waitFor();
    expect(await toast().innerText()).not.toContain('secret words');
    await button('Close').click();
    await expect(toast().isVisible()).resolves.toBe(false);
    await button('Sync one page of Products').click();
    await toast().getByText('Products: 50 items.').waitFor();
  });

  test('keeps the focus on the button that was pressed', async () => {
    await open();
    await button('Sync one page of Products').focus();
    await page.keyboard.press('Enter');
    await card('products').getByText('Pass unfinished').waitFor();
    await expect(page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).resolves.toBe(
      'Sync one page of Products',
    );
  });

  test('syncs without JavaScript and shows the outcome once', async () => {
    await open({ javaScriptEnabled: false });
    script.next(pageResult({ counts: { ...NO_CHUNKS, added: 60, known: 3 } }));
    await button('Sync one page of Products').click();
    expect(new URL(page.url()).pathname).toBe(PATH);
    expect(await toast().innerText()).toContain('Products: 50 items, 60 chunks added, 3 known.');
    expect(await toast().innerText()).toContain(`${SOURCE_URL} → 50`);
    await page.reload();
    await expect(toast().isVisible()).resolves.toBe(false);
  });

  test('shows a failure without JavaScript', async () => {
    await open({ javaScriptEnabled: false });
    script.next(new BridgeError('EMBEDDINGS_UNREACHABLE', 'secret words'));
    await button('Sync one page of Products').click();
    expect(await toast().innerText()).toContain('Products: The embedding API cannot be reached');
    expect(await page.content()).not.toContain('secret words');
  });

  test.each([true, false])('asks before it deletes a source (JavaScript: %s)', async (javaScriptEnabled) => {
    await open({ javaScriptEnabled });
    await page.getByRole('link', { name: 'Delete Handbook' }).click();
    expect(await page.getByRole('main').innerText()).toContain('3,000');
    await page.getByRole('link', { name: 'Keep it' }).click();
    await page.getByRole('link', { name: 'Delete Handbook' }).click();
    await button('Delete Handbook').click();
    expect(await toast().innerText()).toContain('Handbook was deleted, with 3,000 chunks and 12 documents.');
    expect(await card('handbook').count()).toBe(0);
    expect(await card('products').count()).toBe(1);
  });

  test('deletes nothing while a batch is in progress, and says so', async () => {
    await open();
    script.failRemoval(new BridgeError('LEASE_HELD', 'Another batch runs.'));
    await page.goto(`${PATH}/handbook/delete`);
    await button('Delete Handbook').click();
    expect(await toast().innerText()).toContain(
      'Handbook was not deleted, because a batch of it is in progress.',
    );
    expect(await card('handbook').count()).toBe(1);
  });

  test('says what to do when there is no source', async () => {
    await open();
    for (const { id } of SOURCES) await script.knowledge.remove(id);
    await page.reload();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('No knowledge sources yet');
    expect(await page.getByRole('main').innerText()).toContain('gemini-sync-bridge kb apply');
  });

  test.each(['light', 'dark'] as const)('has readable colours and fits a phone (%s)', async (colorScheme) => {
    await open({ colorScheme, viewport: { width: 390, height: 844 } });
    await button('Sync one page of Products').click();
    await toast().getByText('50 items').waitFor();
    for (const path of [PATH, `${PATH}/handbook/delete`]) {
      await page.goto(path);
      expect(await lowContrasts(page)).toEqual([]);
      await expect(page.evaluate(() => document.documentElement.scrollWidth)).resolves.toBeLessThanOrEqual(
        390,
      );
    }
  });
});
