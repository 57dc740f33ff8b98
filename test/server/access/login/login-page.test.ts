import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeInChromium, startChromium } from '../../../support/server/chromium.ts';
import { startGuardedServer, type GuardedServer } from '../../../support/http/guarded-server.ts';

describeInChromium('a user without a session', () => {
  let server: GuardedServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startGuardedServer({ locked: true }), startChromium()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
  beforeEach(async () => {
    page = await browser.newPage({ baseURL: server.url });
  });

  test('is led to the form, and with a key back to the page that was asked for', async () => {
    await page.goto('/ops?status=FAILED');
    expect(new URL(page.url()).pathname).toBe('/login');
    await page.getByLabel('Key').fill(await server.makeKey('read'));
    await page.getByRole('button', { name: 'Log in' }).click();
    expect(page.url()).toBe(`${server.url}/ops?status=FAILED`);
  });

  test('is told that a key is wrong, and stays', async () => {
    await page.goto('/login');
    await page.getByLabel('Key').fill('gsb_0f3a5c7e9b1d_of-nobody');
    await page.getByRole('button', { name: 'Log in' }).click();
    expect(await page.getByRole('alert').innerText()).not.toBe('');
    expect(new URL(page.url()).pathname).toBe('/login');
  });

  test('finds the way out on every page of Ops, and is outside afterwards', async () => {
    await page.goto('/ops');
    await page.getByLabel('Key').fill(await server.makeKey('read'));
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'to read' }).click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.goto('/ops');
    expect(new URL(page.url()).pathname).toBe('/login');
  });
});
