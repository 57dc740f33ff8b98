import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { bearer, startGuardedServer, type GuardedServer } from '../../support/http/guarded-server.ts';
import { openBrowser } from '../../support/server/browser.ts';

/** What a browser without scripts would send for the form of a page. */
function formOf(html: string): Record<string, string> {
  const form = /<form id="editor".*?<\/form>/s.exec(html)?.[0] ?? '';
  const fields: Record<string, string> = {};
  const isDisabled = form.includes('<fieldset class="whole" disabled');
  const usable = isDisabled ? form.replace(/<fieldset class="whole".*?<\/fieldset>/s, '') : form;
  for (const [tag = ''] of usable.matchAll(/<input [^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined) fields[decoded(name)] = decoded(/value="([^"]*)"/.exec(tag)?.[1] ?? '');
  }
  for (const [, tag = '', text = ''] of usable.matchAll(/<textarea ([^>]*)>\n?(.*?)<\/textarea>/gs))
    fields[decoded(/name="([^"]*)"/.exec(tag)?.[1] ?? '')] = decoded(text).replaceAll('\n', '\r\n');
  for (const [, tag = '', options = ''] of usable.matchAll(/<select ([^>]*)>(.*?)<\/select>/gs)) {
    const selected = /<option [^>]*selected[^>]*>/.exec(options)?.[0] ?? '';
    fields[decoded(/name="([^"]*)"/.exec(tag)?.[1] ?? '')] = decoded(
      /value="([^"]*)"/.exec(selected)?.[1] ?? '',
    );
  }
  return fields;
}

function decoded(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

describe('the editor without JavaScript', () => {
  let server: GuardedServer;
  let browser: ReturnType<typeof openBrowser>;
  let key: string;
  beforeAll(async () => {
    server = await startGuardedServer({ locked: true });
    key = await server.makeKey('author');
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    browser = openBrowser(server);
    await browser.logIn(key);
    for (const { id } of await drafts()) await server.state.drafts.remove(id, actor());
  });

  const actor = () =>
    ({
      kind: 'key',
      id: key.slice(4, 16),
      name: '',
      right: 'author',
      address: null,
      requestId: null,
    }) as const;
  const drafts = () => server.state.drafts.list(actor().id);

  async function startDraft(fields: Record<string, string>) {
    const token = await browser.formToken('/studio/connectors/new');
    const answer = await browser.submit('/studio/drafts', { _csrf: token, ...fields });
    expect(answer.status).toBe(303);
    return answer.headers.location ?? '';
  }

  const EDIT = { intent: 'edit', connector: 'pulled' };
  const page = async (path: string) => (await browser.visit(path)).text;
  const stored = async (path: string) => server.state.drafts.find(path.split('/').at(-1) ?? '', actor().id);

  test('creates a connector from the fields to fill in', async () => {
    const path = await startDraft({ intent: 'create', source: 'mysql', name: 'people', start: 'form' });
    const html = await page(path);
    expect(html).toContain('New connector people');
    expect(html).toMatch(/\d+ problems/);
    const answer = await browser.submit(path, { ...formOf(html), 'f:spec.source.query': 'SELECT id FROM t' });
    expect(answer.status).toBe(303);
    expect((await stored(path))?.text).toContain('query: SELECT id FROM t');
    expect(await page(path)).toContain('The draft is saved.');
  });

  test('changes exactly one line when one field of the form is changed', async () => {
    const file = join(server.cwd, 'connectors', 'pulled.yaml');
    const original = readFileSync(file, 'utf8');
    // Windows line endings and a comment, which no form control can send back.
    const text = `# kept\r\n${original.replaceAll('\n', '\r\n')}`;
    writeFileSync(file, text);
    const path = await startDraft(EDIT);
    const untouched = await browser.submit(path, formOf(await page(path)));
    expect(untouched.status).toBe(303);
    expect((await stored(path))?.text).toBe(text);
    const form = formOf(await page(path));
    await browser.submit(path, { ...form, 'f:spec.gemini.location': 'eu' });
    writeFileSync(file, original);
    expect((await stored(path))?.text).toBe(text.replace('location: global', 'location: eu'));
  });

  test('applies changes of the form and of the text that were made together', async () => {
    const path = await startDraft(EDIT);
    const form = formOf(await page(path));
    const text = form['text']?.replace('bucket: gs://company-gemini-sync', 'bucket: gs://other') ?? '';
    await browser.submit(path, { ...form, text, 'f:spec.gemini.location': 'eu' });
    expect((await stored(path))?.text).toMatch(/gs:\/\/other[^]*location: eu/);
  });

  test('keeps both values when the form and the text change one field differently', async () => {
    const path = await startDraft(EDIT);
    const form = formOf(await page(path));
    const text = form['text']?.replace('location: global', 'location: us') ?? '';
    const answer = await browser.submit(path, { ...form, text, 'f:spec.gemini.location': 'eu' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('the text has another new value here');
    const again = formOf(answer.text);
    expect([again['f:spec.gemini.location'], again['text']]).toEqual([
      'eu',
      expect.stringContaining('location: us'),
    ]);
    await browser.submit(path, again);
    expect((await stored(path))?.text).toContain('location: eu');
  });

  test('makes the form read-only when the text cannot be read, and loses nothing of either', async () => {
    const path = await startDraft(EDIT);
    const form = formOf(await page(path));
    const answer = await browser.submit(path, {
      ...form,
      text: `${form['text'] ?? ''}broken: [`,
      'f:spec.gemini.location': 'eu',
    });
    expect(answer.text).toContain('The form is read-only');
    expect(answer.text).toContain('cannot be read in');
    expect(answer.text).toContain('<fieldset class="whole" disabled');
    const kept = formOf(answer.text);
    expect(kept['text']).toContain('broken: [');
    expect(kept['f:spec.gemini.location']).toBe('eu');
    await browser.submit(path, { ...kept, text: kept['text']?.replace('broken: [', '') ?? '' });
    expect((await stored(path))?.text).toContain('location: eu');
    expect((await stored(path))?.text).not.toContain('broken');
  });

  test('names the line that makes the text unreadable, and not an earlier line with another problem', async () => {
    const path = await startDraft(EDIT);
    const form = formOf(await page(path));
    const lines = `${form['text'] ?? ''}kind: Connector\r\n`.split('\r\n').toSpliced(2, 0, 'unknown: 1');
    const answer = await browser.submit(path, { ...form, text: lines.join('\r\n') });
    expect(answer.status).toBe(303);
    const html = await page(path);
    expect(html.replaceAll(/<[^>]*>/g, '')).toContain(`cannot be read in line ${lines.length - 1}.`);
    expect(html).toContain('Duplicate key kind');
  });

  test('shows what was sent when another window has saved the draft', async () => {
    const path = await startDraft(EDIT);
    const form = formOf(await page(path));
    await browser.submit(path, { ...form, 'f:spec.gemini.location': 'eu' });
    const answer = await browser.submit(path, {
      ...form,
      text: `${form['text'] ?? ''}# mine`,
      'f:spec.output.prefix': 'mine/too',
    });
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('What you sent is not saved');
    expect(answer.text).toContain('# mine');
    expect(answer.text).toContain('mine/too');
    expect((await stored(path))?.text).toMatch(/location: eu/);
    expect((await stored(path))?.text).not.toContain('mine');
  });

  test('shows keys that do not apply or are unknown, and removes one only by its button', async () => {
    const path = await startDraft(EDIT);
    const form = formOf(await page(path));
    const text = form['text']?.replace('deletePolicy', 'later: 1, deletePolicy') ?? '';
    await browser.submit(path, { ...form, text, 'f:spec.mode': 'rest_push' });
    const html = await page(path);
    expect(html).toContain('The schema has no such key.');
    expect(html).toContain('This key does not apply to the mode');
    expect((await stored(path))?.text).toContain('query: SELECT id FROM t');
    await browser.submit(path, {
      ...formOf(html),
      'f:spec.mode': 'sql_pull',
      remove: 'spec.reconciliation.later',
    });
    expect((await stored(path))?.text).toBe(
      readFileSync(join(server.cwd, 'connectors', 'pulled.yaml'), 'utf8'),
    );
  });

  test('changes nothing when its pages are opened', async () => {
    for (const path of [
      '/studio/connectors/new',
      '/studio/connectors/pulled/edit',
      '/studio/connectors/pulled/clone',
    ])
      expect((await browser.visit(path)).status).toBe(200);
    expect(await drafts()).toEqual([]);
  });

  test('refuses forms without the token of the session, and from another origin', async () => {
    const path = await startDraft(EDIT);
    const form = formOf(await page(path));
    const { _csrf: token = '', ...rest } = form;
    for (const target of ['/studio/drafts', path, `${path}/discard`]) {
      expect((await browser.submit(target, rest)).status).toBe(403);
      expect((await browser.submit(target, form, { origin: 'https://evil.example' })).status).toBe(403);
    }
    expect(token).not.toBe('');
    expect((await stored(path))?.version).toBe(1);
  });

  test.each(['../x', 'a"b', '<img src=x onerror=alert(1)>', '{{7*7}}', '@org/team', 'x'.repeat(65)])(
    'shows the hostile name %j inert',
    async (name) => {
      const path = await startDraft({ intent: 'create', source: 'postgres', name });
      const html = await page(path);
      expect(html).not.toContain('<img');
      expect(html).toContain('The file gets the name of the connector.');
      expect((await stored(path))?.path).toBe('');
      expect((await browser.visit(`/studio/connectors/${encodeURIComponent(name)}/edit`)).status).toBe(404);
    },
  );

  test('discards a draft', async () => {
    const path = await startDraft(EDIT);
    const { _csrf: token = '' } = formOf(await page(path));
    expect((await browser.submit(`${path}/discard`, { _csrf: token })).status).toBe(303);
    expect((await browser.visit(path)).status).toBe(404);
  });

  test('lets a reader see the file, and nothing else', async () => {
    const reader = openBrowser(server);
    const readKey = await server.makeKey('read');
    await reader.logIn(readKey);
    const answer = await reader.visit('/studio/connectors/pulled/edit');
    expect(answer.text).toContain('SELECT id FROM t');
    expect(answer.text).not.toContain('Start editing');
    const path = await startDraft(EDIT);
    for (const each of ['/studio/connectors/new', path]) expect((await reader.visit(each)).status).toBe(403);
    for (const [method, target] of [
      ['GET', '/v1/studio/drafts'],
      ['POST', '/v1/studio/drafts'],
      ['GET', `/v1${path}`],
      ['PUT', `/v1${path}`],
      ['DELETE', `/v1${path}`],
      ['POST', `/v1${path}/check`],
      ['POST', '/v1/studio/connectors/validate'],
    ] as const) {
      const options = { method, ...bearer(readKey) };
      expect([target, (await server.request(target, options)).status]).toEqual([target, 403]);
    }
    // Another author does not even learn that the draft exists.
    const other = bearer(await server.makeKey('author'));
    expect((await server.request(`/v1${path}`, other)).status).toBe(404);
  });
});
