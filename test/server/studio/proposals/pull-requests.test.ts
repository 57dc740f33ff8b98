import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bearer, startGuardedServer, type GuardedServer } from '../../../support/http/guarded-server.ts';
import { eventually } from '../../../support/eventually.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { startGithub, type GithubStandIn } from '../../../stand-ins/github/github-stand-in.ts';

const CONNECTOR = `# People of the company.
apiVersion: sync.gemini.io/v1alpha1
kind: Connector
metadata: { name: pulled }
spec:
  mode: sql_pull   # every night
  schedule: "0 2 * * *"
  source: { type: postgres, secretRef: support-push-token, query: SELECT id FROM t }
  mapping: { idField: id, titleField: id, contentTemplate: '{{ id }}' }
  output: { bucket: gs://company-gemini-sync, prefix: pulled, format: ndjson }
  gemini: { projectId: my-project, location: global, dataStoreId: d }
  reconciliation: { deletePolicy: never_delete }
`;
const FILES = {
  'connectors/pulled.yaml': CONNECTOR,
  'values.yaml':
    '# Production.\nscheduleJobs: # by hand and generated\n  - name: other\n    schedule: "1 1 * * *"\n    connectorPath: connectors/other.yaml\n    enabled: true\n',
  'kestra/flows/run.yaml': 'id: run\n',
};

const folders = temporaryFolders();
let github: GithubStandIn;
let server: GuardedServer;
let author: string;

beforeAll(async () => {
  github = await startGithub({ folder: folders.make(), files: FILES });
  server = await startGuardedServer({
    locked: true,
    github: {
      apiUrl: github.apiUrl,
      owner: github.owner,
      name: github.name,
      baseBranch: undefined,
      credentials: { kind: 'token', token: github.token },
      ca: undefined,
      proxy: { http: undefined, https: undefined, except: undefined },
    },
    timing: { betweenWritesMs: 0, retryMs: 0 },
  });
  author = await server.makeKey('author');
});
afterAll(async () => {
  await server.stop();
  await github.close();
  folders.removeAll();
});

const post = (path: string, body: object) =>
  server.request(path, {
    method: 'POST',
    headers: { ...bearer(author).headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('a server with credentials of GitHub', () => {
  test.each([
    ['a comment of the draft', `# was ghp_${'a1B2'.repeat(9)}\n`, ''],
    ['a comment after a value', `#\nlabel: x # xoxb-${'12345678'.repeat(3)}\n`, ''],
    ['the reason', '', `The new token is glpat-${'a1B2'.repeat(5)}.`],
  ])('sends nothing to GitHub if %s has what looks like a token', async (_, comment, reason) => {
    const text = `${comment}${CONNECTOR}`.replace('label: x', '').replaceAll('pulled', 'other-people');
    const { id } = JSON.parse((await post('/v1/studio/drafts', { intent: 'create', text })).text) as {
      id: string;
    };
    const before = github.repository.git(['for-each-ref']);
    const answer = await post('/v1/studio/connectors/propose', { draft: id, reason });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('what looks like a');
    expect(answer.text).not.toMatch(/ghp_a|xoxb-1|glpat-a/);
    expect(github.repository.git(['for-each-ref'])).toBe(before);
    expect(github.pulls).toHaveLength(0);
  });

  test('proposes one commit whose tree is that of the patch, and extends the pull request later', async () => {
    const order = { connector: 'pulled', action: 'pause', reason: '@org/team: fixes #1' };
    const diff = JSON.parse((await post('/v1/studio/connectors/diff', order)).text) as { patch: string };
    expect(github.pulls).toHaveLength(0);
    const answer = await post('/v1/studio/connectors/propose', order);
    expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('"state":"open"')]);
    expect(github.pulls).toHaveLength(1);

    const clone = join(folders.make(), 'clone');
    execFileSync('git', ['clone', '-q', '-b', 'main', github.repository.folder, clone]);
    const git = (args: readonly string[], input = '') =>
      execFileSync('git', args, { cwd: clone, encoding: 'utf8', input });
    git(['apply', '--index', '-'], diff.patch);
    expect(git(['write-tree']).trim()).toBe(git(['rev-parse', 'origin/studio/pulled^{tree}']).trim());
    expect(git(['log', '--oneline', 'main..origin/studio/pulled']).trim().split('\n')).toHaveLength(1);
    expect(git(['diff', '--stat', 'main', 'origin/studio/pulled'])).toMatch(/3 files changed/);
    expect(git(['show', 'origin/studio/pulled:values.yaml'])).toContain(FILES['values.yaml']);

    await post('/v1/studio/connectors/propose', { connector: 'pulled', action: 'delete' });
    expect(github.pulls).toHaveLength(1);
  });

  test('shows a proposal as interrupted until the next attempt completes it', async () => {
    const headers = { ...bearer(author).headers, accept: 'text/html' };
    github.deleteBranch('studio/pulled');
    github.permissions.pullRequests = 'read';
    const order = { connector: 'pulled', action: 'pause' };
    const refused = await post('/v1/studio/connectors/propose', order);
    expect([refused.status, refused.text]).toEqual([502, expect.stringContaining('pull_requests=write')]);
    const after = await server.request('/studio/proposals', { headers });
    expect(after.text).toContain('>interrupted<');
    expect(after.text).not.toContain('>in progress<');
    github.permissions.pullRequests = 'write';
    const repeated = await post('/v1/studio/connectors/propose', order);
    expect([repeated.status, repeated.text]).toEqual([201, expect.stringContaining('"state":"open"')]);
    expect(github.pulls).toHaveLength(2);
  });

  test('shows an open proposal in the catalog until its pull request is merged', async () => {
    const proposed = async () =>
      (await server.request('/v1/studio/catalog?state=proposed', bearer(author))).text.includes('"pulled"');
    expect(await proposed()).toBe(true);
    github.merge(2);
    await eventually('the catalog has the newest state', async () => !(await proposed()));
  });

  test('shows the proposal with its link, and answers 404 for an unknown one', async () => {
    const headers = { ...bearer(author).headers, accept: 'text/html' };
    const list = await server.request('/studio/proposals?state=merged', { headers });
    expect(list.text).toMatch(/<a href="[^"]*\/pull\/2"/);
    const [, path = ''] = /href="(\/studio\/proposals\/[^"]+)"/.exec(list.text) ?? [];
    const one = (await server.request(path, { headers })).text;
    expect(one).toContain('The pull request is merged.');
    expect(one).toMatch(/<a class="button" href="[^"]*\/pull\/2"/);
    expect((await server.request('/studio/proposals/none', { headers })).status).toBe(404);
  });
});
