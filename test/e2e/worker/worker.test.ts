import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { startGoogleStandIn, type GoogleStandIn } from '../../stand-ins/google.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { writeOldFile } from '../../support/files/file-source.ts';
import { DATA_STORE, BUCKET } from '../../support/files/google-workplace.ts';
import { startServer, type TestServer } from '../../support/http/http-server.ts';
import { environmentsOf } from '../../support/processes/processes.ts';
import { startCli } from '../../support/processes/run-cli.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const STAFF = ['staff-1', 'staff-2'];
const SECRETS = { SECRET_SLOW: 'canary-of-its-own-secret', SECRET_CRM_KEY: 'canary-of-another-secret' };

const folders = temporaryFolders();
const cwd = folders.make();
let state: TestPostgres;
let google: GoogleStandIn;
/** Takes requests of the connector `slow`, and answers when the test does. */
let slowApi: TestServer;
const unanswered: ServerResponse[] = [];
let crmApi: TestServer;

const sql = (text: string) => state.query(text);
const requests = () =>
  sql(`select name, status, attempts, exit_status, error_code, run_id from run_requests order by name`);
const runsOf = (name: string) => sql(`select run_id, status from run_state where connector_id = '${name}'`);

function write(name: string, kind: string, spec: object): void {
  const definition = { apiVersion: 'sync.gemini.io/v1alpha1', kind, metadata: { name }, spec };
  writeFileSync(join(cwd, 'connectors', `${name}.yaml`), JSON.stringify(definition));
}

function writeConnector(name: string, mode: string, source: object): void {
  write(name, 'Connector', {
    mode,
    source,
    mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ name }}' },
    output: { bucket: `gs://${BUCKET}`, prefix: name, format: 'ndjson' },
    gemini: { projectId: DATA_STORE.project, location: DATA_STORE.location, dataStoreId: name },
    reconciliation: { deletePolicy: 'auto_delete_missing' },
  });
}

function startWorker(...args: string[]) {
  const env = { ...google.env, ...SECRETS, DATABASE_URL: state.url(), LOG_FORMAT: 'json' };
  return startCli(['worker', ...args], { cwd, env });
}

/** Waits until a run of `slow` has sent another request to its API. */
const untilSlowRuns = (requestsBefore: number) =>
  eventually('a run waits for its API', () => slowApi.received.length > requestsBefore);

beforeAll(async () => {
  state = await startPostgres();
  await migrateState({ url: state.url(), file: join(cwd, 'unused.db') });
  google = await startGoogleStandIn({
    buckets: [BUCKET],
    dataStores: [...STAFF, 'slow'].map((id) => ({ ...DATA_STORE, id })),
    synchronous: true,
  });
  slowApi = await startServer((response) => unanswered.push(response));
  crmApi = await startServer((response) =>
    response.setHeader('content-type', 'application/json').end('{"data":[{"id":1}]}'),
  );
  mkdirSync(join(cwd, 'connectors'));
  writeOldFile(join(cwd, 'files'), 'staff.csv', 'id,name\n1,Mei\n2,Omar\n');
  for (const name of STAFF) {
    writeConnector(name, 'file_pull', { type: 'file', path: 'files', glob: '*.csv', format: 'csv' });
  }
  writeConnector('slow', 'rest_pull', { type: 'http', url: `${slowApi.url}/people`, secretRef: 'slow' });
  write('crm', 'App', {
    baseUrl: crmApi.url,
    secretRef: 'crm-key',
    collections: [{ key: 'contacts', path: '/contacts', recordsPath: 'data' }],
  });
});
afterAll(async () => {
  await Promise.all([state.stop(), google.close(), slowApi.close(), crmApi.close()]);
  folders.removeAll();
});

describe('worker', () => {
  test('executes each request once when two workers share the queue', async () => {
    const names = [...STAFF, 'ghost', '../files/staff'].map((name) => `('connector', '${name}')`);
    await sql(`insert into run_requests (kind, name) values ${names.join(', ')}`);
    await sql(`insert into sync_requests (app_key) values ('crm')`);
    const ended = await Promise.all([startWorker('--once', '--concurrency', '2'), startWorker('--once')]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const unknown = { status: 'failed', attempts: 1, error_code: 'DEFINITION_UNKNOWN' };
    const done = { status: 'completed', attempts: 1, exit_status: 0, error_code: null };
    expect(await requests()).toMatchObject([
      { name: '../files/staff', ...unknown },
      { name: 'ghost', ...unknown },
      ...STAFF.map((name) => ({ name, ...done })),
    ]);
    for (const name of STAFF) {
      const [request] = await sql(`select run_id from run_requests where name = '${name}'`);
      expect(await runsOf(name)).toEqual([{ run_id: request?.['run_id'], status: 'SUCCESS' }]);
    }
    expect(await sql('select app_key, status from sync_requests')).toEqual([
      { app_key: 'crm', status: 'completed' },
    ]);
    expect(await runsOf('crm')).toHaveLength(1);
    await sql('delete from run_requests');
  });

  test('lets another worker do an interrupted run, or one whose worker was killed, exactly once', async () => {
    await sql(`insert into run_requests (kind, name) values ('connector', 'slow')`);
    const stopped = startWorker();
    await untilSlowRuns(0);
    const [{ run_id: runId } = {}] = await requests();
    const [environment = ''] = await environmentsOf([`--run-id ${String(runId)}`]);
    expect(environment).toContain(SECRETS.SECRET_SLOW);
    expect(environment).not.toContain(SECRETS.SECRET_CRM_KEY);
    stopped.kill('SIGTERM');
    expect((await stopped).exitCode).toBe(0);
    expect(await requests()).toMatchObject([{ status: 'retrying', attempts: 0, run_id: runId }]);

    const killed = startWorker();
    await untilSlowRuns(1);
    killed.kill('SIGKILL');
    // Its run goes on, and keeps stderr open.
    await once(killed, 'exit');
    // As if the lease's time had passed.
    await sql('update run_requests set expires_at = 1');
    expect((await startWorker('--once')).exitCode).toBe(0);
    expect(await requests()).toMatchObject([
      // An attempt that only waited for the other run does not count.
      { status: 'retrying', attempts: 1, run_id: runId, error_code: 'LEASE_HELD' },
    ]);

    unanswered.at(-1)?.setHeader('content-type', 'application/json').end('[{"id":1,"name":"Mei"}]');
    await eventually('the run ends', async () =>
      (await runsOf('slow')).some(({ status }) => status === 'SUCCESS'),
    );
    await sql('update run_requests set next_attempt_at = 1');
    expect((await startWorker('--once')).exitCode).toBe(0);
    expect(await requests()).toMatchObject([{ status: 'completed', attempts: 2, exit_status: 0 }]);
    expect(await runsOf('slow')).toEqual([{ run_id: runId, status: 'SUCCESS' }]);
    expect(slowApi.received).toHaveLength(2);
  });
});
