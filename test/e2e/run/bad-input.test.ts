import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../../src/database/database.ts';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { allText, folderContents } from '../../support/files/folder-listing.ts';
import { closeGate, GATED_QUERY } from '../../support/processes/gate.ts';
import { peopleTable, somePeople } from '../../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { runHere } from '../../support/processes/run-here.ts';
import { dumpRecords, dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import {
  CONNECTOR_FILE,
  workplace,
  type ConnectorChanges,
  type Workplace,
} from '../../support/files/workplace.ts';

const PASSWORD = 'not-for-anybody';
interface Wrong {
  readonly status: number;
  readonly code: string;
  /** Each of them is in the message. */
  readonly says: readonly (string | RegExp)[];
  readonly hint: string;
}

let source: TestPostgres;
let place: Workplace;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPostgres({ password: PASSWORD });
  await source.query(peopleTable(somePeople(40)));
});
afterAll(async () => {
  await source.stop();
  folders.removeAll();
});
beforeEach(() => {
  place = workplace(folders.make(), { SECRET_PEOPLE_DB: source.url() });
  place.writeConnector();
});

const bucket = () => folderContents(join(place.cwd, 'local-bucket'));
const withoutPassword = (...texts: string[]) => {
  for (const text of texts) expect(text).not.toContain(PASSWORD);
};

/** Runs what is wrong over a good state, looks that nothing moved, and that the next good run works. */
async function expectFailure(
  wrong: Wrong,
  run: () => ReturnType<Workplace['runJson']>,
  databaseUrl?: string,
): Promise<void> {
  const before = [await dumpRecords(place.cwd, databaseUrl), bucket()];
  const { exitCode, result, stdout, stderr } = await run();
  expect({ exitCode, ...result.error }).toMatchObject({ exitCode: wrong.status, code: wrong.code });
  for (const words of wrong.says) expect(result.error?.message).toEqual(expect.stringMatching(words));
  expect(result.error?.hint).toContain(wrong.hint);
  expect([await dumpRecords(place.cwd, databaseUrl), bucket()]).toEqual(before);
  withoutPassword(stdout, stderr, allText(place.cwd));

  place.writeConnector();
  const good = await place.runJson([], databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl });
  expect({ ...good.result.error, exitCode: good.exitCode }).toEqual({ exitCode: 0 });
  expect(good.result.counts).toMatchObject({ seen: 40, quarantined: 0 });
}

describe('a connector file that cannot be used', () => {
  const good = () => readFileSync(join(place.cwd, CONNECTOR_FILE), 'utf8');

  test.each<[string, () => string | undefined, string, RegExp]>([
    ['is not there', () => undefined, 'CONNECTOR_FILE_UNREADABLE', /people\.yaml/],
    ['is not YAML', () => 'spec: [', 'CONNECTOR_INVALID', /people\.yaml:\d+/],
    ['is two documents', () => `${good()}\n---\n${good()}`, 'CONNECTOR_INVALID', /document/],
    [
      'has a tab',
      () => 'apiVersion: sync.gemini.io/v1alpha1\nmetadata:\n\tname: people\n',
      'CONNECTOR_INVALID',
      /:3.*tab/i,
    ],
    [
      'is of another version',
      () => good().replace('v1alpha1', 'v2'),
      'CONNECTOR_INVALID',
      /:2.*apiVersion(.|\n)*v1alpha1/,
    ],
    [
      'has an unknown key',
      () => good().replace('"titleField"', '"titelField"'),
      'CONNECTOR_INVALID',
      /titelField(.|\n)*titleField/,
    ],
    [
      'has a template that is too long',
      () => good().replace('{{ name }} works', 'x'.repeat(100_001)),
      'CONNECTOR_INVALID',
      /contentTemplate/,
    ],
    ['is empty', () => '', 'CONNECTOR_INVALID', /people\.yaml/],
  ])('because it %s is refused before anything else happens', async (_, text, code, says) => {
    const content = text();
    if (content === undefined) rmSync(join(place.cwd, CONNECTOR_FILE));
    else writeFileSync(join(place.cwd, CONNECTOR_FILE), content);
    const before = folderContents(place.cwd);
    const { exitCode, result } = await place.runJson();
    expect({ exitCode, ...result.error }).toMatchObject({ exitCode: 78, code });
    expect(result.error?.message).toMatch(says);
    expect(folderContents(place.cwd)).toEqual(before);
  });

  test('because it is a directory is refused', async () => {
    rmSync(join(place.cwd, CONNECTOR_FILE));
    mkdirSync(join(place.cwd, CONNECTOR_FILE));
    const { exitCode, result } = await place.runJson();
    expect(exitCode).toBe(78);
    expect(result.error).toMatchObject({ code: 'CONNECTOR_FILE_UNREADABLE' });
    expect(result.error?.message).toMatch(/people\.yaml.*director/);
    expect(folderContents(place.cwd)).toEqual([]);
  });
});

describe('a source that cannot be used', () => {
  const dsn = (change: (url: URL) => void) => {
    const url = new URL(source.url());
    change(url);
    return url.href;
  };

  const CASES: Readonly<Record<string, Wrong & { dsn?: () => string; connector?: ConnectorChanges }>> = {
    'no secret': {
      dsn: () => '',
      status: 78,
      code: 'SECRET_MISSING',
      says: ['people-db'],
      hint: 'SECRET_PEOPLE_DB',
    },
    'a wrong password': {
      dsn: () => dsn((url) => (url.password = `${PASSWORD}-2`)),
      status: 77,
      code: 'SOURCE_AUTH_FAILED',
      says: ['password authentication failed for user "postgres"', 'people-db'],
      hint: 'password',
    },
    'an unknown host': {
      dsn: () => dsn((url) => (url.hostname = 'nowhere.invalid')),
      status: 75,
      code: 'SOURCE_UNREACHABLE',
      says: ['nowhere.invalid'],
      hint: 'host',
    },
    'a port without a listener': {
      dsn: () => dsn((url) => (url.port = '1')),
      status: 75,
      code: 'SOURCE_UNREACHABLE',
      says: ['ECONNREFUSED', ':1/'],
      hint: 'port',
    },
    'a database that is not there': {
      dsn: () => dsn((url) => (url.pathname = '/nobody')),
      status: 78,
      code: 'SECRET_INVALID',
      says: ['database "nobody" does not exist'],
      hint: 'database',
    },
    'an unknown table': {
      connector: { source: { query: 'SELECT id, name, team\nFROM nobody' } },
      status: 78,
      code: 'SOURCE_QUERY_INVALID',
      says: ['relation "nobody" does not exist', /line 2, column 6/],
      hint: 'spec.source.query',
    },
    'an unknown column': {
      connector: { source: { query: 'SELECT id, name, team, surname FROM people' } },
      status: 78,
      code: 'SOURCE_QUERY_INVALID',
      says: ['column "surname" does not exist', /line 1, column 24/],
      hint: 'spec.source.query',
    },
    'no id in its rows': {
      connector: { source: { query: 'SELECT * FROM (SELECT name, team AS division FROM people) AS p' } },
      status: 78,
      code: 'SOURCE_COLUMN_MISSING',
      says: [/mapping\.idField names "id"/, /contentTemplate names "team"/, 'it returns: name, division'],
      hint: 'spec.source.query',
    },
  };

  let usedBefore: Workplace;
  beforeAll(async () => {
    usedBefore = workplace(folders.make(), { SECRET_PEOPLE_DB: source.url() });
    usedBefore.writeConnector();
    expect((await usedBefore.runJson()).exitCode).toBe(0);
  });

  test.each(Object.entries(CASES))(
    'fails the run because of %s',
    async (_, { dsn: secret, connector, ...wrong }) => {
      place = usedBefore;
      place.writeConnector(connector);
      const env = secret === undefined ? {} : { SECRET_PEOPLE_DB: secret() };
      await expectFailure(wrong, () => place.runJson([], env));
    },
  );

  test('is in the state as a failed run, also when its secret is not set', async () => {
    await place.runJson(['--run-id', 'no-secret'], { SECRET_PEOPLE_DB: '' });
    await place.runJson(['--run-id', 'only-looks', '--dry-run'], { SECRET_PEOPLE_DB: '' });
    const { run_state: runs } = await dumpState(place.cwd);
    expect(runs).toEqual([expect.stringMatching(/"run_id":"no-secret".*"status":"FAILED".*SECRET_MISSING/)]);
  });

  test('because it goes away in the middle fails the run with a status for a retry', async () => {
    const dying = await startPostgres({ password: PASSWORD });
    try {
      await dying.query(peopleTable(somePeople(40)));
      expect((await place.runJson()).exitCode).toBe(0);
      place.writeConnector({ source: { query: GATED_QUERY } });
      const gate = await closeGate(dying);
      await expectFailure(
        { status: 75, code: 'SOURCE_LOST', says: [], hint: 'Nothing was committed' },
        async () => {
          const run = place.runJson([], { SECRET_PEOPLE_DB: dying.url() });
          await gate.reached();
          await dying.stop();
          return run;
        },
      );
    } finally {
      await dying.stop();
    }
  });
});

describe('a place that cannot be written', () => {
  test('fails the run because a file is in the place of the bucket', async () => {
    writeFileSync(join(place.cwd, 'local-bucket'), 'in the way');
    const { exitCode, result } = await place.runJson();
    expect({ exitCode, ...result.error }).toMatchObject({ exitCode: 77, code: 'ARTIFACT_PERMISSION' });
    expect(result.error?.message).toContain('local-bucket');
    expect(result.error?.hint).toContain('in the way');
    rmSync(join(place.cwd, 'local-bucket'));
    expect((await place.runJson()).result.counts).toMatchObject({ added: 40 });
  });

  test('fails the run because a file is in the place of the state folder', async () => {
    writeFileSync(join(place.cwd, '.gemini-sync-bridge'), 'in the way');
    const { exitCode, result } = await place.runJson();
    expect({ exitCode, ...result.error }).toMatchObject({ exitCode: 69, code: 'STATE_FAILED' });
    expect(result.error?.message).toContain('.gemini-sync-bridge');
    expect(result.error?.hint).not.toBeNull();
    rmSync(join(place.cwd, '.gemini-sync-bridge'));
    expect((await place.runJson()).result.counts).toMatchObject({ added: 40 });
  });

  test('fails the run because the disk is full during an artifact', async () => {
    expect((await place.runJson()).exitCode).toBe(0);
    // Enough for the state file, and less than the artifact of this run.
    place.writeConnector({ mapping: { contentTemplate: `{{ name }} ${'much to say '.repeat(8_000)}` } });
    await expectFailure(
      {
        status: 75,
        code: 'ARTIFACT_WRITE_FAILED',
        says: [/upserts\.(discovery\.)?ndjson/, 'EFBIG'],
        hint: 'disk',
      },
      () => limitedRun(1_024),
    );
  });

  test('fails the run because the disk is full during a write to the state', async () => {
    const { exitCode, result } = await limitedRun(32);
    expect(exitCode).toBe(75);
    expect(result.error?.code).toBe('STATE_LIMIT');
    expect(result.error?.message).toContain('state.db');
    const good = await place.runJson();
    expect(good.exitCode).toBe(0);
    expect(good.result.counts).toMatchObject({ added: 40 });
  });

  /** No file may be larger than this many KiB: the one kind of full disk that every machine and user can have. */
  async function limitedRun(kibibytes: number) {
    const { exitCode, stdout, stderr } = await runCli(
      ['run', '--connector', CONNECTOR_FILE, '--local', '--json'],
      { cwd: place.cwd, env: { SECRET_PEOPLE_DB: source.url() }, fileKibibytesMax: kibibytes },
    );
    return {
      exitCode,
      stdout,
      stderr,
      result: JSON.parse(stdout) as Awaited<ReturnType<Workplace['runJson']>>['result'],
    };
  }
});

describe('a state that cannot be used', () => {
  const file = () => join(place.cwd, '.gemini-sync-bridge', 'state.db');

  test('fails the run because a newer version wrote it', async () => {
    await place.runJson();
    const database = await openDatabase({ file: file() });
    await database
      .knex<{ name: string; batch: number }>('knex_migrations')
      .insert({ name: '20990101000001_later.js', batch: 9 });
    const before = await dumpRecords(place.cwd);
    for (const args of [[], ['--dry-run']]) {
      const { exitCode, result } = await place.runJson(args);
      expect({ exitCode, ...result.error }).toMatchObject({ exitCode: 78, code: 'STATE_NEWER' });
      expect(result.error?.message).toContain('20990101000001_later.js');
      expect(result.error?.hint).toContain('Upgrade');
    }
    expect(await dumpRecords(place.cwd)).toEqual(before);
    await database.knex('knex_migrations').where({ name: '20990101000001_later.js' }).delete();
    await database.close();
    expect((await place.runJson()).result.counts).toMatchObject({ unchanged: 40 });
  });

  test('fails the run because it is damaged', async () => {
    await place.runJson();
    writeFileSync(file(), 'This was a database once. '.repeat(1_000));
    const before = bucket();
    const { exitCode, result } = await place.runJson();
    expect({ exitCode, ...result.error }).toMatchObject({ exitCode: 69, code: 'STATE_FAILED' });
    expect(result.error?.message).toContain('state.db');
    expect(result.error?.hint).toContain('backup');
    expect(bucket()).toEqual(before);
    rmSync(file());
    expect((await place.runJson()).result.counts).toMatchObject({ added: 40 });
  });

  test.each([
    [
      'nobody listens',
      'postgres://bridge@127.0.0.1:1/state',
      75,
      'STATE_UNREACHABLE',
      '127.0.0.1:1/state',
      'DATABASE_URL',
    ],
    [
      'it is of another kind',
      'mysql://bridge@127.0.0.1/state',
      78,
      'ENVIRONMENT_INVALID',
      'Postgres',
      'postgres://',
    ],
  ])('fails the run because %s', async (_, DATABASE_URL, status, code, says, hint) => {
    await expectFailure({ status, code, says: [says], hint }, () => place.runJson([], { DATABASE_URL }));
  });

  test('fails the run because it was not migrated, until it is', async () => {
    const DATABASE_URL = await source.createDatabase('unmigrated');
    const { exitCode, result } = await place.runJson([], { DATABASE_URL });
    expect({ exitCode, ...result.error }).toMatchObject({ exitCode: 78, code: 'STATE_NOT_MIGRATED' });
    expect(result.error?.hint).toContain('gemini-sync-bridge migrate');
    const migrated = await runHere(['migrate'], { cwd: place.cwd, env: { DATABASE_URL } });
    expect(migrated).toMatchObject({ exitCode: 0, stderr: '' });
    expect(migrated.stdout).toContain('Applied');
    expect((await place.runJson([], { DATABASE_URL })).exitCode).toBe(0);
  });

  test('because it goes away in the middle fails the run with a status for a retry and without partial changes', async () => {
    const dying = await startPostgres({ password: PASSWORD });
    try {
      const DATABASE_URL = await dying.createDatabase('state');
      await migrateState({ url: DATABASE_URL, file: '' });
      place.writeConnector({ source: { query: GATED_QUERY } });
      const gate = await closeGate(source);
      const run = place.runJson([], { DATABASE_URL });
      await gate.reached();
      await dying.stop();
      await gate.open();
      const { exitCode, result, stdout, stderr } = await run;
      expect({ exitCode, ...result.error }).toMatchObject({ exitCode: 75, code: 'STATE_UNREACHABLE' });
      expect(result.error?.hint).toContain('DATABASE_URL');
      withoutPassword(stdout, stderr, allText(place.cwd));
      expect(bucket().filter((path) => path.includes('manifest.json'))).toEqual([]);
    } finally {
      await dying.stop();
    }
    place.writeConnector();
    expect((await place.runJson()).result.counts).toMatchObject({ added: 40 });
  });
});

test('a second run of a connector with a run in progress is told who runs it and to retry later', async () => {
  place.writeConnector({ source: { query: GATED_QUERY } });
  const gate = await closeGate(source);
  const first = place.start(['--run-id', 'the-first', '--json']);
  await gate.reached();
  place.writeConnector();
  const { exitCode, result } = await place.runJson();
  expect({ exitCode, ...result.error }).toMatchObject({ exitCode: 75, code: 'LEASE_HELD', retryable: true });
  expect(result.error?.message).toContain(`run the-first, process ${String(first.pid)} on `);
  // A run that writes nothing does not conflict with others.
  expect((await place.runJson(['--dry-run'])).result.counts).toMatchObject({ added: 40 });
  await gate.open();
  expect((await first).exitCode).toBe(0);
  expect((await place.runJson()).result.counts).toMatchObject({ unchanged: 40, seen: 40 });
});
