import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newKeyEntry } from '../../src/core/secrets/managed/key-ring.ts';
import { openDatabase } from '../../src/database/database.ts';
import { peopleTable, somePeople } from '../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { eventually } from '../support/eventually.ts';
import { allText } from '../support/files/folder-listing.ts';
import { parsedObject } from '../support/files/json.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { CONNECTOR_FILE, connectorOf, workplace, type Workplace } from '../support/files/workplace.ts';
import { startServer } from '../support/http/http-server.ts';
import { processesWith } from '../support/processes/processes.ts';
import { runCli, startCli } from '../support/processes/run-cli.ts';
import { runHere } from '../support/processes/run-here.ts';
import { startServe } from '../support/server/serving.ts';

const CANARY = 'canary9f27c1e4b6';
const KEYS = newKeyEntry('a');
const WRONG = newKeyEntry('a');

const folders = temporaryFolders();
let server: TestPostgres;
let place: Workplace;
beforeAll(async () => {
  server = await startPostgres({ password: CANARY });
  await server.query(peopleTable(somePeople(5)));
});
afterAll(async () => {
  await server.stop();
  folders.removeAll();
});
beforeEach(() => {
  place = workplace(folders.make(), { LOG_LEVEL: 'debug', MANAGED_SECRET_ENCRYPTION_KEY: KEYS });
  place.writeConnector();
});

const store = async (args: readonly string[] = [], name = 'people-db', value = server.url()) => {
  const env = { MANAGED_SECRET_ENCRYPTION_KEY: KEYS };
  const { exitCode, stderr } = await runCli(['secrets', 'set', name, ...args], {
    cwd: place.cwd,
    env,
    input: value,
  });
  // The copy of the audit event in the log; the value is in no part of it.
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: expect.stringContaining('"audit":"secret.set"'),
  });
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).not.toContain(value);
};
const listed = async () => {
  const { stdout } = await runHere(['secrets', 'list', '--json'], { cwd: place.cwd });
  return parsedObject(stdout);
};

describe('a stored secret', () => {
  test('is used by a run, and is found in no file, database, log, output or process list', async () => {
    const env = { MANAGED_SECRET_ENCRYPTION_KEY: KEYS, LOG_LEVEL: 'debug' };
    const setting = startCli(['secrets', 'set', 'people-db', '--note', 'HR'], {
      cwd: place.cwd,
      env,
      input: server.url(),
    });
    const running = { value: true };
    const seen: string[] = [];
    const watching = (async () => {
      while (running.value) {
        seen.push(...(await processesWith('gemini-sync-bridge')));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    const set = await setting;
    const run = await workplace(place.cwd, env, runCli).run();
    running.value = false;
    await watching;
    expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({
      exitCode: 0,
      stderr: expect.any(String),
    });
    expect(await listed()).toMatchObject({
      secrets: [{ name: 'people-db', last_used_at: expect.stringMatching(/:00:00\.000Z$/) }],
    });
    const files = allText(place.cwd);
    expect(files).toContain('people-db');
    expect(seen.join('\n')).toContain('people-db');
    for (const text of [set.stdout, set.stderr, run.stdout, run.stderr, files, ...seen]) {
      expect(text.includes(CANARY)).toBe(false);
      expect(text.includes(KEYS.slice(2))).toBe(false);
    }
  });

  test('takes precedence over the variable, and is not replaced by it when it cannot be opened', async () => {
    await store();
    const good = { SECRET_PEOPLE_DB: server.url() };
    expect((await place.run([], { SECRET_PEOPLE_DB: 'postgres://nobody@127.0.0.1:1/x' })).exitCode).toBe(0);
    for (const [keys, code] of [
      [WRONG, 'SECRET_UNREADABLE'],
      [newKeyEntry('b'), 'SECRET_UNREADABLE'],
      ['', 'SECRETS_KEY_MISSING'],
      ['a:short', 'ENVIRONMENT_INVALID'],
    ] as const) {
      for (const args of [[], ['--dry-run']]) {
        const run = await place.runJson(args, { ...good, MANAGED_SECRET_ENCRYPTION_KEY: keys });
        expect(run).toMatchObject({ exitCode: 78, result: { error: { code } } });
      }
    }
  });

  test('leaves the variable in use where nothing is stored under the name, also without a key', async () => {
    await store([], 'people.db');
    const env = { SECRET_PEOPLE_DB: server.url(), MANAGED_SECRET_ENCRYPTION_KEY: '' };
    expect((await place.run([], env)).exitCode).toBe(0);
  });

  test('is used by no other connector, and sent to no other host, than it is limited to', async () => {
    const refused = { exitCode: 77, result: { error: { code: 'SECRET_NOT_ALLOWED' } } };
    await store(['--connector', 'other']);
    expect(await place.runJson()).toMatchObject(refused);
    await store(['--connector', 'people', '--host', 'db.example.com', '127.0.0.1:1']);
    expect(await place.runJson()).toMatchObject(refused);
    await store(['--host', `127.0.0.1:${server.port}`]);
    expect((await place.run()).exitCode).toBe(0);
  });

  test('is not sent by an API connector that names a foreign address', async () => {
    let requests = 0;
    const api = await startServer((response) => {
      requests++;
      response.end('[]');
    });
    await store(['--host', 'api.example.com'], 'api-token', 'token-canary-4711');
    place.writeConnector({
      mode: 'rest_pull',
      source: { type: 'http', url: `${api.url}/people`, secretRef: 'api-token', query: undefined },
    });
    expect(await place.runJson()).toMatchObject({
      exitCode: 77,
      result: { error: { code: 'SECRET_NOT_ALLOWED' } },
    });
    expect(requests).toBe(0);
    await api.close();
  });

  test('is not replaced by its variable in any command when it cannot be opened or its row was changed', async () => {
    let requests = 0;
    const api = await startServer((response) => {
      requests++;
      response.end('[]');
    });
    const { cwd } = place;
    mkdirSync(join(cwd, 'connectors'));
    const apiVersion = 'sync.gemini.io/v1alpha1';
    const write = (name: string, definition: unknown) => {
      writeFileSync(join(cwd, 'connectors', `${name}.yaml`), JSON.stringify(definition));
    };
    const source = { type: 'http', url: `${api.url}/people`, secretRef: 'api-token', query: undefined };
    write('people', connectorOf({ mode: 'rest_pull', source }));
    const collections = [{ key: 'orders', path: '/orders', idField: 'id' }];
    const app = { baseUrl: api.url, secretRef: 'api-token', collections };
    write('shop', { apiVersion, kind: 'App', metadata: { name: 'shop' }, spec: app });
    const config = { baseUrl: api.url, requiresAuth: true, provider: 'api-token' };
    const spec = { type: 'rest', title: 'Help', tenantId: 'acme', config };
    write('help', { apiVersion, kind: 'KnowledgeSource', metadata: { name: 'help' }, spec });
    await store(['--host', 'api.example.com'], 'api-token', 'token-canary-4711');
    const env = (keys: string) => ({
      MANAGED_SECRET_ENCRYPTION_KEY: keys,
      SECRET_API_TOKEN: 'token-of-the-environment-4712',
    });
    expect((await runHere(['kb', 'apply', 'connectors/help.yaml'], { cwd, env: env(KEYS) })).exitCode).toBe(
      0,
    );
    const commands = [
      ['run', '--connector', 'connectors/people.yaml', '--local'],
      ['sync', '--app', 'shop'],
      ['kb', 'sync', '--source', 'help'],
      ['validate', '--try', 'connectors/people.yaml'],
      ['doctor', '--connector', 'connectors/people.yaml'],
      ['check-drift', '--live', '--only', 'columns'],
    ];
    const outcomes = async (keys: string) => {
      const said: string[] = [];
      for (const command of commands) {
        const { stdout, stderr } = await runHere(command, { cwd, env: env(keys) });
        const isRefused = `${stdout}${stderr}`.includes('cannot be opened with the keys');
        if (!isRefused) said.push(`${command.join(' ')}: ${stdout}${stderr}`);
      }
      return said;
    };
    expect(await outcomes(WRONG)).toEqual([]);
    const database = await openDatabase({ file: join(cwd, '.gemini-sync-bridge', 'state.db') });
    await database.knex('managed_secrets').update({ allowed_hosts: '[]' });
    await database.close();
    expect(await outcomes(KEYS)).toEqual([]);
    expect(requests).toBe(0);
    await api.close();
  });

  test('is checked by doctor and known to validate', async () => {
    await store();
    const at = (keys: string, more: Record<string, string> = {}) => ({
      cwd: place.cwd,
      env: { MANAGED_SECRET_ENCRYPTION_KEY: keys, ...more },
    });
    const doctor = async (keys: string, more: Record<string, string> = {}) => {
      const { stdout } = await runHere(['doctor', '--connector', CONNECTOR_FILE, '--json'], at(keys, more));
      const checks = (parsedObject(stdout)?.['checks'] ?? []) as {
        subject: string;
        status: string;
        code?: string;
      }[];
      return checks
        .filter(({ subject }) => subject === 'secrets' || subject === 'source')
        .map(({ subject, status, code }) => [subject, status, code ?? ''].join(' ').trim());
    };
    expect(await doctor(KEYS)).toEqual(expect.arrayContaining(['secrets ok', 'source ok']));
    expect(await doctor(KEYS, { SECRET_PEOPLE_DB: 'x' })).toContain('secrets warn');
    expect(await doctor(WRONG)).toEqual(
      expect.arrayContaining([
        'secrets fail SECRETS_KEY_WRONG',
        'secrets fail SECRET_UNREADABLE',
        'source fail SECRET_UNREADABLE',
      ]),
    );
    expect(await doctor('')).toEqual(expect.arrayContaining(['source fail SECRETS_KEY_MISSING']));
    const validated = await runHere(['validate', CONNECTOR_FILE], at(KEYS));
    expect(validated.stdout).not.toContain('people-db');
    expect((await runHere(['validate', CONNECTOR_FILE], at(''))).stdout).toContain('people-db is not set');
  });
});

describe('a server with stored secrets', () => {
  const ADMIN = 'admin-key-of-this-test-4711';

  test('takes a stored push token, and refuses it once it is deleted', async () => {
    await store([], 'push-token', 'token-canary-of-producers-1');
    const { cwd } = place;
    mkdirSync(join(cwd, 'connectors'));
    const push = connectorOf({
      name: 'tickets',
      mode: 'rest_push',
      source: { type: 'http', secretRef: 'push-token', query: undefined },
    });
    writeFileSync(join(cwd, 'connectors', 'tickets.yaml'), JSON.stringify(push));
    const serve = await startServe({
      cwd,
      env: {
        ADMIN_API_KEY: ADMIN,
        MANAGED_SECRET_ENCRYPTION_KEY: KEYS,
        SECRET_PUSH_TOKEN: 'token-of-the-environment-1',
      },
    });
    const pushed = async (key: string) => {
      const answer = await serve.request('/v1/connectors/tickets/events', {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ events: [] }),
      });
      return answer.status;
    };
    expect(await pushed('token-of-the-environment-1')).toBe(401);
    expect(await pushed('token-canary-of-producers-1')).not.toBe(401);
    await eventually('the use is recorded', async () =>
      JSON.stringify(await listed()).includes(':00:00.000Z'),
    );
    await runHere(['secrets', 'delete', 'push-token', '--yes'], { cwd });
    await eventually(
      'the token is refused',
      async () => (await pushed('token-canary-of-producers-1')) === 401,
    );
    await serve.stop();
  });

  test('says at its start that a key is wrong, goes on, and its runs fail with 78', async () => {
    await store();
    const { cwd } = place;
    mkdirSync(join(cwd, 'connectors'));
    writeFileSync(join(cwd, 'connectors', CONNECTOR_FILE), JSON.stringify(connectorOf({})));
    const statusOfRun = async (keys: string) => {
      const serve = await startServe({
        cwd,
        env: {
          ADMIN_API_KEY: ADMIN,
          MANAGED_SECRET_ENCRYPTION_KEY: keys,
          GEMINI_INGESTION_DRY_RUN: 'true',
          SECRET_PEOPLE_DB: server.url(),
        },
      });
      const ask = async (path: string, init: RequestInit = {}) => {
        const headers = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' };
        return parsedObject(await (await serve.request(path, { ...init, headers })).text());
      };
      const started = await ask('/v1/studio/connectors/people/run-now', {
        method: 'POST',
        body: '{"dry_run":true}',
      });
      const path = `/v1/ops/runs/${String(started?.['run_id'])}/log`;
      await eventually('the run ends', async () => typeof (await ask(path))?.['finished_at'] === 'string');
      const { exit_status: status } = (await ask(path)) ?? {};
      const { stderr } = await serve.stop();
      return { status, stderr };
    };
    const wrong = await statusOfRun(WRONG);
    expect(wrong.status).toBe(78);
    expect(wrong.stderr).toContain('is not the one that encrypted the stored secrets');
    const right = await statusOfRun(KEYS);
    expect(right.status).toBe(0);
    expect(right.stderr).not.toContain('MANAGED_SECRET_ENCRYPTION_KEY');
    expect(`${wrong.stderr}${right.stderr}`).not.toContain(CANARY);
  });
});
