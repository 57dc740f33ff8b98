import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bearer, startGuardedServer, type GuardedServer } from '../../../support/http/guarded-server.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { githubSettings } from '../../../support/studio/proposal-place.ts';
import { startGithub, type GithubStandIn } from '../../../stand-ins/github/github-stand-in.ts';

const shipped = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const HR = shipped('connectors/hr-employees.yaml');
const FLOW_LISTS = `# Aligned comments and flow lists.
apiVersion: sync.gemini.io/v1alpha1
kind: Connector
metadata: { name: flow-lists }   # compact
spec:
  mode:     sql_pull             # every night
  source: { type: postgres, secretRef: crm-password, query: SELECT id FROM t }
  mapping: { idField: id, titleField: id, contentTemplate: '{{ id }}' }
  output: { bucket: gs://company-gemini-sync, prefix: flow-lists, format: ndjson }
  gemini: { projectId: my-project,  location: global, dataStoreId: d }   # the store
  reconciliation: { deletePolicy: never_delete }`;
const TEXTS: Readonly<Record<string, string>> = {
  'hr-employees': HR,
  'kb-rest': shipped('connectors/kb-rest.yaml'),
  'support-push': shipped('connectors/support-push.yaml'),
  handbook: shipped('examples/handbook-open.yaml'),
  orders: shipped('examples/orders-delta.yaml'),
  products: shipped('examples/products-no-content.yaml'),
  'people-crlf': HR.replaceAll('hr-employees', 'people-crlf').replaceAll('\n', '\r\n'),
  'flow-lists': FLOW_LISTS,
};

/** The server knows the file of this connector by another name. */
const pathOf = (name: string) => `connectors/${name === 'support-push' ? 'support' : name}.yaml`;

const folders = temporaryFolders();
let github: GithubStandIn;
let server: GuardedServer;
let author: string;

beforeAll(async () => {
  const files = Object.entries(TEXTS).map(([name, text]) => [pathOf(name), text] as const);
  github = await startGithub({ folder: folders.make(), files: Object.fromEntries(files) });
  server = await startGuardedServer({
    locked: true,
    github: githubSettings(github),
    timing: { betweenWritesMs: 0, retryMs: 0 },
  });
  author = await server.makeKey('author');
});
afterAll(async () => {
  await server.stop();
  await github.close();
  folders.removeAll();
});

async function send(path: string, body: object, method = 'POST') {
  const headers = { ...bearer(author).headers, 'content-type': 'application/json' };
  const { status, text } = await server.request(path, { method, headers, body: JSON.stringify(body) });
  return { status, text, answer: JSON.parse(text) as { id: string; version: number; text: string } };
}
const open = (connector: string) => send('/v1/studio/drafts', { intent: 'edit', connector });
const propose = (draft: string) => send('/v1/studio/connectors/propose', { draft });
const page = (path: string, form?: Record<string, string>) =>
  server.request(path, {
    headers: {
      ...bearer(author).headers,
      accept: 'text/html',
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(form && { method: 'POST', body: new URLSearchParams(form).toString() }),
  });
const git = (...args: readonly string[]) => github.repository.git(args);
const onBranch = (name: string, path: string) =>
  github.repository.bytes(['show', `studio/${name}:${path}`]).toString();

describe('a connector that is edited and proposed', () => {
  test.each(Object.keys(TEXTS))('%s changes in the line of the edited field only', async (name) => {
    const path = pathOf(name);
    const { answer: draft } = await open(name);
    const fields = { 'f:spec.gemini.dataStoreId': 'another-store' };
    const edited = await send(`/v1/studio/drafts/${draft.id}/check`, { version: draft.version, fields });
    expect(edited.status).toBe(200);
    expect(await propose(draft.id)).toMatchObject({ status: 201 });
    expect(git('diff', '--stat', 'main', `studio/${name}`)).toMatch(
      /1 file changed, 1 insertion\(\+\), 1 deletion\(-\)/,
    );
    expect(onBranch(name, path)).toBe(
      String(TEXTS[name]).replace(/(?<=dataStoreId: )[\w-]+/, 'another-store'),
    );
  });

  test("takes a colleague's version as the new draft, proposes it, and extends it", async () => {
    const path = 'connectors/orders.yaml';
    const { answer: draft } = await open('orders');
    const theirs = onBranch('orders', path).replace('another-store', 'their-store');
    github.repository.commit('studio/orders', { [path]: theirs, 'note.md': 'n' }, { author: 'Carl' });
    const mine = draft.text.replace('another-store', 'my-store');
    await send(`/v1/studio/drafts/${draft.id}`, { version: draft.version, text: mine }, 'PUT');

    const conflict = await page(`/studio/drafts/${draft.id}/propose`, {});
    expect(conflict.status).toBe(409);
    expect(conflict.text).toContain('by Carl');
    const shown = /name="version" value="(\d+)"[\s\S]*?name="theirs" value="([^"]+)"/.exec(conflict.text);
    const resolved = await page(`/studio/drafts/${draft.id}/resolve`, {
      version: String(shown?.[1]),
      keep: 'theirs',
      theirs: String(shown?.[2]),
    });
    expect(resolved.status).toBe(303);
    const { answer: taken } = await open('orders');
    expect(taken.text).toBe(theirs);
    expect((await page(`/studio/drafts/${draft.id}/propose`)).text).not.toContain('conflict-title');
    expect(await propose(draft.id)).toMatchObject({ status: 201 });

    const next = theirs.replace('their-store', 'last-store');
    await send(`/v1/studio/drafts/${draft.id}`, { version: taken.version, text: next }, 'PUT');
    expect(await propose(draft.id)).toMatchObject({ status: 201 });
    expect([onBranch('orders', path), onBranch('orders', 'note.md')]).toEqual([next, 'n']);
    expect(github.pulls.filter(({ head }) => head.endsWith('studio/orders'))).toHaveLength(1);
  });

  test('is shown with its diff in the history, and with advice before', async () => {
    const { answer: draft } = await open('support-push');
    const { answer: proposal } = await propose(draft.id);
    const shown = await page(`/studio/proposals/${proposal.id}`);
    expect(shown.text).toMatch(/<ins>\+\s+dataStoreId: another-store/);
    expect((await page(`/studio/drafts/${draft.id}/propose`)).text).toContain('<h3>Advice</h3>');
  });
});
