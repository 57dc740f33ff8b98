import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { describeInChromium, startChromium } from '../../support/server/chromium.ts';
import { DATA_STORE, openStudioPlace } from '../../support/studio/studio-place.ts';

type Place = Awaited<ReturnType<typeof openStudioPlace>>;

/** The content of every file below a folder: the state, logs and artifacts. */
function filesBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    .join('\n');
}

describeInChromium('a new connector', () => {
  const folders = temporaryFolders();
  const complaints: string[] = [];
  let place: Place;
  let browser: Browser;
  let author: Page;
  let draft: string;

  /** A page of a person with this right. Its problems, above all violations of the content security policy, are kept. */
  async function pageOf(right: 'author' | 'operate' | 'admin'): Promise<Page> {
    const context = await place.logIn(browser, right, { viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    return page;
  }
  const field = (path: string) => author.locator(`[name="f:${path}"]`);
  const saved = () => author.locator('#saved').filter({ hasText: 'Saved. Valid' }).waitFor();
  const step = (name: string) => author.getByRole('navigation', { name: 'Steps' }).getByText(name).click();
  const mainText = (page: Page) => page.locator('main').innerText();

  beforeAll(async () => {
    [place, browser] = await Promise.all([
      openStudioPlace({ cwd: folders.make(), repository: folders.make() }),
      startChromium(),
    ]);
    const admin = await pageOf('admin');
    await admin.goto('/studio/secrets/new');
    await admin.getByLabel('Name').fill('hr-database');
    await admin.getByLabel('Value').fill(place.postgres.url());
    await admin.getByLabel('Allowed hosts').fill('127.0.0.1');
    await admin.getByLabel('Allowed connectors').fill('hr-people');
    await admin.getByRole('button', { name: 'Store the secret' }).click();
    await admin.getByText('The secret hr-database was stored.').waitFor();
    author = await pageOf('author');
  });
  afterAll(async () => {
    await browser.close();
    await place.close();
    folders.removeAll();
  });

  test('begins in the empty catalog, and its columns are chosen from those of the source', async () => {
    await author.goto('/studio/connectors');
    await author.locator('main').getByText('No connectors yet').waitFor();
    await author.getByRole('link', { name: 'New connector' }).first().click();
    await author.getByLabel('PostgreSQL').check();
    await author.getByLabel('Name').fill('hr-people');
    await author.getByRole('button', { name: 'Create the draft' }).click();
    await author.waitForURL(/\/studio\/drafts\//);
    draft = author.url();
    await field('spec.source.secretRef').fill('hr-database');
    await field('spec.source.query').fill('SELECT * FROM employees');
    await author.locator('#saved').filter({ hasText: 'Saved. 6 problems' }).waitFor();

    await step('Test and preview');
    await author.getByRole('button', { name: 'Test the connection' }).click();
    await author.getByLabel('Use employee_id as id').check();
    await author.getByLabel('Use full_name as title').check();
    await author.getByLabel('Use allowed_groups as readers (groups)').check();
    await author.getByLabel('Use office as metadata').check();
    await author.getByLabel('Use updated_at as metadata').check();
    await author.getByRole('button', { name: 'Write the choices' }).click();
    await author.waitForURL(draft);
    const text = await author.locator('#text').inputValue();
    expect(text).toContain('    idField: employee_id\n    titleField: full_name\n');
    expect(text).toContain('    aclGroupsField: allowed_groups\n');
    expect(text).toMatch(/metadataFields:\s+- office\s+- updated_at\n/);
    expect(text).not.toContain('aclUsersField');
  });

  test('shows the choices of the draft when the connection is tested again', async () => {
    await step('Test and preview');
    await author.getByRole('button', { name: 'Test the connection' }).click();
    await author.getByLabel('Use office as metadata').uncheck();
    await author.getByLabel('Use updated_at as metadata').uncheck();
    expect(await author.getByLabel('Use employee_id as id').isChecked()).toBe(true);
    expect(await author.getByLabel('Use no column as readers (users)').isChecked()).toBe(true);
    await author.getByRole('button', { name: 'Write the choices' }).click();
    await author.waitForURL(draft);
    expect(await author.locator('#text').inputValue()).not.toContain('metadataFields');
  });

  test('is previewed and proposed as one commit with its flow and its job', async () => {
    await field('spec.mapping.contentTemplate').fill('{{ full_name }} works in {{ office }}.');
    await field('spec.output.bucket').fill('gs://company-sync');
    await field('spec.gemini.projectId').fill('my-project');
    await field('spec.gemini.dataStoreId').fill('people');
    await field('spec.schedule').fill('0 */3 * * *');
    await saved();

    await step('Test and preview');
    await author.getByRole('button', { name: 'Preview the first documents' }).click();
    await author.getByText('The first 3 documents').waitFor();
    const first = await author.locator('article').first().innerText();
    expect(first).toContain('hr-people:1001');
    expect(first).toContain('group hr@example.com');
    expect(first).toContain('Mei Tanaka works in Osaka.');

    await author.getByRole('link', { name: 'Continue: propose the change' }).click();
    await author.getByLabel('Why').fill('People are asked for by name.');
    await author.getByRole('button', { name: 'Open a pull request' }).click();
    await author.waitForURL(/\/studio\/proposals\//);
    await author.getByRole('link', { name: 'Open pull request #1' }).waitFor();
    expect(place.github.pulls).toMatchObject([{ base: 'main', head: 'studio/hr-people', state: 'open' }]);
    const { repository } = place.github;
    expect(repository.git(['log', '--format=%s', 'main..studio/hr-people'])).toBe('Add connector hr-people');
    expect(repository.git(['diff', '--stat=200', 'main', 'studio/hr-people']).split('\n')).toEqual([
      expect.stringContaining('connectors/hr-people.yaml'),
      expect.stringContaining('kestra/flows/connectors/hr-people.yaml'),
      expect.stringContaining('values.yaml'),
      expect.stringContaining('3 files changed'),
    ]);
    expect(repository.git(['show', 'studio/hr-people:values.yaml'])).toContain('- name: hr-people');
  });

  test('runs once it is merged and deployed, and is then in the catalog and in Ops', async () => {
    place.github.merge(1);
    place.deploy();
    const operator = await pageOf('operate');
    await operator.goto('/studio/connectors');
    const row = operator.getByRole('row', { name: /hr-people/ });
    expect(await row.innerText()).toContain('Never run');
    await row.getByRole('link', { name: 'Run hr-people' }).click();
    await operator.getByRole('button', { name: 'Run hr-people' }).click();
    await eventually('the run is in Ops', async () => {
      await operator.reload();
      return operator.url().includes('/ops/runs/');
    });
    await eventually('the run succeeds', async () => {
      await operator.reload();
      return (await mainText(operator)).includes('Success');
    });
    const documents = [...place.google.engine.documents(DATA_STORE).values()];
    expect(documents).toHaveLength(3);
    expect(JSON.stringify(documents)).toContain('hr@example.com');
    await operator.goto('/ops');
    expect(await mainText(operator)).toContain('The connector is OK');
    await operator.getByRole('link', { name: 'Studio' }).click();
    expect(await operator.getByRole('row', { name: /hr-people/ }).innerText()).toMatch(/OK[\s\S]*\b3\b/);
    expect(complaints).toEqual([]);
  });

  test('has left its secret in no file, log, answer, page, pull request or audit entry', async () => {
    const admin = await pageOf('admin');
    const pages: string[] = [];
    for (const path of [
      'secrets',
      'secrets/hr-database/edit',
      'proposals',
      'connectors/hr-people',
      'audit',
    ]) {
      await admin.goto(`/studio/${path}`);
      pages.push(await admin.content());
    }
    const exported = await admin.request.get('/v1/studio/audit.ndjson');
    const places = {
      pages: pages.join('\n'),
      log: place.server.logs(),
      pulls: JSON.stringify(place.github.pulls),
      repository: place.github.repository.git(['log', '-p', '--all']),
      documents: JSON.stringify([...place.google.engine.documents(DATA_STORE).values()]),
      audit: await exported.text(),
      files: filesBelow(place.cwd),
    };
    // The password is random, so nothing else contains it.
    const found = Object.entries(places).filter(([, text]) => text.includes(place.postgres.password));
    expect(found.map(([where]) => where)).toEqual([]);
    expect(places.pages).toContain('hr-database');
    expect(places.log).toContain('source.preview');
    expect(places.audit).toContain('secret.set');
    expect(places.files).toContain('SQLite format');
  });
});
