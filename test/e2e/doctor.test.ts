import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { doctorCommand } from '../../src/cli/commands/doctor.ts';
import { readEnvironment } from '../../src/cli/environment/environment.ts';
import { migrateState } from '../../src/state/run/open-state.ts';
import type { DataStoreSetup, DiscoveryEngineOptions } from '../stand-ins/discovery-engine/options.ts';
import { startGoogleStandIn, type GoogleStandIn } from '../stand-ins/google.ts';
import { folderListing } from '../support/files/folder-listing.ts';
import { raw, startServer } from '../support/http/http-server.ts';
import { peopleTable, somePeople } from '../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { runCli, startCli } from '../support/processes/run-cli.ts';
import { runHere } from '../support/processes/run-here.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { CONNECTOR_FILE, workplace, type ConnectorChanges } from '../support/files/workplace.ts';

const PASSWORD = 'p@ss:w/rd %#canary';
const STORE: DataStoreSetup = {
  project: 'my-project',
  location: 'global',
  id: 'people',
  aclEnabled: false,
  contentConfig: 'CONTENT_REQUIRED',
  schema: { type: 'object', properties: { title: { type: 'string', keyPropertyMapping: 'title' } } },
};
const ALL_OK = [
  'warn settings',
  'warn settings',
  'ok policy',
  'ok state',
  'ok embeddings',
  'ok credentials',
  'ok connector',
  'ok source',
  'ok data store',
  'ok access control',
  'ok content',
  'ok schema',
  'ok permissions',
  'ok deletes',
  'ok bucket',
  'ok service agent',
];

const folders = temporaryFolders();
let postgres: TestPostgres;
let google: GoogleStandIn;
let cwd: string;
beforeAll(async () => {
  postgres = await startPostgres({ password: PASSWORD });
  await postgres.query(peopleTable(somePeople(3)));
});
beforeEach(() => {
  cwd = folders.make();
});
afterEach(async () => {
  await google.close();
});
afterAll(async () => {
  await postgres.stop();
  folders.removeAll();
});

type StandInOptions = Partial<Omit<DiscoveryEngineOptions, 'storage'>>;

/** Google with one data store and one bucket, and a connector for them. */
async function setUp(changes: ConnectorChanges = {}, options: StandInOptions = {}): Promise<void> {
  google = await startGoogleStandIn({ buckets: ['company-sync'], dataStores: [STORE], ...options });
  workplace(cwd, {}).writeConnector({
    ...changes,
    output: { bucket: 'gs://company-sync', ...changes.output },
  });
}

const environment = (more: Readonly<Record<string, string>> = {}) => ({
  ...google.env,
  SECRET_PEOPLE_DB: postgres.url(),
  ...more,
});

async function doctor(
  more: Readonly<Record<string, string>> = {},
  args = ['--connector', CONNECTOR_FILE],
  runIt: typeof runHere = runHere,
) {
  const { exitCode, stdout, stderr } = await runIt(['doctor', ...args], { cwd, env: environment(more) });
  const checks = [...stdout.matchAll(/^(ok|warn|fail|skip) +(\S+(?: \S+)*) {2}/gm)].map(
    ([, status = '', subject = '']) => `${status} ${subject}`,
  );
  return { exitCode, stdout, stderr, checks };
}

const instead = (...changed: readonly string[]) =>
  ALL_OK.map((line) => changed.find((other) => subjectOf(other) === subjectOf(line)) ?? line);
const subjectOf = (line: string) => line.slice(line.indexOf(' '));

describe('doctor', () => {
  test('finds nothing to mend where a run would succeed, and writes nothing anywhere', async () => {
    await setUp();
    const before = folderListing(cwd);
    const { exitCode, stdout, stderr, checks } = await doctor({}, undefined, runCli);
    expect({ exitCode, stderr, checks }).toEqual({ exitCode: 0, stderr: '', checks: ALL_OK });
    expect(stdout).toMatch(/\n\n14 ok, 2 warnings, 0 failed\.\n$/);
    expect(folderListing(cwd)).toEqual(before);
    expect(google.gcs.objects('company-sync')).toEqual([]);
    const changing = [...google.gcs.requests.map(({ method, url }) => `${method} ${url}`)];
    changing.push(...google.engine.requests.map(({ method, path }) => `${method} ${path}`));
    expect(changing.filter((request) => !request.startsWith('GET '))).toEqual([
      'POST /v3/projects/my-project:testIamPermissions',
    ]);
    expect(google.engine.violations).toEqual([]);
  });

  test('without a connector checks what all connectors share', async () => {
    await setUp();
    const { exitCode, checks } = await doctor({}, []);
    expect({ exitCode, checks }).toEqual({ exitCode: 0, checks: ALL_OK.slice(0, 6) });
  });

  test('says in its own words alone that this machine has no credentials', async () => {
    await setUp();
    // The library expects a metadata server to answer with 200 or 404, or not at all.
    const metadata = await startServer(raw(500, ''));
    const elsewhere = {
      HOME: cwd,
      GCE_METADATA_HOST: metadata.url.replace('http://', ''),
      METADATA_SERVER_DETECTION: 'ping-only',
      DISCOVERY_ENGINE_ENDPOINT: '',
      GCS_ENDPOINT: '',
    };
    const { exitCode, stdout, stderr } = await doctor(elsewhere, [], runCli);
    await metadata.close();
    expect({ exitCode, stderr }).toEqual({ exitCode: 77, stderr: '' });
    expect(stdout.match(/no metadata server of Google Cloud answers/g)).toHaveLength(1);
  });

  test('prints one object with --json', async () => {
    await setUp({}, { permissions: { purge: false } });
    const { exitCode, stdout } = await doctor({}, ['--connector', CONNECTOR_FILE, '--json']);
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout) as {
      checks: { subject: string; status: string; fix: string | null }[];
    };
    expect(report).toMatchObject({
      ok: true,
      exitStatus: 0,
      passed: 13,
      warnings: 3,
      failures: 0,
      skipped: 0,
    });
    expect(report.checks.map(({ subject, status }) => `${status} ${subject}`)).toEqual(
      instead('warn deletes'),
    );
    expect(report.checks.find(({ subject }) => subject === 'deletes')?.fix).toContain(
      'discoveryengine.admin',
    );
  });

  test('breaks its lines on a narrow terminal', async () => {
    await setUp({}, { permissions: { purge: false } });
    let out = '';
    const status: number[] = [];
    const command = doctorCommand({
      stdout: { write: (text) => (out += text), isTTY: true, columns: 60 },
      stderr: { write: () => undefined },
      env: readEnvironment(environment({ NO_COLOR: '1' })),
      cwd,
      exit: (next) => status.push(next),
    });
    await command.parseAsync(['--connector', CONNECTOR_FILE], { from: 'user' });
    expect(status).toEqual([0]);
    expect(out).toContain('\nwarn  deletes\n  The caller may not purge in project my-project:\n');
    const tooLong = out.split('\n').filter((line) => line.length > 60 && line.trim().includes(' '));
    expect(tooLong).toEqual([]);
  });

  test('ends with 130 when it is interrupted', async () => {
    await setUp();
    google.engine.fail({ when: { path: 'dataStores' }, how: { kind: 'hang', effect: 'before' } });
    const running = startCli(['doctor', '--connector', CONNECTOR_FILE], { cwd, env: environment() });
    while (google.engine.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    running.kill('SIGINT');
    const { exitCode, stdout, stderr } = await running;
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
    expect(stderr).toContain('INTERRUPTED');
  });
});

describe('doctor says what to do about', () => {
  test('a data store without access control for documents that have readers', async () => {
    await setUp({ mapping: { aclGroupsField: 'team' } });
    const { exitCode, stdout, checks } = await doctor();
    expect({ exitCode, checks }).toEqual({ exitCode: 78, checks: instead('fail access control') });
    expect(stdout).toContain('everybody would see');
  });

  test('a bucket that is not there, and looks no further there', async () => {
    await setUp({ output: { bucket: 'gs://not-there' } });
    const { exitCode, stdout, checks } = await doctor();
    const changed = instead('fail bucket', 'skip service agent');
    expect({ exitCode, checks }).toEqual({ exitCode: 78, checks: changed });
    expect(stdout).toContain('→ Create it with `gcloud storage buckets create gs://not-there`');
  });

  test('a role that cannot purge', async () => {
    await setUp({}, { permissions: { purge: false } });
    const { exitCode, stdout, checks } = await doctor();
    expect({ exitCode, checks }).toEqual({ exitCode: 0, checks: instead('warn deletes') });
    expect(stdout).toContain(
      'roles/discoveryengine.editor cannot purge; deletes go one by one, 600 per minute.',
    );
    expect(stdout).toContain(
      '→ Grant roles/discoveryengine.admin, or a custom role with discoveryengine.documents.purge.',
    );
  });

  test('credentials that are wrong, and asks Google nothing that would need them', async () => {
    await setUp();
    const file = join(folders.make(), 'key.json');
    writeFileSync(file, 'canary');
    const wrong = { DISCOVERY_ENGINE_ENDPOINT: '', GOOGLE_APPLICATION_CREDENTIALS: file };
    const { exitCode, stdout, checks } = await doctor(wrong, undefined, runCli);
    const ofGoogle = ['data store', 'access control', 'content', 'schema', 'permissions', 'deletes'];
    const changed = [...ofGoogle, 'service agent'].map((subject) => `skip ${subject}`);
    expect({ exitCode, checks }).toEqual({
      exitCode: 77,
      checks: instead('fail credentials', ...changed).slice(1),
    });
    expect(stdout).toContain('Not checked: usable credentials are missing.');
    expect(stdout).not.toContain('canary');
  });

  test('a source that is down, and does not show its password', async () => {
    await setUp();
    const { host } = postgres;
    const url = `postgres://postgres:${encodeURIComponent(PASSWORD)}@${host}:1/postgres`;
    const { exitCode, stdout, stderr, checks } = await doctor({ SECRET_PEOPLE_DB: url });
    expect({ exitCode, checks }).toEqual({ exitCode: 75, checks: instead('fail source') });
    expect(stdout + stderr).not.toContain('canary');
    // The user is named in the message; here it is the password, too.
    const same = await doctor({ SECRET_PEOPLE_DB: `postgres://canary:canary@${host}:1/postgres` });
    expect(same.stdout).toContain('[redacted]@');
    expect(same.stdout + same.stderr).not.toContain('canary');
  });

  test('a state that was never migrated, and does not migrate it', async () => {
    await setUp();
    const state = await postgres.createDatabase('state');
    const { exitCode, stdout, checks } = await doctor({ DATABASE_URL: state });
    expect({ exitCode, checks }).toEqual({ exitCode: 78, checks: instead('fail state', 'skip embeddings') });
    expect(stdout).toContain('→ Run `gemini-sync-bridge migrate` once.');
    expect(stdout).not.toContain('canary');
    expect(
      await postgres.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`, 'state'),
    ).toEqual([]);
    await migrateState({ url: state, file: '' });
    expect((await doctor({ DATABASE_URL: state })).checks).toEqual(ALL_OK);
  });

  test('a connector that is not valid, and still checks what does not depend on it', async () => {
    await setUp({ gemini: { location: 'Europe!' } });
    const { exitCode, stdout, checks } = await doctor();
    expect(exitCode).toBe(78);
    expect(checks.slice(0, 7)).toEqual([...ALL_OK.slice(0, 6), 'fail connector']);
    expect(new Set(checks.slice(7).map((line) => line.slice(0, 4)))).toEqual(new Set(['skip']));
    expect(stdout).toContain('gemini.location');
  });

  test('several things at once, with the status of the first', async () => {
    const changes = { mapping: { aclGroupsField: 'team' }, output: { bucket: 'gs://not-there' } };
    await setUp(changes, { permissions: { getDataStore: false } });
    const { exitCode, checks } = await doctor({ SECRET_PEOPLE_DB: '', GEMINI_INGESTION_DRY_RUN: 'true' });
    expect(exitCode).toBe(78);
    expect(checks).toEqual([
      'warn settings',
      ...instead(
        'fail source',
        'fail data store',
        'skip access control',
        'skip content',
        'skip schema',
        'fail bucket',
        'skip service agent',
      ),
    ]);
  });
});
