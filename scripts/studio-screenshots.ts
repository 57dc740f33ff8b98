import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { openStudioPlace } from '../test/support/studio/studio-place.ts';

const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));
const SIZE = { width: 1000, height: 580 };

/** Makes the pictures of docs/studio.md from a running server. */
async function takeScreenshots(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'studio-screenshots-'));
  const [cwd, repository] = [join(folder, 'server'), join(folder, 'repository')];
  for (const each of [cwd, repository, IMAGES]) mkdirSync(each, { recursive: true });
  const place = await openStudioPlace({ cwd, repository });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    const admin = await place.logIn(browser, 'admin', { viewport: SIZE, colorScheme: 'light' });
    await walk(await admin.newPage(), place.postgres.url());
  } finally {
    await browser.close();
    await place.close();
    rmSync(folder, { recursive: true });
  }
}

async function walk(page: Page, database: string): Promise<void> {
  await page.goto('/studio/secrets/new');
  await page.getByLabel('Name').fill('hr-database');
  await page.getByLabel('Value').fill(database);
  await page.getByLabel('Allowed hosts').fill('127.0.0.1');
  await page.getByLabel('Allowed connectors').fill('hr-people');
  await page.getByRole('button', { name: 'Store the secret' }).click();

  await page.goto('/studio/connectors/new');
  await page.getByLabel('Name').fill('hr-people');
  await page.getByRole('button', { name: 'Create the draft' }).click();
  await page.waitForURL(/\/studio\/drafts\//);
  const draft = page.url();
  const fill = (path: string, value: string) => page.locator(`[name="f:${path}"]`).fill(value);
  await fill('spec.source.secretRef', 'hr-database');
  await fill('spec.source.query', 'SELECT * FROM employees');
  await page.locator('#saved').filter({ hasText: 'Saved. 6 problems' }).waitFor();
  await page.getByRole('heading', { name: 'Source', exact: true }).evaluate((heading) => {
    heading.scrollIntoView();
  });
  await take(page, 'studio-editor');

  await page.goto(`${draft}/preview`);
  await page.getByRole('button', { name: 'Test the connection' }).click();
  await page.getByLabel('Use employee_id as id').check();
  await page.getByLabel('Use full_name as title').check();
  await page.getByLabel('Use allowed_groups as readers (groups)').check();
  await page.getByLabel('Use office as metadata').check();
  await take(page, 'studio-columns');
  await page.getByRole('button', { name: 'Write the choices' }).click();
  await page.waitForURL(draft);

  await fill('spec.mapping.contentTemplate', '{{ full_name }} works in {{ office }}.\n\n{{ biography }}');
  await fill('spec.output.bucket', 'gs://company-sync');
  await fill('spec.gemini.projectId', 'my-project');
  await fill('spec.gemini.dataStoreId', 'people');
  await fill('spec.schedule', '0 */3 * * *');
  await page.locator('#saved').filter({ hasText: 'Saved. Valid' }).waitFor();
  await page.goto(`${draft}/preview`);
  await page.getByRole('button', { name: 'Preview the first documents' }).click();
  await page.getByText('The first 3 documents').waitFor();
  await take(page, 'studio-documents');

  await page.goto(`${draft}/propose`);
  await take(page, 'studio-propose');
}

async function take(page: Page, name: string): Promise<void> {
  // Nothing is hovered over, and no cursor blinks.
  await page.mouse.move(0, 0);
  await page.locator('body').evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  console.log(`docs/images/${name}.png`);
}

await takeScreenshots();
