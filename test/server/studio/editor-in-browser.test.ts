import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { formOf } from '../../../src/definitions/connector/form/form-of.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { describeInChromium, startChromium } from '../../support/server/chromium.ts';
import { lowContrasts } from '../../support/server/contrast.ts';

const EDITS = 100;
/** The seed of each edit, so that a failure can be repeated. */
const SEED = 17;

describeInChromium('the editor in a browser', () => {
  const folders = temporaryFolders();
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    const cwd = folders.make();
    mkdirSync(join(cwd, 'connectors'));
    for (const name of ['hr-employees', 'kb-rest', 'support-push'])
      cpSync(`connectors/${name}.yaml`, join(cwd, 'connectors', `${name}.yaml`));
    const text = readFileSync('connectors/hr-employees.yaml', 'utf8').replaceAll('hr-employees', 'large');
    writeFileSync(join(cwd, 'connectors', 'large.yaml'), text + '# a comment of a long file\n'.repeat(500));
    [server, browser] = await Promise.all([startBridgeServer({ cwd }), startChromium()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    folders.removeAll();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  });
  afterEach(async () => {
    expect(complaints).toEqual([]);
    await context.close();
  });

  async function openDraft(connector: string): Promise<void> {
    await page.goto(`${server.url}/studio/connectors/${connector}/edit`);
    const start = page.getByRole('button', { name: 'Start editing' });
    if ((await start.count()) > 0) await start.click();
    await page.waitForURL(/\/studio\/drafts\//);
  }

  const text = () => page.locator('#text').inputValue();
  const saved = () =>
    page
      .locator('#saved')
      .filter({ hasText: /^Saved\./ })
      .waitFor();
  /** Without waiting until the person has paused. */
  const save = async () => {
    await page.locator('#editor').evaluate((form) => {
      (form as HTMLFormElement).requestSubmit();
    });
    await saved();
  };
  const field = (path: string) => page.locator(`[name="f:${path}"]`);

  /** The form of the text, and what the controls of the page show. */
  async function expectInStep(): Promise<void> {
    const form = formOf(await text(), []);
    const wanted = Object.fromEntries(
      (form?.sections ?? []).flatMap(({ fields }) => fields.map(({ path, value }) => [path, value])),
    );
    const shown = await page.locator('[name^="f:"]').evaluateAll((controls) =>
      controls.map((control) => {
        const { name, value } = control as HTMLInputElement;
        return [name.slice(2), value] as const;
      }),
    );
    expect(Object.fromEntries(shown)).toEqual(wanted);
  }

  test('shows the same values in form and text after 100 random edits of either', async () => {
    await openDraft('hr-employees');
    for (const box of await page.locator('.show-extra input').all()) await box.check();
    let state = SEED;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    const values = [
      'x',
      'two words',
      '"quoted"',
      '# no comment',
      '- item',
      '123',
      "it's",
      'true',
      'ä: 中',
      '',
    ];
    const paths = [
      'spec.output.prefix',
      'spec.gemini.location',
      'spec.mapping.titleField',
      'spec.mapping.uriTemplate',
      'spec.source.query',
      'spec.schedule',
    ];
    for (let edit = 0; edit < EDITS; edit += 1) {
      const value = values[random(values.length)] ?? '';
      if (random(2) === 0) {
        await field(paths[random(paths.length)] ?? '').fill(value);
      } else {
        const lines = (await text()).split('\n');
        const index = lines.findIndex((line) =>
          line.startsWith(['  mode:', '  schedule:', '    prefix:'][random(3)] ?? ''),
        );
        if (index === -1) lines.splice(random(2) === 0 ? 0 : lines.length - 1, 0, `# ${value}`);
        else lines[index] = `${(lines[index] ?? '').split(':')[0] ?? ''}: ${JSON.stringify(value)}`;
        await page.locator('#text').fill(lines.join('\n'));
      }
      // Some edits follow each other while the server still answers.
      if (random(3) === 0) continue;
      await save();
      await expectInStep();
    }
    await saved();
    await expectInStep();
    const before = await text();
    await page.reload();
    expect(await text()).toBe(before);
  }, 120_000);

  test('never overwrites what is typed, key by key, in a connector of 500 lines', async () => {
    await openDraft('large');
    const typed = 'a description that a person types without a pause';
    await page.getByLabel('Show all settings of Basics').check();
    await field('metadata.description').pressSequentially(typed, { delay: 20 });
    expect(await field('metadata.description').inputValue()).toBe(typed);
    await saved();
    expect(await text()).toContain(`description: ${typed}\n`);
    await page.locator('#text').press('Control+End');
    await page.locator('#text').pressSequentially('# typed at the end', { delay: 20 });
    await saved();
    expect(await text()).toMatch(/# typed at the end$/);
    await expectInStep();
  }, 60_000);

  test('makes the form read-only while the text cannot be read, and keeps what was entered', async () => {
    await openDraft('kb-rest');
    const good = await text();
    await page.locator('#text').fill(`${good}broken: [`);
    await page.getByText('The form is read-only').waitFor();
    expect(await field('spec.mode').isDisabled()).toBe(true);
    expect(await field('spec.mode').inputValue()).toBe('rest_pull');
    expect(await page.locator('.gutter .fail').count()).toBe(1);
    expect(await text()).toBe(`${good}broken: [`);
    await page.locator('#text').fill(good);
    await saved();
    expect(await field('spec.mode').isDisabled()).toBe(false);
    await expectInStep();
  });

  test('removes a key whose button is pressed while an earlier change is being saved', async () => {
    await openDraft('kb-rest');
    await field('spec.mode').selectOption('rest_push');
    const remove = page.locator('[data-key="spec.source.url"] button[name=remove]');
    await remove.waitFor();
    await saved();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/check', async (route) => {
      await held;
      await route.continue();
    });
    const sent = page.waitForRequest('**/check');
    await page.locator('#text').press('Control+End');
    await page.locator('#text').pressSequentially('# typed');
    await sent;
    await remove.click();
    release();
    await remove.waitFor({ state: 'detached' });
    await saved();
    expect(await text()).not.toMatch(/^ {4}url:/m);
    expect(await text()).toMatch(/# typed$/);
    await expectInStep();
  });

  test('shows the rule of delta queries at its field, and in the line, while a person types', async () => {
    await openDraft('hr-employees');
    await field('spec.source.query').fill('SELECT employee_id FROM e WHERE updated_at > :watermark');
    await saved();
    const notes = await page
      .locator('[data-key="spec.reconciliation.deletePolicy"], [data-key="spec.source.query"]')
      .allInnerTexts();
    expect(notes.join('\n')).toMatch(/auto_delete_missing/);
    expect(await page.locator('.gutter .fail').count()).toBeGreaterThan(0);
  });

  test('can be used with the keyboard alone, and moves the focus to the first problem', async () => {
    await page.goto(`${server.url}/studio/connectors/new`);
    await page.getByLabel('Name').focus();
    await page.keyboard.type('by-keyboard');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/studio\/drafts\//);
    await field('metadata.name').focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('by keyboard');
    await page.keyboard.press('Enter');
    await saved();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('name'));
    expect(await focused()).toBe('f:metadata.name');
    const describedBy = await field('metadata.name').getAttribute('aria-describedby');
    expect(
      await page.locator(`#${(describedBy ?? '').split(' ')[0]?.replaceAll('.', '\\.') ?? ''}`).innerText(),
    ).toContain('Write:');
    expect(await page.locator('#saved').innerText()).toMatch(/problems/);
  });

  test('gives every control a name, and is readable in light and dark and at 390 pixels', async () => {
    await openDraft('support-push');
    const nameless = await page
      .locator('input:not([type=hidden]), select, textarea, button')
      .evaluateAll((controls) =>
        controls.flatMap((control) => {
          const { labels, textContent } = control as HTMLInputElement;
          const name =
            control.getAttribute('aria-label') ?? `${labels?.[0]?.textContent ?? ''}${textContent}`;
          return name.trim() === '' ? [control.outerHTML] : [];
        }),
      );
    expect(nameless).toEqual([]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await lowContrasts(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test('stops saving when another window has saved the draft', async () => {
    await openDraft('kb-rest');
    const other = await context.newPage();
    await other.goto(page.url());
    await other.locator('#text').press('Control+End');
    await other.locator('#text').pressSequentially('# other');
    await other
      .locator('#saved')
      .filter({ hasText: /^Saved\./ })
      .waitFor();
    await page.locator('#text').press('Control+End');
    await page.locator('#text').pressSequentially('# mine');
    await page.getByText('was changed in another window').waitFor();
    expect(await text()).toMatch(/# mine$/);
    // The browser reports the status 409 itself.
    complaints = complaints.filter((complaint) => !complaint.includes('409'));
  });
});
