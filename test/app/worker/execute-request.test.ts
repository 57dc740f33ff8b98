import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openCatalog } from '../../../src/app/catalog/catalog.ts';
import { WORKER_RETRY_SECONDS, WORKER_RETRY_SECONDS_MAX } from '../../../src/app/limits.ts';
import type { ChildCommand, ChildEnd } from '../../../src/app/worker/child-process.ts';
import { executeRequest, retrySeconds } from '../../../src/app/worker/execute-request.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { RUN_REQUEST_ATTEMPTS_MAX } from '../../../src/core/limits.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { openServerDatabase, type ServerDatabase } from '../../../src/database/open-server-database.ts';
import { LEASE_TIMING } from '../../../src/state/leases/leases.ts';
import { openRunRequests } from '../../../src/state/run-requests/run-requests.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
const cwd = folders.make();
let database: ServerDatabase;

function write(name: string, kind: string, spec: object): void {
  const definition = { apiVersion: 'sync.gemini.io/v1alpha1', kind, metadata: { name }, spec };
  writeFileSync(join(cwd, 'connectors', `${name}.yaml`), JSON.stringify(definition));
}

beforeAll(async () => {
  database = await openServerDatabase({ file: join(cwd, 'state.db') });
  mkdirSync(join(cwd, 'connectors'));
  write('staff', 'Connector', {
    mode: 'sql_pull',
    source: { type: 'postgres', secretRef: 'staff-db', query: 'SELECT id, name FROM staff' },
    mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ name }}' },
    output: { bucket: 'gs://company-sync', prefix: 'staff', format: 'ndjson' },
    gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'staff' },
    reconciliation: { deletePolicy: 'auto_delete_missing' },
  });
  write('resting', 'Connector', {
    mode: 'sql_pull',
    schedule: '0 3 * * *',
    paused: true,
    source: { type: 'postgres', secretRef: 'staff-db', query: 'SELECT id, name FROM staff' },
    mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ name }}' },
    output: { bucket: 'gs://company-sync', prefix: 'resting', format: 'ndjson' },
    gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'staff' },
    reconciliation: { deletePolicy: 'auto_delete_missing' },
  });
  write('wiki', 'KnowledgeSource', {
    type: 'rest',
    title: 'Wiki',
    tenantId: 'demo',
    config: {
      baseUrl: 'https://wiki.example.com/pages',
      cursorParam: 'skip',
      pageSizeParam: 'limit',
      defaultPageSize: 50,
      itemsPath: 'pages',
      totalPath: 'total',
      textFields: ['title'],
      requiresAuth: false,
      cursorStyle: 'offset',
    },
  });
  writeFileSync(join(cwd, 'connectors', 'broken.yaml'), 'kind: Connector\nmetadata: { name: broken }\n');
});
afterEach(() => database.guarded(({ knex }) => knex('run_requests').delete()));
afterAll(async () => {
  await database.close();
  folders.removeAll();
});

const DONE: ChildEnd = { exitStatus: 0, lastLine: '{"status":"SUCCESS"}' };

/** Requests a run, takes the request, and executes it with a process that ends so, or with a start that fails so. */
async function execute(
  end: ChildEnd | BridgeError,
  { name = 'staff', kind = 'connector', attempts = 0, stopped = false, by = 'schedule' } = {},
) {
  const requests = openRunRequests(database);
  await database.guarded(({ knex }) =>
    knex.raw('insert into run_requests (kind, name, attempts, requested_by) values (?, ?, ?, ?)', [
      kind,
      name,
      attempts,
      by,
    ]),
  );
  const taken = await requests.take('run-1');
  if (taken === undefined) throw new Error('There was a request to take.');
  const commands: ChildCommand[] = [];
  const context = {
    requests,
    catalog: openCatalog({ directory: 'connectors', policyFile: undefined, cwd, clock: systemClock }),
    variablesFor: (...[given, secrets]: readonly [string, readonly string[]]) => ({
      KIND: given,
      SECRETS: secrets.join(),
    }),
    start: (command: ChildCommand) => {
      commands.push(command);
      return end instanceof BridgeError ? Promise.reject(end) : Promise.resolve(end);
    },
    log: silentLogger,
    lease: LEASE_TIMING,
  };
  const signal = stopped ? AbortSignal.abort() : new AbortController().signal;
  await executeRequest(taken, context, signal);
  const row = await database.guarded(({ knex }) => knex('run_requests').first());
  return { commands, row };
}

describe('executeRequest', () => {
  test('runs a connector by its file, with its run id and its secrets', async () => {
    const { commands } = await execute(DONE);
    expect(commands).toEqual([
      {
        args: [
          ...['run', '--connector', 'connectors/staff.yaml', '--run-id', 'run-1'],
          ...['--progress', 'off', '--json'],
        ],
        variables: { KIND: 'connector', SECRETS: 'SECRET_STAFF_DB' },
      },
    ]);
  });

  test('syncs a whole pass of a knowledge source by its name, with its run id', async () => {
    const { commands } = await execute(DONE, { name: 'wiki', kind: 'knowledge_source' });
    expect(commands).toMatchObject([
      {
        args: [
          ...['kb', 'sync', '--source', 'wiki', '--until-done', '--run-id', 'run-1'],
          ...['--progress', 'off', '--json'],
        ],
        variables: { KIND: 'knowledge_source' },
      },
    ]);
  });

  test('cancels what the schedule of a paused connector requested, and runs what a person requested', async () => {
    const scheduled = await execute(DONE, { name: 'resting' });
    expect(scheduled.commands).toEqual([]);
    expect(scheduled.row).toMatchObject({
      status: 'cancelled',
      exit_status: null,
      error_code: 'DEFINITION_PAUSED',
      error_message: 'The connector resting is paused, so its schedule starts no run.',
    });
    await database.guarded(({ knex }) => knex('run_requests').delete());
    const asked = await execute(DONE, { name: 'resting', by: 'mei' });
    expect(asked.commands).toHaveLength(1);
    expect(asked.row).toMatchObject({ status: 'completed', error_code: null });
  });

  test.each([
    { name: 'wiki', kind: 'connector' },
    { name: 'staff', kind: 'knowledge_source' },
    { name: '../connectors/staff', kind: 'connector' },
    { name: 'broken', kind: 'connector' },
  ])('starts nothing for the $kind $name, which CONNECTORS_DIR does not have', async (given) => {
    const { commands, row } = await execute(DONE, given);
    expect(commands).toEqual([]);
    expect(row).toMatchObject({ status: 'failed', exit_status: 78, error_code: 'DEFINITION_UNKNOWN' });
    expect(row?.error_message?.includes('broken.yaml')).toBe(given.name === 'broken');
  });

  test.each([
    { exitStatus: 0, status: 'completed' },
    { exitStatus: 3, status: 'held' },
    { exitStatus: 4, status: 'partial' },
    { exitStatus: 65, status: 'failed' },
    { exitStatus: 1, status: 'failed' },
  ])('stores exit status $exitStatus as $status, and does not retry', async ({ exitStatus, status }) => {
    const { row } = await execute({ exitStatus, lastLine: '' });
    expect(row).toMatchObject({ status, exit_status: exitStatus, run_id: 'run-1' });
  });

  test('keeps the error that the run reports', async () => {
    const lastLine = '{"error":{"code":"SOURCE_TLS","message":"The certificate is not trusted."}}';
    const { row } = await execute({ exitStatus: 78, lastLine });
    expect(row).toMatchObject({ error_code: 'SOURCE_TLS', error_message: 'The certificate is not trusted.' });
  });

  test.each([75, undefined, 143, 130])('retries a run that ended with %s', async (exitStatus) => {
    const { row } = await execute({ exitStatus, lastLine: '' });
    expect(row).toMatchObject({ status: 'retrying', attempts: 1, run_id: 'run-1' });
    expect(row?.next_attempt_at).toBeGreaterThan(Date.now());
  });

  test('fails after the last attempt', async () => {
    const attempts = RUN_REQUEST_ATTEMPTS_MAX - 1;
    const { row } = await execute({ exitStatus: 75, lastLine: '' }, { attempts });
    expect(row).toMatchObject({ status: 'failed', exit_status: 75 });
  });

  test('waits for another run of the definition for as long as it takes', async () => {
    const attempts = RUN_REQUEST_ATTEMPTS_MAX - 1;
    const lastLine = '{"error":{"code":"LEASE_HELD","message":"Connector staff is being run."}}';
    const { row } = await execute({ exitStatus: 75, lastLine }, { attempts });
    expect(row).toMatchObject({ status: 'retrying', attempts, error_code: 'LEASE_HELD' });
  });

  test('retries a run that could not be started for now', async () => {
    const unreadable = new BridgeError('STATE_UNREACHABLE', 'The disk does not answer.');
    const { row } = await execute(unreadable);
    expect(row).toMatchObject({ status: 'retrying', attempts: 1, error_code: 'STATE_UNREACHABLE' });
    await database.guarded(({ knex }) => knex('run_requests').delete());
    const last = await execute(unreadable, { attempts: RUN_REQUEST_ATTEMPTS_MAX - 1 });
    expect(last.row).toMatchObject({ status: 'failed', exit_status: 75 });
  });

  test('stores no character that Postgres would refuse', async () => {
    const lastLine = JSON.stringify({ error: { code: 'SOURCE_REFUSED', message: 'a\u0000b' } });
    const { row } = await execute({ exitStatus: 69, lastLine });
    expect(row).toMatchObject({ status: 'failed', error_message: 'a\\u0000b' });
  });

  test('gives back a run that was interrupted by the stop of the worker, and stores the result of one that had ended', async () => {
    const interrupted = await execute({ exitStatus: 143, lastLine: '' }, { stopped: true });
    expect(interrupted.row).toMatchObject({ status: 'retrying', attempts: 0, next_attempt_at: 0 });
    await database.guarded(({ knex }) => knex('run_requests').delete());
    expect((await execute(DONE, { stopped: true })).row).toMatchObject({ status: 'completed' });
    await database.guarded(({ knex }) => knex('run_requests').delete());
    const failed = await execute({ exitStatus: 65, lastLine: '' }, { stopped: true });
    expect(failed.row).toMatchObject({ status: 'failed', exit_status: 65 });
  });
});

test('retrySeconds doubles the wait up to its maximum', () => {
  expect([1, 2, 3].map(retrySeconds)).toEqual([1, 2, 4].map((factor) => factor * WORKER_RETRY_SECONDS));
  expect(retrySeconds(RUN_REQUEST_ATTEMPTS_MAX)).toBe(WORKER_RETRY_SECONDS_MAX);
});
