import { mkdirSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { writeOldFile } from '../../support/files/file-source.ts';
import { startServer, type TestServer } from '../../support/http/http-server.ts';
import { environmentsOf } from '../../support/processes/processes.ts';
import { startServe } from '../../support/server/serving.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

interface RunLog {
  readonly started_by: string;
  readonly finished_at: string | null;
  readonly exit_status: number | null;
  readonly log: string;
}

const folders = temporaryFolders();
const cwd = folders.make();
const env = {
  GEMINI_INGESTION_DRY_RUN: 'true',
  ADMIN_API_KEY: 'canary-of-the-admin-key-4711',
  SESSION_SECRET: 'canary-of-the-session-secret-4711-4711',
  SECRET_OWN: 'canary-of-its-own-secret',
  SECRET_OTHER: 'canary-of-another-secret',
};
let api: TestServer;
const unanswered: ServerResponse[] = [];
const atWork: { status: number; runId: string }[] = [];
let server: Awaited<ReturnType<typeof startServe>>;

function connector(name: string, mode: string, source: object): string {
  return JSON.stringify({
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name },
    spec: {
      mode,
      source,
      mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ name }}' },
      output: { bucket: 'file://./bucket', prefix: name, format: 'ndjson' },
      gemini: { projectId: 'my-project', location: 'global', dataStoreId: name },
      reconciliation: { deletePolicy: 'auto_delete_missing' },
    },
  });
}

/** With the key of the server. */
function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${env.ADMIN_API_KEY}`);
  return server.request(path, { ...init, headers });
}

async function runNow(name: string, order: object = {}): Promise<{ status: number; runId: string }> {
  const answer = await ask(`/v1/studio/connectors/${name}/run-now`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  const { run_id: runId = '' } = (await answer.json()) as { run_id?: string };
  return { status: answer.status, runId };
}

async function logOf(runId: string): Promise<RunLog> {
  const answer = await ask(`/v1/ops/runs/${runId}/log`);
  return (await answer.json()) as RunLog;
}

async function ended(runId: string): Promise<RunLog> {
  await eventually(`run ${runId} ends`, async () => (await logOf(runId)).finished_at !== null);
  return logOf(runId);
}

describe('a run started by the server', () => {
  beforeAll(async () => {
    // It takes the request, and answers when a test does.
    api = await startServer((response) => unanswered.push(response));
    mkdirSync(join(cwd, 'connectors'));
    writeOldFile(join(cwd, 'files'), 'staff.csv', 'id,name\n1,Mei\n2,Omar\n');
    const files = { type: 'file', path: 'files', glob: '*.csv', format: 'csv' };
    const endless = { type: 'http', url: `${api.url}/people`, secretRef: 'own' };
    writeFileSync(join(cwd, 'connectors/staff.yaml'), connector('staff', 'file_pull', files));
    writeFileSync(
      join(cwd, 'connectors/absent.yaml'),
      connector('absent', 'file_pull', { ...files, path: 'nowhere' }),
    );
    writeFileSync(join(cwd, 'connectors/endless.yaml'), connector('endless', 'rest_pull', endless));
    server = await startServe({ cwd, env });
  });

  afterAll(async () => {
    await server.stop();
    await api.close();
    folders.removeAll();
  });

  test('is a process of its own, whose exit status and log are kept', async () => {
    const { status, runId } = await runNow('staff', { dry_run: false });
    expect(status).toBe(202);
    const log = await ended(runId);
    expect(log).toMatchObject({ exit_status: 0, started_by: 'admin-api-key' });
    expect(log.log).toContain(`"runId":"${runId}"`);
    const page = await (await ask(`/ops/runs/${runId}`)).text();
    expect(page).toContain('it ended with exit status 0');
    expect(page).toContain(`&quot;runId&quot;:&quot;${runId}&quot;`);
  });

  test('that fails reports its exit status, and the reason in its log', async () => {
    const log = await ended((await runNow('absent')).runId);
    expect(log.exit_status).toBe(78);
    expect(log.log).toContain('SOURCE_FOLDER_MISSING');
  });

  test('that leaves nothing in the state is known by its exit status, and its log is named', async () => {
    const { runId } = await runNow('staff', { dry_run: true });
    expect((await ended(runId)).exit_status).toBe(0);
    for (const path of [`/v1/ops/runs/${runId}`, `/ops/runs/${runId}`]) {
      const answer = await ask(path);
      expect(answer.status).toBe(404);
      const body = await answer.text();
      expect(body).toContain('ended with exit status 0 and left nothing in the state');
      expect(body).toContain(`/v1/ops/runs/${runId}/log`);
    }
  });

  test('is refused for a connector that there is not', async () => {
    expect((await runNow('nobody')).status).toBe(404);
  });

  test('is refused while the maximum number of runs is in progress', async () => {
    for (let runs = 0; runs < 4; runs++) atWork.push(await runNow('endless'));
    expect(atWork.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect((await runNow('staff')).status).toBe(429);
  });

  test('has the secret of its connector, and neither the keys of the server nor other secrets', async () => {
    await eventually('a run waits for the API', () => api.received.length > 0);
    const environments = await environmentsOf(atWork.map(({ runId }) => runId));
    expect(environments).not.toEqual([]);
    for (const environment of environments) {
      expect(environment).toContain(env.SECRET_OWN);
      expect(environment).not.toMatch(/canary-of-(?:the|another)/);
      expect(environment).not.toMatch(/ADMIN_API_KEY|SESSION_SECRET|SECRET_OTHER/);
    }
  });

  test('is told to stop when the server is, and what it said is kept', async () => {
    await eventually('a run waits for the API', () => api.received.length > 0);
    const { exitCode } = await server.stop();
    expect(exitCode).toBe(0);
    server = await startServe({ cwd, env });
    const logs = await Promise.all(atWork.map(({ runId }) => logOf(runId)));
    // One of them had the lease; the others had to try again later, if they came that far.
    expect(logs.map(({ exit_status }) => exit_status)).toContain(143);
    expect(logs.every(({ finished_at }) => finished_at !== null)).toBe(true);
  });

  test('continues when its server is killed, although its output is no longer read', async () => {
    const asked = api.received.length;
    const { runId } = await runNow('endless');
    await eventually('the run waits for the API', () => api.received.length > asked);
    await server.stop('SIGKILL');
    server = await startServe({ cwd, env });
    unanswered.at(-1)?.setHeader('content-type', 'application/json').end('[{"id":1,"name":"Mei"}]');
    const statusOf = async () => {
      const answer = await ask(`/v1/ops/runs/${runId}`);
      return ((await answer.json()) as { readonly run: { readonly status: string } }).run.status;
    };
    await eventually('the run ends', async () => (await statusOf()) === 'DRY_RUN');
    expect(await logOf(runId)).toMatchObject({ finished_at: null, exit_status: null });
  });

  test('of another caller has no log here', async () => {
    expect((await ask('/v1/ops/runs/none/log')).status).toBe(404);
  });
});
