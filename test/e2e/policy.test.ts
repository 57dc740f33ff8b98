import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openCatalog } from '../../src/app/catalog/catalog.ts';
import { createLogger, jsonFormat } from '../../src/core/log.ts';
import { startServer, type TestServer } from '../support/http/http-server.ts';
import { writeOldFile } from '../support/files/file-source.ts';
import { NO_ACCESS, startBridgeServer } from '../support/server/bridge-server.ts';
import { runHere } from '../support/processes/run-here.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { connectorOf, type ConnectorChanges } from '../support/files/workplace.ts';

const HR_PASSWORD = 'canary-HrPassw0rd';
const SECRETS = {
  SECRET_HR_DB: `postgres://hr:${HR_PASSWORD}@db.internal/hr`,
  SECRET_HR_TOKEN: `token-${HR_PASSWORD}`,
  SECRET_KB_TOKEN: 'kb-token-of-the-team',
};
const ENV = { ...SECRETS, POLICY_FILE: 'policy.yaml', LOG_FORMAT: 'json' };

const folders = temporaryFolders();
let foreign: TestServer;
let cwd: string;

/** A connector of the team that may use `kb-*` with the server of the test. */
function write(changes: ConnectorChanges, name = 'kb-articles'): string {
  const file = join('connectors', `${name}.yaml`);
  mkdirSync(join(cwd, 'connectors'), { recursive: true });
  writeFileSync(join(cwd, file), JSON.stringify(connectorOf({ name, ...changes }), null, 1));
  return file;
}

const api = (source: Readonly<Record<string, unknown>>): ConnectorChanges => ({
  mode: 'rest_pull',
  source: { type: 'http', query: undefined, secretRef: undefined, url: `${foreign.url}/articles`, ...source },
  mapping: { contentTemplate: '{{ name }}', metadataFields: [] },
});

function writePolicy(rule: Readonly<Record<string, unknown>> = {}): void {
  const kb = {
    connectors: ['kb-*'],
    secrets: ['kb-*'],
    hosts: [new URL(foreign.url).host],
    fileRoots: [join(cwd, 'exports')],
    buckets: [`file://${cwd}/bucket`],
    dataStores: ['my-project/global/people'],
    ...rule,
  };
  const hr = { connectors: ['hr-*'], secrets: ['hr-*'], hosts: ['db.internal'] };
  const policy = { apiVersion: 'sync.gemini.io/v1alpha1', kind: 'Policy', rules: [kb, hr] };
  writeFileSync(join(cwd, 'policy.yaml'), JSON.stringify(policy, null, 1));
}

const run = (file: string, env: Readonly<Record<string, string>> = ENV) =>
  runHere(['run', '--connector', file, '--local', '--json'], { cwd, env });

beforeAll(async () => {
  foreign = await startServer((response) => {
    response.setHeader('content-type', 'application/json').end('[{"id":1,"name":"Mei"}]');
  });
});
afterAll(async () => {
  await foreign.close();
  folders.removeAll();
});
beforeEach(() => {
  cwd = folders.make();
  foreign.received.length = 0;
  writePolicy();
});

describe('a policy', () => {
  test('lets a connector do what its rule allows', async () => {
    const { exitCode, stderr } = await run(write(api({ secretRef: 'kb-token' })));
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(foreign.received[0]?.headers).toMatchObject({ authorization: 'Bearer kb-token-of-the-team' });
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['as a bearer token', { secretRef: 'hr-token' }],
    [
      'as an API key in the address',
      { secretRef: 'hr-token', auth: { type: 'api_key', in: 'query', name: 'k' } },
    ],
    ['by another spelling of its name', { secretRef: 'HR.token' }],
  ])('keeps the secret of another team from a server of the author, %s', async (_, source) => {
    const { exitCode, stdout, stderr } = await run(write(api(source)));
    expect(exitCode).toBe(77);
    expect(stdout).toContain('"POLICY_REFUSED"');
    expect(stderr).toMatch(/kb-articles\.yaml:\d+: spec\.source\.secretRef: The policy does not allow/);
    expect(foreign.received).toEqual([]);
  });

  test('keeps the client secret of another team from a token endpoint of the author', async () => {
    const oauth = {
      grantType: 'client_credentials',
      tokenUrl: `${foreign.url}/token`,
      clientId: 'x',
      clientSecretRef: 'hr-token',
    };
    expect((await run(write(api({ oauth })))).exitCode).toBe(77);
    expect(foreign.received).toEqual([]);
  });

  test('keeps an allowed secret from a host that no rule names with it', async () => {
    writePolicy({ hosts: ['kb.example.com'] });
    const { exitCode, stderr } = await run(write(api({ secretRef: 'kb-token' })));
    expect(exitCode).toBe(77);
    expect(stderr).toContain('spec.source.url');
    expect(foreign.received).toEqual([]);
  });

  test.each(['postgres', 'mysql', 'mssql', 'oracle'])(
    'compares the host in the connection string of %s before it connects',
    async (type) => {
      const file = write({
        source: { type, secretRef: 'kb-db', query: 'SELECT id, name, team FROM people' },
      });
      const env = { ...ENV, SECRET_KB_DB: `${type}://u:pw@evil.example.com/x` };
      const { exitCode, stderr } = await run(file, env);
      expect(exitCode).toBe(77);
      expect(stderr).toContain('to connect to evil.example.com:');
      expect(stderr).not.toContain('pw@');
      const doctor = await runHere(['doctor', '--connector', file, '--json'], { cwd, env: doctorEnv(env) });
      expect(doctor.stdout).toMatch(
        /"subject":"source","status":"fail","message":"The policy does not allow/,
      );
    },
  );

  test('compares every host of a TNS descriptor', async () => {
    writePolicy({ hosts: ['db1.example.com:1521'] });
    const address = (host: string) => `(ADDRESS=(PROTOCOL=tcp)(HOST=${host})(PORT=1521))`;
    const both = `(DESCRIPTION=(ADDRESS_LIST=${address('db1.example.com')}${address('evil.test')})(CONNECT_DATA=(SID=X)))`;
    const file = write({
      source: { type: 'oracle', secretRef: 'kb-db', query: 'SELECT id, name, team FROM people' },
    });
    const env = {
      ...ENV,
      SECRET_KB_DB: `oracle://u:pw@db1.example.com/x?descriptor=${encodeURIComponent(both)}`,
    };
    const { exitCode, stderr } = await run(file, env);
    expect(exitCode).toBe(77);
    expect(stderr).toContain('evil.test:1521');
  });

  test('compares the folder of files after links', async () => {
    const secrets = folders.make();
    writeOldFile(secrets, 'token.csv', 'id,name\n1,canary\n');
    writeOldFile(join(cwd, 'exports'), 'staff.csv', 'id,name\n1,Mei\n');
    symlinkSync(secrets, join(cwd, 'exports', 'link'));
    const files = (path: string): ConnectorChanges => ({
      mode: 'file_pull',
      source: { type: 'file', secretRef: undefined, query: undefined, path, glob: '*.csv', format: 'csv' },
      mapping: { contentTemplate: '{{ name }}', metadataFields: [] },
    });
    for (const path of [secrets, 'exports/link', 'exports/../..']) {
      const { exitCode, stderr } = await run(write(files(path)));
      expect({ path, exitCode }).toEqual({ path, exitCode: 77 });
      expect(stderr).toContain('spec.source.path');
    }
    expect((await run(write(files('exports')))).exitCode).not.toBe(77);
  });

  test('is part of validate, doctor and check-drift, each with the place', async () => {
    const file = write(api({ secretRef: 'hr-token' }));
    const validate = await runHere(['validate', file], { cwd, env: ENV });
    expect(validate).toMatchObject({ exitCode: 78 });
    expect(validate.stdout).toMatch(/fail +\S*kb-articles\.yaml:\d+ +spec\.source\.secretRef/);
    const doctor = await runHere(['doctor', '--connector', file, '--json'], { cwd, env: doctorEnv(ENV) });
    expect(doctor.stdout).toMatch(/"subject":"connector","status":"fail".*"code":"POLICY_REFUSED"/);
    const drift = await runHere(['check-drift', '--live', '--only', 'columns'], { cwd, env: ENV });
    expect(drift).toMatchObject({ exitCode: 77 });
    expect(drift.stdout).toContain('The policy does not allow kb-articles');
    expect(foreign.received).toEqual([]);
  });

  test.each([
    ['is missing', undefined],
    ['is not valid', 'apiVersion: sync.gemini.io/v1alpha1\nkind: Policy\nrules:\n  - connector: [kb-*]\n'],
    ['is empty', ''],
  ])('that %s lets no connector do anything', async (_, text) => {
    const file = write(api({ secretRef: 'kb-token' }));
    if (text !== undefined) writeFileSync(join(cwd, 'policy.yaml'), text);
    const env = text === undefined ? { ...ENV, POLICY_FILE: 'missing.yaml' } : ENV;
    const failed = await run(file, env);
    expect(failed.exitCode).toBe(78);
    expect(failed.stdout).toContain('"POLICY_INVALID"');
    expect(failed.stderr).toMatch(/(policy\.yaml:\d+|missing\.yaml):/);
    const others = [
      ['validate', file],
      ['doctor', '--connector', file],
      ['check-drift', '--live', '--only', 'columns'],
      ['explain', '--connector', file, '--doc', 'kb-articles:1'],
      ['serve', '--port', '0'],
    ];
    for (const args of others) {
      const { exitCode } = await runHere(args, { cwd, env: doctorEnv(env) });
      expect({ args, exitCode }).toEqual({ args, exitCode: 78 });
    }
    expect(foreign.received).toEqual([]);
  });

  test('may allow a host to be sent credentials over http', async () => {
    const file = write(api({ secretRef: 'kb-token', url: 'http://kb.internal/articles' }));
    writePolicy({ hosts: ['kb.internal'] });
    const refused = await runHere(['validate', file], { cwd, env: ENV });
    expect(refused.stdout).toContain('unencrypted http');
    writePolicy({ plaintextHosts: ['kb.internal'] });
    expect(await runHere(['validate', file], { cwd, env: ENV })).toMatchObject({ exitCode: 0 });
  });
});

/** No credentials of this machine are looked for. */
function doctorEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  return { ...env, DISCOVERY_ENGINE_ENDPOINT: 'http://127.0.0.1:9', GCS_ENDPOINT: 'http://127.0.0.1:9' };
}

describe('without a policy', () => {
  const env = SECRETS;

  test('a connection string is never sent as a token', async () => {
    for (const auth of [{ type: 'bearer' }, { type: 'api_key' }, { type: 'basic' }]) {
      const { exitCode, stderr } = await run(write(api({ secretRef: 'hr-db', auth })), env);
      expect(exitCode).toBe(78);
      expect(stderr).toContain('SECRET_INVALID');
      expect(stderr).not.toContain(HR_PASSWORD);
    }
    expect(foreign.received).toEqual([]);
  });

  test('credentials are not sent over http to another machine', async () => {
    const file = write(api({ secretRef: 'kb-token', url: 'http://kb.example.com/articles' }));
    const { exitCode, stdout, stderr } = await run(file, env);
    expect(exitCode).toBe(78);
    expect(stdout).toContain('"CONNECTOR_INVALID"');
    expect(stderr).toContain('unencrypted http');
  });

  test('native code is loaded from the folder of the environment, and never from one of the connector', async () => {
    const source = {
      type: 'oracle',
      secretRef: 'hr-ora',
      query: 'SELECT id, name, team FROM people',
      thick: true,
    };
    const oracle = {
      SECRET_HR_ORA: 'oracle://u:pw@127.0.0.1:1/x',
      ORACLE_CLIENT_LIB_DIR: '/nowhere/of-the-operator',
    };
    const refused = await run(write({ source: { ...source, oracleClientPath: './lib' } }), oracle);
    expect(refused).toMatchObject({ exitCode: 78 });
    expect(refused.stderr).toContain('ORACLE_CLIENT_LIB_DIR');
    expect((await run(write({ source }), oracle)).stderr).toContain('/nowhere/of-the-operator');
  });

  test('doctor says whom that trusts', async () => {
    const { stdout } = await runHere(['doctor', '--json'], { cwd, env: doctorEnv({}) });
    expect(stdout).toMatch(
      /"subject":"policy","status":"ok","message":"POLICY_FILE is not set, so the authors of connectors/,
    );
  });
});

describe('a server', () => {
  const push = (secretRef: string): ConnectorChanges => ({
    mode: 'rest_push',
    source: { type: 'http', query: undefined, secretRef },
    mapping: { contentTemplate: '{{ name }}', metadataFields: [] },
    reconciliation: { deletePolicy: 'never_delete' },
  });
  const statusOf = async (
    server: Awaited<ReturnType<typeof startBridgeServer>>,
    connector: string,
    token: string,
  ): Promise<number> => {
    const answer = await server.request(`/v1/connectors/${connector}/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
    return answer.status;
  };

  test('takes as a push token neither a secret of another team nor a connection string', async () => {
    write(push('kb-token'), 'kb-push');
    write(push('hr-token'), 'kb-steal');
    write(push('kb-db'), 'kb-database');
    const secrets: Readonly<Record<string, string>> = {
      ...SECRETS,
      SECRET_KB_DB: 'postgres://kb:guessed@db/kb',
    };
    const access = {
      ...NO_ACCESS,
      adminKey: 'admin-key-of-the-test-4711',
      secret: (name: string) => secrets[name],
    };
    const server = await startBridgeServer({ cwd, policyFile: 'policy.yaml', access });
    try {
      // 400: the token is right, and the body is not.
      expect(await statusOf(server, 'kb-push', 'kb-token-of-the-team')).toBe(400);
      expect(await statusOf(server, 'kb-steal', SECRETS.SECRET_HR_TOKEN)).toBe(401);
      expect(await statusOf(server, 'kb-database', 'postgres://kb:guessed@db/kb')).toBe(503);
    } finally {
      await server.stop();
    }
  });

  test.each([
    ['says at its start that authors are trusted with every secret, without a policy', undefined, 1],
    ['says nothing of the kind with a policy', 'policy.yaml', 0],
  ])('%s', async (_, policyFile, lines) => {
    const logged: string[] = [];
    const log = createLogger({
      write: (line) => logged.push(line),
      level: 'info',
      format: jsonFormat,
      now: () => new Date(0),
      redact: (line) => line,
    });
    const server = await startBridgeServer({ cwd, policyFile, log });
    await server.stop();
    expect(logged.filter((line) => line.includes('are trusted with every secret'))).toHaveLength(lines);
  });

  test('sees a policy that changes, and refuses all connectors while it is not valid', async () => {
    write(push('kb-token'), 'kb-push');
    let elapsedMs = 0;
    const clock = { now: () => new Date(), elapsedMs: () => elapsedMs };
    const catalog = openCatalog({ directory: 'connectors', policyFile: 'policy.yaml', cwd, clock });
    const names = async () => {
      elapsedMs += 60_000;
      return [...(await catalog.current()).connectors.keys()];
    };
    expect(await names()).toEqual(['kb-push']);
    writeFileSync(join(cwd, 'policy.yaml'), 'rules: [');
    expect(await names()).toEqual([]);
    writePolicy({ secrets: ['other'] });
    expect(await names()).toEqual([]);
    writePolicy();
    expect(await names()).toEqual(['kb-push']);
  });

  test('starts no run of a connector that the policy refuses', async () => {
    write(api({ secretRef: 'hr-token' }));
    const server = await startBridgeServer({ cwd, policyFile: 'policy.yaml' });
    try {
      const answer = await server.request('/v1/studio/connectors/kb-articles/run-now', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      expect(answer.status).toBe(404);
    } finally {
      await server.stop();
    }
  });
});
