import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCatalog } from '../../../../src/app/catalog/catalog.ts';
import { targetOf } from '../../../../src/app/run/job.ts';
import { openDatabase } from '../../../../src/database/database.ts';
import { kestraFlows } from '../../../../src/schedules/kestra/flows.ts';
import { withHeader } from '../../../../src/schedules/generated-file.ts';
import { HR_EMPLOYEES } from '../../../support/definitions/schedulable.ts';
import { bearer, startGuardedServer, type GuardedServer } from '../../../support/http/guarded-server.ts';

const VALUES = `# The values of production.
image:   bridge   # aligned
scheduleJobs:
  # Every night.
  - name: pulled
    schedule: "0 2 * * *"   # two o'clock
    connectorPath: connectors/pulled.yaml
    enabled: true
    secrets: [SECRET_SUPPORT_PUSH_TOKEN]
  - name: other   # of another team
    schedule: "0 3 * * *"
    connectorPath: connectors/other.yaml
    enabled: true
`;

/** @param softDeleted for each document, whether it is only marked as deleted */
async function storeDocuments(
  connectorId: string,
  target: string,
  softDeleted: readonly number[],
): Promise<void> {
  const database = await openDatabase({ file: join(server.cwd, '.gemini-sync-bridge', 'state.db') });
  const scope = { kind: 'connector', connector_id: connectorId, target } as const;
  const [added] = await database
    .knex('connector_checkpoints')
    .insert({ ...scope, updated_at: '2026-11-29T00:00:00.000Z' })
    .returning('id');
  const record = {
    scope_id: added?.id ?? 0,
    checksum: Buffer.alloc(32, 1),
    fingerprint: Buffer.alloc(16),
    run_id: 'R1',
  };
  for (const [index, soft_deleted] of softDeleted.entries())
    await database
      .knex('record_state')
      .insert({ ...record, doc_id: `${connectorId}:${index}`, soft_deleted });
  await database.close();
}

let server: GuardedServer;
let author: string;

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: server.cwd,
    encoding: 'utf8',
  });
}

beforeAll(async () => {
  server = await startGuardedServer({ locked: true });
  author = await server.makeKey('author');
  const file = join(server.cwd, 'connectors/pulled.yaml');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('spec:\n', 'spec:\n  schedule: "0 2 * * *" # night\n'),
  );
  mkdirSync(join(server.cwd, 'kestra/flows/connectors'), { recursive: true });
  const { files } = kestraFlows([
    { ...HR_EMPLOYEES, name: 'pulled', file: 'connectors/pulled.yaml', schedule: '0 2 * * *' },
  ]);
  const [flow] = files;
  if (flow !== undefined) {
    writeFileSync(join(server.cwd, 'kestra/flows/connectors/pulled.yaml'), withHeader(flow));
  }
  writeFileSync(join(server.cwd, 'values.yaml'), VALUES);
  git('init', '-q');
  git('add', 'connectors', 'kestra', 'values.yaml');
  git('commit', '-qm', 'Begin');
});
afterAll(() => server.stop());

const page = (path: string, key = author) =>
  server.request(path, { headers: { ...bearer(key).headers, accept: 'text/html' } });

describe('a server without credentials of GitHub', () => {
  test('offers a patch that git apply takes, with connector, flow and entry, and with all other bytes unchanged', async () => {
    const answer = await page('/studio/connectors/pulled/pause/patch');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('text/x-diff');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="pulled.patch"');
    execFileSync('git', ['apply', '--index', '-'], { cwd: server.cwd, input: answer.text });
    expect(git('diff', '--cached', '--stat')).toMatch(/3 files changed/);
    const values = readFileSync(join(server.cwd, 'values.yaml'), 'utf8');
    expect(values).toBe(VALUES.replace('enabled: true\n    secrets', 'enabled: false\n    secrets'));
    const connector = git('diff', '--cached', 'connectors/pulled.yaml');
    expect(connector.match(/^[+-](?![+-])/gm)).toHaveLength(1);
    expect(connector).toContain('paused: true');
    expect(git('diff', '--cached', 'kestra')).toContain('disabled: true');
    git('reset', '-q', '--hard');
  });

  test('shows the change, the number of documents and their fate, and changes nothing by a GET', async () => {
    const pause = await page('/studio/connectors/pulled/pause');
    expect(pause.text).toContain('0 documents of this connector are in the index.');
    expect(pause.text).toContain('Download the patch');
    expect(pause.text).not.toMatch(/<button[^>]*>Open a pull request/);
    const empty = await page('/studio/connectors/pulled/delete');
    expect(empty.text).toContain('0 documents of this connector are in the index.');
    expect(empty.text).not.toContain('gemini-sync-bridge retire');
    expect(git('status', '--porcelain', 'connectors', 'kestra', 'values.yaml')).toBe('');
  });

  test('has the number that retire requires: of the target of the connector, with documents that are only marked as deleted', async () => {
    const { connectors } = await openCatalog({
      directory: 'connectors',
      policyFile: undefined,
      cwd: server.cwd,
      clock: server.clock,
    }).current();
    const spec = connectors.get('pulled')?.connector.spec;
    if (spec === undefined) throw new Error('The connector is not valid.');
    await storeDocuments('pulled', targetOf(spec, false), [0, 0, 1]);
    // An earlier data store, and a run with --local; retire deletes neither.
    await storeDocuments('pulled', 'my-project/global/earlier', [0, 0]);
    await storeDocuments('pulled', targetOf(spec, true), [0]);
    const remove = await page('/studio/connectors/pulled/delete');
    expect(remove.text).toContain('3 documents of this connector are in the index.');
    expect(remove.text).toContain('retire --connector connectors/pulled.yaml --allow-deletes 3');
  });

  test('refuses to propose, and says how to do it', async () => {
    const answer = await server.request('/v1/studio/connectors/propose', {
      method: 'POST',
      headers: { ...bearer(author).headers, 'content-type': 'application/json' },
      body: JSON.stringify({ connector: 'pulled', action: 'pause' }),
    });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('GITHUB_TOKEN');
  });

  test('refuses a viewer the change and its patch, and shows the history', async () => {
    const viewer = await server.makeKey('read');
    for (const path of ['/studio/connectors/pulled/pause', '/studio/connectors/pulled/pause/patch']) {
      expect((await page(path, viewer)).status).toBe(403);
    }
    const history = await page('/studio/proposals', viewer);
    expect(history.status).toBe(200);
    expect(history.text).toContain('no credentials for GitHub');
  });

  test.each([
    '..%2Fpulled',
    'a%22b',
    '%3Cimg%20onerror=x%3E',
    '%7B%7B7*7%7D%7D',
    '@org%2Fteam',
    'x'.repeat(65),
  ])('answers the name %s without HTML of it and without a file', async (name) => {
    const answer = await page(`/studio/connectors/${name}/delete`);
    expect([400, 404, 422]).toContain(answer.status);
    expect(answer.text).not.toContain('<img');
    expect(answer.text).not.toMatch(/(&quot;|")49(&quot;|")/);
  });
});
