import { newKeyEntry } from '../../src/core/secrets/managed/key-ring.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../../src/cli/main.ts';
import { readEnvironment } from '../../src/cli/environment/environment.ts';
import { migrateState } from '../../src/state/run/open-state.ts';
import { ACL_STORE, Caller, PLAIN_STORE } from '../stand-ins/discovery-engine/caller.ts';
import { writeOldFile } from '../support/files/file-source.ts';
import { folderListing } from '../support/files/folder-listing.ts';
import { peopleTable, somePeople } from '../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { RestServers } from '../support/http/rest-servers.ts';
import { runCli } from '../support/processes/run-cli.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { CONNECTOR_FILE, connectorOf, workplace, type ConnectorChanges } from '../support/files/workplace.ts';

const PASSWORD = 'p@ss:w/rd %#canary';
const ALL_COLUMNS = { query: 'SELECT * FROM people' };

interface Shown {
  readonly comparer: string;
  readonly connector: string | null;
  readonly file: string | null;
  readonly status: string;
  readonly message: string;
  readonly fix: string | null;
  readonly code: string | null;
}

const folders = temporaryFolders();
const servers = new RestServers();
let postgres: TestPostgres;
let cwd: string;
beforeAll(async () => {
  postgres = await startPostgres({ password: PASSWORD });
});
beforeEach(async () => {
  cwd = folders.make();
  await postgres.query(peopleTable(somePeople(3)));
});
afterEach(() => servers.close());
afterAll(async () => {
  await postgres.stop();
  folders.removeAll();
});

const place = () => workplace(cwd, { SECRET_PEOPLE_DB: postgres.url() });

/** Writes a connector beside that of the workplace. */
function connect(name: string, changes: ConnectorChanges = {}): void {
  writeFileSync(join(cwd, `${name}.yaml`), JSON.stringify(connectorOf({ name, ...changes })));
}

/** Runs the command in this process, with all connectors of the working directory. */
async function checkDrift(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ status: number | undefined; out: string }> {
  let status: number | undefined;
  let out = '';
  const io = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: () => undefined },
    env: readEnvironment({ SECRET_PEOPLE_DB: postgres.url(), ...env }),
    cwd,
    exit: (next: number) => (status = next),
  };
  await program(io, () => undefined).parseAsync(['check-drift', '--connectors', '.', ...args], {
    from: 'user',
  });
  expect(out).not.toContain('canary');
  return { status, out };
}

async function findings(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, out } = await checkDrift([...args, '--format', 'json'], env);
  return { status, found: (JSON.parse(out) as { findings: Shown[] }).findings };
}
const columns = (env?: Readonly<Record<string, string>>) => findings(['--live', '--only', 'columns'], env);

/** What the connector of the workplace has, without what is of Postgres. */
const source = (spec: Readonly<Record<string, unknown>>) => ({
  secretRef: undefined,
  query: undefined,
  ...spec,
});
const briefly = ({ connector, status, code }: Shown) =>
  `${connector ?? '-'} ${status}${code === null ? '' : ` ${code}`}`;

describe('check-drift --live --only columns', () => {
  test('finds nothing after a run, then names all that is missing, renamed and retyped, with what to write', async () => {
    place().writeConnector({ source: ALL_COLUMNS });
    const written = folderListing(cwd);
    const before = await columns();
    expect(before.status).toBe(0);
    expect(before.found).toMatchObject([
      { connector: 'people', status: 'ok', message: expect.stringContaining('no run has remembered') },
    ]);
    expect(folderListing(cwd)).toEqual(written);

    expect((await place().runJson()).exitCode).toBe(0);
    expect(await columns()).toMatchObject({
      status: 0,
      found: [{ connector: 'people', file: CONNECTOR_FILE, status: 'ok' }],
    });

    await postgres.query(`ALTER TABLE people RENAME name TO names;
      ALTER TABLE people ALTER team TYPE text[] USING ARRAY[team];
      ALTER TABLE people ALTER id TYPE text`);
    const { status, found } = await columns();
    expect(status).toBe(65);
    expect(found.map(({ message }) => message)).toEqual([
      'mapping.titleField names "name", which the source does not return; perhaps it is "names" now.',
      'mapping.contentTemplate names "name", which the source does not return; perhaps it is "names" now.',
      'The column "id" was integer in the last run and is text now.',
      'The column "team" was text in the last run and is array of text now.',
    ]);
    expect(found[0]?.fix).toContain('Write "names" in spec.mapping.titleField');
  });

  test('takes a query that the database no longer takes for drift, with the database\u2019s own words', async () => {
    place().writeConnector();
    await postgres.query('ALTER TABLE people RENAME name TO names');
    const { status, found } = await columns();
    expect(status).toBe(65);
    expect(found).toMatchObject([{ status: 'drift', message: expect.stringContaining('"people.names"') }]);
  });

  test('compares every connector, regardless of its kind and of failures of others', async () => {
    const records = ['{"id":1,"name":"Ada"}', '{"id":2,"name":"Bo"}'];
    const api = await servers.start({ records, style: 'cursor', pageSize: 1 });
    const rest = { mode: 'rest_pull', source: source({ type: 'http', url: api.url }) };
    connect('api', { ...rest, mapping: { contentTemplate: '{{ name }}', metadataFields: ['name'] } });
    connect('api-renamed', { ...rest, mapping: { idField: 'key' } });
    connect('broken', { output: { bucket: 'nowhere' } });
    connect('down', { source: { secretRef: 'down-db' } });
    writeOldFile(join(cwd, 'exports'), 'people.csv', 'id,name,team\n1,Ada,red\n');
    const files = source({ type: 'file', path: join(cwd, 'exports'), glob: '*.csv', format: 'csv' });
    connect('files', { mode: 'file_pull', source: files });
    connect('files-renamed', { mode: 'file_pull', source: files, mapping: { metadataFields: ['teams'] } });
    connect('pushed', { mode: 'rest_push', source: source({ type: 'http', secretRef: 'push-token' }) });
    place().writeConnector();

    const down = postgres.url().replace(/:\d+\//, ':1/');
    const { status, found } = await columns({ SECRET_DOWN_DB: down });
    expect(found.map(briefly)).toEqual([
      '- fail CONNECTOR_INVALID',
      'api-renamed drift',
      'api-renamed warn',
      'api-renamed warn',
      'api ok',
      'down fail SOURCE_UNREACHABLE',
      'files-renamed drift',
      'files ok',
      'people ok',
      'pushed skip',
    ]);
    expect(status).toBe(65);
    const said = (name: string) => found.find(({ connector }) => connector === name)?.message;
    expect(said('api-renamed')).toContain('mapping.idField names "key"');
    expect(said('files-renamed')).toContain('"teams"');
    expect(said('pushed')).toContain('no columns to compare');
    expect(found[0]).toMatchObject({
      file: 'broken.yaml',
      fix: expect.stringContaining('validate broken.yaml'),
    });
  });

  test('without drift ends with the status of the worst failure', async () => {
    place().writeConnector();
    connect('down', { source: { secretRef: 'down-db' } });
    const env = { SECRET_DOWN_DB: postgres.url().replace(/:\d+\//, ':1/') };
    expect((await columns(env)).status).toBe(75);
    expect((await columns()).status).toBe(78);
  });

  test('still compares with the mapping when what runs remembered cannot be read', async () => {
    place().writeConnector();
    const { status, found } = await columns({ DATABASE_URL: postgres.url().replace(/:\d+\//, ':1/') });
    expect(found.map(briefly)).toEqual(['- fail STATE_UNREACHABLE', 'people ok']);
    expect(status).toBe(75);
  });

  test('uses no secret of the environment when the state cannot say whether it is stored, and a key is set', async () => {
    place().writeConnector();
    const { found } = await columns({
      DATABASE_URL: postgres.url().replace(/:\d+\//, ':1/'),
      MANAGED_SECRET_ENCRYPTION_KEY: newKeyEntry('2026a'),
    });
    expect(found.map(briefly)).toEqual(['- fail STATE_UNREACHABLE', 'people fail STATE_UNREACHABLE']);
  });
});

describe('a watermark of another kind', () => {
  const delta = {
    source: {
      query: 'SELECT id, name, team, version FROM people WHERE version > :watermark',
      watermarkField: 'version',
    },
    reconciliation: { deletePolicy: 'never_delete' },
  };

  test.each(['SQLite', 'Postgres'])(
    'is named by check-drift and stops a run until one with --full, with the state in %s',
    async (engine) => {
      const env: Record<string, string> = {};
      if (engine === 'Postgres') {
        env['DATABASE_URL'] = await postgres.createDatabase('state_of_runs');
        await migrateState({ url: env['DATABASE_URL'], file: '' });
      }
      await postgres.query('ALTER TABLE people ADD version bigint DEFAULT 7');
      const people = place();
      people.writeConnector(delta);
      expect((await people.runJson([], env)).result).toMatchObject({ status: 'SUCCESS', drift: [] });
      await postgres.query(
        `ALTER TABLE people ALTER version DROP DEFAULT;
        ALTER TABLE people ALTER version TYPE timestamptz USING to_timestamp(version)`,
      );

      const checked = await columns(env);
      expect(checked).toMatchObject({
        status: 65,
        found: [
          { status: 'drift', message: expect.stringMatching(/"version" was integer .* is timestamptz now/) },
        ],
      });
      expect(checked.found[0]?.fix).toContain('--full');

      const stopped = await people.runJson([], env);
      expect(stopped.exitCode).toBe(65);
      expect(stopped.result.error).toMatchObject({
        code: 'SOURCE_WATERMARK_RETYPED',
        hint: expect.stringContaining('--full'),
      });

      const full = await people.runJson(['--full'], env);
      expect(full.exitCode).toBe(0);
      expect(full.result).toMatchObject({
        counts: { seen: 3, unchanged: 3 },
        drift: [{ column: 'version', was: 'integer', is: 'timestamptz' }],
      });
      expect((await columns(env)).status).toBe(0);
    },
  );
});

describe('check-drift --only state', () => {
  test('says that an empty database needs migrate, and applies nothing', async () => {
    const url = await postgres.createDatabase('bare');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { status, found } = await findings(['--only', 'state'], { DATABASE_URL: url });
      expect(status).toBe(65);
      expect(found).toMatchObject([
        {
          comparer: 'state',
          status: 'drift',
          message: expect.stringContaining('/bare has no tables of this program yet.'),
          fix: 'Run `gemini-sync-bridge migrate` once.',
        },
      ]);
    }
    await migrateState({ url, file: '' });
    expect(await findings(['--only', 'state'], { DATABASE_URL: url })).toMatchObject({
      status: 0,
      found: [{ status: 'ok' }],
    });
    await postgres.query(
      "INSERT INTO knex_migrations (name, batch) VALUES ('29990101000001_x.js', 2)",
      'bare',
    );
    expect((await findings(['--only', 'state'], { DATABASE_URL: url })).status).toBe(65);
  });

  test('creates no state file and reads no connector', async () => {
    connect('broken', { output: { bucket: 'nowhere' } });
    const written = folderListing(cwd);
    const { status, found } = await findings(['--only', 'state']);
    expect({ status, statuses: found.map(briefly) }).toEqual({ status: 0, statuses: ['- ok'] });
    expect(folderListing(cwd)).toEqual(written);
  });
});

describe('check-drift --live --only data-store', () => {
  const stores = (env: Readonly<Record<string, string>>) => findings(['--live', '--only', 'data-store'], env);
  const plain = { location: 'eu', dataStoreId: 'hr', contentConfig: 'NO_CONTENT' };

  test('finds a store that is not there, and one that is of another shape', async () => {
    const caller = await Caller.open({ dataStores: [PLAIN_STORE, ACL_STORE] });
    try {
      connect('a-fits', { gemini: plain });
      connect('b-gone', { gemini: { ...plain, dataStoreId: 'gone' } });
      connect('c-content', { gemini: { ...plain, contentConfig: 'CONTENT_REQUIRED' } });
      connect('d-open', { gemini: { ...plain, dataStoreId: 'hr-acl' } });
      const { status, found } = await stores({ DISCOVERY_ENGINE_ENDPOINT: caller.standIn.url });
      expect(status).toBe(65);
      expect(found.map(briefly)).toEqual([
        'a-fits ok',
        'a-fits ok',
        'a-fits ok',
        'b-gone drift',
        'c-content ok',
        'c-content ok',
        'c-content drift',
        'd-open ok',
        'd-open drift',
        'd-open ok',
      ]);
      expect(new Set(caller.standIn.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
    } finally {
      await caller.standIn.close();
    }
  });

  test('that it may not read is a failure, even where a run could continue', async () => {
    const caller = await Caller.open({ dataStores: [PLAIN_STORE], permissions: { getDataStore: false } });
    try {
      connect('people', { gemini: plain });
      const { status, found } = await stores({ DISCOVERY_ENGINE_ENDPOINT: caller.standIn.url });
      expect({ status, found: found.map(briefly) }).toEqual({
        status: 77,
        found: ['people fail GEMINI_PERMISSION'],
      });
    } finally {
      await caller.standIn.close();
    }
  });
});

describe('check-drift', () => {
  test('without --live compares what needs no connection, and says what it left out', async () => {
    const { status, found } = await findings([]);
    expect({ status, found: found.map(({ comparer, status: each }) => `${comparer} ${each}`) }).toEqual({
      status: 0,
      found: [
        'state ok',
        'kestra skip',
        'helm skip',
        'docs skip',
        'examples skip',
        'references skip',
        'columns skip',
        'data-store skip',
        'records skip',
      ],
    });
  });

  test('does not leave out in silence what was asked for by its name', async () => {
    await expect(checkDrift(['--only', 'state,columns'])).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('columns'),
      hint: 'Add --live.',
    });
  });

  test('from the command line prints a report, and refuses a name that there is not', async () => {
    place().writeConnector();
    const env = { SECRET_PEOPLE_DB: postgres.url() };
    const all = await runCli(['check-drift', '--live', '--only', 'state, columns', '--connectors', '.'], {
      cwd,
      env,
    });
    expect(all).toMatchObject({ exitCode: 0, stderr: '' });
    expect(all.stdout).toMatch(/^ok {4}state .*\nok {4}columns people .*\n\n2 ok, 0 drifted, 0 failed\.\n$/);
    const unknown = await runCli(['check-drift', '--only', 'flows'], { cwd });
    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' });
    expect(unknown.stderr).toContain('Unknown comparison "flows". Known: state, kestra, helm,');
  });

  test('says so when there are no connectors to compare', async () => {
    const { status, found } = await columns();
    expect({ status, found: found.map(briefly) }).toEqual({
      status: 78,
      found: ['- fail CONNECTOR_INVALID'],
    });
  });
});
