import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { fencedLeases } from '../../../src/state/leases/fenced-lease.ts';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { startServer, type Reply, type TestServer } from '../../support/http/http-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { runHere } from '../../support/processes/run-here.ts';

const folders = temporaryFolders();
let api: TestServer;
let reply: Reply;
let cwd: string;
let database: Database | undefined;
beforeAll(async () => {
  api = await startServer((response, request) => {
    reply(response, request);
  });
});
afterAll(async () => {
  await database?.close();
  await api.close();
  folders.removeAll();
});

const contacts = (...ids: number[]): Reply => {
  const data = ids.map((id) => ({ id, name: `Contact ${id}` }));
  return (response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
  };
};

beforeEach(async () => {
  await database?.close();
  cwd = folders.make();
  reply = contacts(1, 2, 3);
  const file = join(cwd, '.gemini-sync-bridge', 'state.db');
  mkdirSync(join(cwd, '.gemini-sync-bridge'));
  await migrateState({ file });
  database = await openDatabase({ file });
  writeApp('crm');
});

function opened(): Database {
  if (database === undefined) throw new Error('The database is open.');
  return database;
}

function writeApp(name: string, more = ''): void {
  mkdirSync(join(cwd, 'connectors'), { recursive: true });
  writeFileSync(
    join(cwd, 'connectors', `${name}.yaml`),
    `apiVersion: sync.gemini.io/v1alpha1
kind: App
metadata: { name: ${name} }
spec:
  baseUrl: ${api.url}
  secretRef: crm-key
  ${more}
  collections:
    - { key: contacts, path: /contacts, recordsPath: data }
`,
  );
}

const run = (...args: string[]) =>
  runHere(['sync', ...args], { cwd, env: { SECRET_CRM_KEY: 'key-of-the-crm', MAX_RETRIES: '0' } });

async function json(...args: string[]): Promise<unknown> {
  const { stdout } = await run(...args, '--json');
  return JSON.parse(stdout);
}

describe('sync', () => {
  test('syncs an app of the folder by its key, and says what it did', async () => {
    const first = await run('--app', 'crm');
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.stdout).toMatch(/crm {2}SUCCESS/);
    expect(first.stdout).toMatch(/contacts \(full\) +3 +0 +0 +0 +0 +0/);
    expect(await json('--app', 'crm')).toMatchObject({
      app: 'crm',
      status: 'SUCCESS',
      exitStatus: 0,
      exit_status: 0,
      work: 'done',
      counts: { created: 0, updated: 0, deleted: 0, unchanged: 3, held: 0, errors: 0 },
      collections: [{ collection: 'contacts', mode: 'full', unchanged: 3 }],
    });
    expect(first.stdout + first.stderr).not.toContain('key-of-the-crm');
  });

  test('plans with --dry-run, and writes nothing', async () => {
    expect(await json('--app', 'crm', '--dry-run')).toMatchObject({
      work: 'planned',
      counts: { created: 3 },
    });
    expect(await json('--app', 'crm', '--dry-run')).toMatchObject({
      work: 'planned',
      counts: { created: 3 },
    });
  });

  test('takes an app by its file', async () => {
    expect(await run('--file', 'connectors/crm.yaml')).toMatchObject({ exitCode: 0 });
  });

  test('says in Kestra what is held as a warning with the inputs that release it, and has outputs and metrics', async () => {
    const kestra = async (...args: string[]) => {
      const env = { SECRET_CRM_KEY: 'key-of-the-crm', MAX_RETRIES: '0', LOG_FORMAT: 'kestra' };
      const { stdout, exitCode } = await runHere(['sync', '--app', 'crm', ...args], { cwd, env });
      const lines = stdout.trimEnd().split('\n');
      return { exitCode, lines: lines.map((line): unknown => JSON.parse(line.slice(2, -2))) };
    };
    writeApp('crm', 'deleteLimit: { count: 1, ratio: 0 }');
    await run('--app', 'crm');
    reply = contacts(1);
    const held = await kestra('--full', '--run-id', 'e1');
    expect(held.exitCode).toBe(3);
    const message = expect.stringMatching(
      /contacts: 2 deletes are held: .*\n.*the inputs full = true and allow_deletes = 2, or run\n.*--allow-deletes 2$/,
    );
    const outputs = { run_id: 'e1', app: 'crm', status: 'HELD', exit_status: 3, held_deletes: 2 };
    expect(held.lines).toEqual([
      { logs: [{ level: 'WARN', message }] },
      { logs: [{ level: 'INFO', message: expect.stringMatching(/^crm {2}HELD/) }] },
      { metrics: expect.arrayContaining([expect.objectContaining({ name: 'held', value: 2 })]) },
      { outputs: expect.objectContaining({ ...outputs, work: 'done', counts: expect.anything() }) },
    ]);
    const repeated = await kestra('--full', '--run-id', 'e1');
    expect(repeated.exitCode).toBe(3);
    expect(repeated.lines.at(-1)).toEqual({
      outputs: expect.objectContaining({ ...outputs, work: 'repeated' }),
    });
    reply = (response) => void response.writeHead(401).end();
    expect((await kestra('--run-id', 'e2')).lines).toEqual([
      {
        outputs: expect.objectContaining({
          run_id: 'e2',
          status: 'FAILED',
          error_code: 'SOURCE_AUTH_FAILED',
        }),
      },
    ]);
  });

  test('ends with 3 when deletes are held, and releases them with the command that it prints', async () => {
    writeApp('crm', 'deleteLimit: { count: 1, ratio: 0 }');
    await run('--app', 'crm');
    reply = contacts(1);
    const held = await run('--app', 'crm', '--full');
    expect(held.exitCode).toBe(3);
    const command = /gemini-sync-bridge sync (--app crm --full --allow-deletes 2)/.exec(held.stdout)?.[1];
    expect(await json(...(command ?? '').split(' '))).toMatchObject({
      status: 'SUCCESS',
      counts: { deleted: 2 },
    });
  });

  test('ends with 4 when a record cannot be stored', async () => {
    reply = (response) => {
      response
        .setHeader('content-type', 'application/json')
        .end('{"data":[{"id":1},{"id":2,"name":"\\u0000"}]}');
    };
    const partial = await run('--app', 'crm');
    expect(partial.exitCode).toBe(4);
    expect(partial.stdout).toContain('APP_RECORD_REFUSED');
  });

  test.each<[string, number, string, Reply]>([
    ['the key is refused', 77, 'SOURCE_AUTH_FAILED', (response) => response.writeHead(401).end('{}')],
    ['the key has too few rights', 77, 'SOURCE_PERMISSION', (response) => response.writeHead(403).end('{}')],
    ['the API refuses the request', 69, 'SOURCE_REFUSED', (response) => response.writeHead(410).end('{}')],
    ['the API answers HTML', 69, 'SOURCE_ANSWER_INVALID', (response) => response.end('<p>Hello</p>')],
    ['the API is out of order', 75, 'SOURCE_UNREACHABLE', (response) => response.writeHead(500).end('{}')],
    ['there are no records', 78, 'SOURCE_RECORDS_MISSING', (response) => response.end('{"items":[]}')],
  ])('fails when %s with %i, and the next sync makes up for it', async (_what, exitCode, code, failing) => {
    reply = failing;
    const failed = await run('--app', 'crm', '--json');
    expect(failed.exitCode).toBe(exitCode);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      status: 'FAILED',
      exit_status: exitCode,
      error: { code },
    });
    reply = contacts(1, 2, 3);
    expect(await json('--app', 'crm')).toMatchObject({ status: 'SUCCESS', counts: { created: 3 } });
  });

  test('ends with 75 and the time at once when the API asks for a longer wait than a minute', async () => {
    reply = (response) => {
      response.writeHead(429, { 'retry-after': '7200' }).end();
    };
    const limited = await run('--app', 'crm', '--json');
    expect(limited.exitCode).toBe(75);
    const result: unknown = JSON.parse(limited.stdout);
    expect(result).toMatchObject({ status: 'FAILED', error: { code: 'SOURCE_RATE_LIMITED' } });
    expect(JSON.stringify(result)).toMatch(/"next_run_after":"\d{4}-/);
    const lastLine: unknown = JSON.parse(limited.stderr.trim().split('\n').at(-1) ?? '');
    expect(lastLine).toMatchObject({ app: 'crm', exit_status: 75 });
    expect(lastLine).not.toHaveProperty('connector');
  });

  test('ends with 75 while another sync has the lease', async () => {
    const before = api.received.length;
    const lease = await fencedLeases({ ...opened(), kind: 'app' })('crm', 'another-run');
    const held = await run('--app', 'crm');
    await lease.release();
    expect(held.exitCode).toBe(75);
    expect(held.stderr).toContain('LEASE_HELD');
    expect(api.received).toHaveLength(before);
  });

  test.each([
    ['an unknown app', ['--app', 'crn'], 2, 'Did you mean crm?'],
    ['an unknown collection', ['--app', 'crm', '--collection', 'contact'], 2, 'contacts'],
    ['no target', [], 2, '--queued'],
    ['two targets', ['--app', 'crm', '--queued'], 2, 'exactly one'],
    ['options of one sync with --queued', ['--queued', '--full'], 2, '--queued'],
    ['a file that is missing', ['--file', 'none.yaml'], 78, 'none.yaml'],
  ])('explains %s', async (_what, args, exitCode, words) => {
    const refused = await run(...args);
    expect(refused.exitCode).toBe(exitCode);
    expect(refused.stderr).toContain(words);
  });

  test('says what is wrong in the file of the app', async () => {
    writeApp('crm', 'colour: blue');
    const refused = await run('--app', 'crm');
    expect(refused.exitCode).toBe(78);
    expect(refused.stderr).toContain('colour');
  });
});

describe('sync --queued', () => {
  const insert = (appKey: string) =>
    opened().knex.raw('insert into sync_requests (app_key) values (?) on conflict do nothing', [appKey]);
  const statuses = () => opened().knex('sync_requests').orderBy('app_key').pluck('status');

  test('takes each waiting request once, and ends', async () => {
    await insert('crm');
    await insert('crm');
    expect(await json('--queued')).toMatchObject({
      jobs: [{ app: 'crm', status: 'SUCCESS', counts: { created: 3 }, requestedBy: 'schedule' }],
      busy: [],
      exitStatus: 0,
    });
    expect(await json('--queued')).toMatchObject({ jobs: [], exitStatus: 0 });
    expect(await statuses()).toEqual(['completed']);
    expect((await run('--queued')).stdout).toContain('No sync request waits.');
  });

  test('goes on after a request that fails, and ends with its status', async () => {
    await insert('aaa-unknown');
    await insert('crm');
    const done = await run('--queued');
    expect(done.exitCode).toBe(2);
    expect(done.stdout).toContain('APP_UNKNOWN');
    expect(await statuses()).toEqual(['failed', 'completed']);
  });

  test('leaves the request of an app that is being synced, and ends with 75', async () => {
    await insert('crm');
    const lease = await fencedLeases({ ...opened(), kind: 'app' })('crm', 'another-run');
    const busy = await run('--queued');
    await lease.release();
    expect(busy.exitCode).toBe(75);
    expect(await statuses()).toEqual(['pending']);
  });
});
