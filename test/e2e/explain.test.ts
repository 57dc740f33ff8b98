import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startGoogleStandIn, type GoogleStandIn } from '../stand-ins/google.ts';
import { eventually } from '../support/eventually.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { startCli } from '../support/processes/run-cli.ts';
import { runHere } from '../support/processes/run-here.ts';
import { dumpState } from '../support/databases/state-dump.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import {
  CONNECTOR_FILE,
  workplace,
  type ConnectorChanges,
  type Workplace,
} from '../support/files/workplace.ts';

const STORE = { project: 'my-project', location: 'global', id: 'people' };
const BUCKET = 'company';
const TARGET = 'projects/my-project/locations/global/dataStores/people';
const CONNECTOR = {
  source: { query: 'SELECT id, name, team, readers FROM people' },
  mapping: { aclUsersField: 'readers', aclGroupsField: 'team' },
  output: { bucket: `gs://${BUCKET}` },
} satisfies ConnectorChanges;

let source: TestPostgres;
let google: GoogleStandIn;
let place: Workplace;
let env: Readonly<Record<string, string>>;
/** A message lets the document of this id fail. */
let refused: { readonly id: string; readonly message: string } | undefined;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPostgres();
});
afterAll(async () => {
  await source.stop();
  folders.removeAll();
});
// A store of its own for each test: what a run has published stays, and its id is not taken again.
beforeEach(async () => {
  refused = undefined;
  google = await startGoogleStandIn({
    buckets: [BUCKET],
    dataStores: [{ ...STORE, aclEnabled: true, contentConfig: 'CONTENT_REQUIRED' }],
    // An operation that is done immediately is never polled.
    synchronous: true,
    rejectDocument: ({ id }) => (id === refused?.id ? refused?.message : undefined),
  });
  await people(3);
  env = { SECRET_PEOPLE_DB: source.url(), ...google.env, MAX_RETRIES: '0' };
  place = workplace(folders.make(), env);
  place.writeConnector(CONNECTOR);
});

afterEach(async () => {
  await google.close();
});

/** A table of people, each read by its team and by one user. */
const people = (count: number) =>
  source.query(`
    DROP TABLE IF EXISTS people;
    CREATE TABLE people (id bigint, name text, team text, readers text);
    INSERT INTO people SELECT n, 'Person ' || n, 'sales@example.com', 'p' || n || '@example.com'
      FROM generate_series(1, ${count}) AS n;`);

/** A run into the data store. @returns its exit status. */
const run = async (id: string, ...args: string[]) => {
  const command = ['run', '--connector', CONNECTOR_FILE, '--run-id', id, ...args];
  const { exitCode, stderr } = await runHere(command, { cwd: place.cwd, env });
  return { exitCode, stderr };
};

const explain = (doc: string, ...args: string[]) =>
  // It needs no secret of the source.
  runHere(['explain', '--connector', CONNECTOR_FILE, '--doc', doc, ...args], {
    cwd: place.cwd,
    env: google.env,
  });

/** The headline and the exit status. */
const standing = async (doc: string, ...args: string[]) => {
  const { exitCode, stdout } = await explain(doc, ...args);
  return [exitCode, stdout.split('\n')[0]];
};

const folderOf = (id: string) => `gs://${BUCKET}/connectors/people/runs/${id}`;

/** The lines of an explanation, each with its times replaced. */
const linesOf = (stdout: string) =>
  stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, 'TIME').split('\n');

describe('explain, of a document in the index', () => {
  test('says when it was seen, what was sent by which run and operation, and who may read it', async () => {
    expect(await run('first')).toMatchObject({ exitCode: 0 });
    expect(await run('second')).toMatchObject({ exitCode: 0 });
    const { exitCode, stdout, stderr } = await explain('people:2');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const operation = google.engine.operations.at(-1)?.name ?? '';
    expect(operation).toMatch(/operations\/import-documents-\d+$/);
    expect(linesOf(stdout)).toEqual([
      'people:2 is in the index, as run first sent it.',
      '',
      '  last seen        TIME by run second',
      expect.stringMatching(/^ {2}checksum {9}sha256:[0-9a-f]{64}$/),
      '  sent by run      first, committed TIME',
      `  acknowledged by  ${operation}`,
      '  readers          sales@example.com (group), p2@example.com',
      `  artifact line    ${folderOf('first')}/upserts.ndjson line 2`,
      '  title            Person 2',
      '',
      `  target           ${TARGET}`,
      '  id there         people__2',
      '',
      '→ If it is missing from the data store, resend all documents of the connector:',
      '    gemini-sync-bridge run --connector people.yaml --resend',
      '',
    ]);
  });

  test('names the newer run once a change was sent, with its readers', async () => {
    await run('first');
    await source.query("UPDATE people SET readers = 'anna@example.com' WHERE id = 2");
    await run('second');
    const { stdout } = await explain('people:2');
    expect(stdout).toMatch(/^people:2 is in the index, as run second sent it\.$/m);
    expect(stdout).toMatch(/^ {2}readers +sales@example\.com \(group\), anna@example\.com$/m);
    expect(stdout).toContain(`${folderOf('second')}/upserts.ndjson line 1\n`);
  });

  test('finds a held delete in held.ndjson, and suspects no document that the listing had', async () => {
    await people(30);
    await run('first');
    await source.query('DELETE FROM people WHERE id <> 30');
    expect(await run('second')).toMatchObject({ exitCode: 3 });
    const held = await explain('people:2');
    expect(held.exitCode).toBe(0);
    expect(linesOf(held.stdout)).toEqual([
      'people:2 is in the index, and its delete is held: the listing of run second lacked its row.',
      '',
      '  last seen        TIME by run first',
      expect.stringMatching(/^ {2}checksum /),
      '  sent by run      first, committed TIME',
      expect.stringMatching(/^ {2}acknowledged by /),
      '  readers          sales@example.com (group), p2@example.com',
      expect.stringMatching(/^ {2}artifact line .*\/upserts\.ndjson line 2$/),
      '  title            Person 2',
      '',
      '  held by run      second, committed TIME',
      expect.stringMatching(/^ {2}because {10}29 deletes are more than 25/),
      expect.stringMatching(/^ {2}artifact line .*\/second\/held\.ndjson line \d+$/),
      '',
      `  target           ${TARGET}`,
      '  id there         people__2',
      '  newest run       second, committed TIME',
      '',
      '→ Check the source. If those rows are permanently gone, release their deletes:',
      '    gemini-sync-bridge run --connector people.yaml --allow-deletes 29',
      '',
    ]);
    const kept = await explain('people:30');
    expect(kept.stdout).toMatch(/^people:30 is in the index, as run first sent it\.$/m);
    expect(kept.stdout).toMatch(/^ {2}last seen +\S+ \S+ UTC by run second$/m);
  });

  test('does not need the artifacts to say so, but says what only they know', async () => {
    await run('first');
    for (const { name } of google.gcs.objects(BUCKET, 'connectors/people/runs/first/')) {
      const url = `${google.gcs.url}/storage/v1/b/${BUCKET}/o/${encodeURIComponent(name)}`;
      await fetch(url, { method: 'DELETE' });
    }
    const { exitCode, stdout, stderr } = await explain('people:2');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^people:2 is in the index, as run first sent it\.$/m);
    expect(stdout).toMatch(/^ {2}readers +not known, as its artifact line is not$/m);
    expect(stdout).toMatch(/^ {2}acknowledged by +not known, as its artifact line is not$/m);
    expect(stdout).toMatch(/^ {2}not read +artifacts of run first: .*manifest\.json/m);
    expect(await standing('people:9')).toEqual([
      4,
      'people:9 is not in the index, as far as is known: no record of it exists, and none of the newest 1 committed runs deleted it.',
    ]);
  });
});

describe('explain, of a document that is not as its row', () => {
  test('gives the reason of the index for a refused change, and for a refused new document', async () => {
    await run('first');
    refused = { id: 'people__2', message: 'This one is too odd.' };
    await source.query("UPDATE people SET readers = 'anna@example.com' WHERE id = 2");
    expect(await run('second')).toMatchObject({ exitCode: 4 });
    const changed = await explain('people__2');
    expect(changed.exitCode).toBe(0);
    expect(changed.stdout).toMatch(
      /^people:2 is in the index as it was before: the index refused its last change in run second\.$/m,
    );
    expect(changed.stdout).toMatch(/^ {2}readers +sales@example\.com \(group\), p2@example\.com$/m);
    expect(changed.stdout).toMatch(/^ {2}because +This one is too odd\.$/m);

    refused = { id: 'people__6', message: 'Nor is this one.' };
    await people(6);
    expect(await run('third')).toMatchObject({ exitCode: 4 });
    expect(await standing('people:6')).toEqual([
      4,
      'people:6 is not in the index: the index refused it in run third.',
    ]);
  });

  test('gives the reason for a row that was set aside', async () => {
    await run('first');
    await source.query("UPDATE people SET name = repeat('x', 1100000) WHERE id = 2");
    expect(await run('second')).toMatchObject({ exitCode: 4 });
    const { exitCode, stdout } = await explain('people:2');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^people:2 is in the index as it was before: run second set its row aside\.$/m);
    expect(stdout).toMatch(/^ {2}because +CONTENT_TOO_LARGE, /m);
    expect(stdout).toMatch(/^ {2}row +number \d of the listing, id 2, name x+$/m);
    expect(stdout).toContain(`${folderOf('second')}/quarantine.ndjson line 1\n`);
  });

  test('says that it was deleted because its row names no reader any more', async () => {
    await run('first');
    await source.query("UPDATE people SET readers = '', team = '' WHERE id = 2");
    expect(await run('second')).toMatchObject({ exitCode: 4 });
    const { exitCode, stdout } = await explain('people:2');
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(/^people:2 is not in the index: run second set its row aside\.$/m);
    expect(stdout).toMatch(/^ {2}because +ACL_EMPTY, /m);
    expect(stdout).toMatch(/^ {2}deleted by run +second, committed/m);
    expect(stdout).toMatch(/^ {2}because +its row named no reader any more$/m);
    expect(stdout).toMatch(/^→ Give the row a reader, and run again:$/m);
  });

  test('says which run and operation deleted it, also when that is long ago', async () => {
    await run('first');
    await source.query('DELETE FROM people WHERE id = 2');
    await run('second');
    const purge = google.engine.operations.at(-1)?.name ?? '';
    await run('third');
    const { exitCode, stdout } = await explain('people__2');
    expect(exitCode).toBe(4);
    expect(linesOf(stdout)).toEqual([
      'people:2 is not in the index: run second deleted it.',
      '',
      '  last seen        not known: the state forgets what is deleted',
      '',
      '  deleted by run   second, committed TIME',
      '  because          the listing lacked its row',
      `  acknowledged by  ${purge}`,
      `  artifact line    ${folderOf('second')}/deletes.ndjson line 1`,
      '',
      `  target           ${TARGET}`,
      '  id there         people__2',
      '  newest run       third, committed TIME',
      '',
      '→ If it should exist, check that the query returns its row, then run again:',
      '    gemini-sync-bridge run --connector people.yaml',
      '',
    ]);
  });

  test('says that a soft-deleted document is still there', async () => {
    place.writeConnector({ ...CONNECTOR, reconciliation: { deletePolicy: 'soft_delete_only' } });
    await run('first');
    await source.query('DELETE FROM people WHERE id = 2');
    await run('second');
    const { exitCode, stdout } = await explain('people:2');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^people:2 is in the index, and soft-deleted: a listing of the source lacked its row\.$/m,
    );
    expect(stdout).toMatch(/^ {2}last seen +\S+ \S+ UTC by run first$/m);
    expect(stdout).toMatch(/^ {2}marked by run +second, committed/m);
  });
});

describe('explain, of a delivery that did not end well', () => {
  test('says that a run which was killed has it on its way, and in which operation', async () => {
    const slow = { kind: 'slow-operation', polls: 1_000 } as const;
    google.engine.fail({ when: { path: 'documents:import' }, how: slow });
    const command = ['run', '--connector', CONNECTOR_FILE, '--run-id', 'killed'];
    const running = startCli(command, { cwd: place.cwd, env });
    await eventually(
      'the run asks for its operation',
      () => (google.engine.operations.at(-1)?.polls ?? 0) > 0,
    );
    running.kill('SIGKILL');
    await running;
    const { exitCode, stdout } = await explain('people:2');
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(
      /^A change of people:2 is on its way: run killed has published it, and the index has not acknowledged it\.$/m,
    );
    expect(stdout).toMatch(/^ {2}request +\S+\/operations\/import-documents-\d+ \(no end is known\)$/m);
    await google.engine.settle();
  });

  test('reports an unknown outcome after an operation that failed', async () => {
    const how = { kind: 'operation-error', error: 'INVALID_ARGUMENT', message: 'Something is odd.' } as const;
    google.engine.fail({ when: { path: 'documents:import' }, how });
    expect(await run('first')).toMatchObject({ exitCode: 69 });
    const { exitCode, stdout } = await explain('people:2');
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(/^Whether people:2 is in the index is not known: run first may have sent/m);
    expect(stdout).not.toContain('checksum');
    expect(stdout).toMatch(/^ {2}unproven in run +first, FAILED, begun/m);
    expect(stdout).toMatch(/^ {2}because +Discovery Engine gave up .*Something is odd\./m);
  });
});

describe('explain, of what the state does not know', () => {
  test('says that nothing was run, and which other target has the document', async () => {
    expect(await standing('people:2')).toEqual([
      4,
      'people:2 is not in the index: no run of people into it has been committed.',
    ]);
    await run('first', '--local');
    expect(await standing('people:2', '--local')).toEqual([
      0,
      'people:2 is in the local target, as run first sent it.',
    ]);
    const { exitCode, stdout } = await explain('people:2');
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(/^ {2}other target +local, which has it$/m);
    place.writeConnector({ ...CONNECTOR, gemini: { dataStoreId: 'another' } });
    expect((await explain('people:9')).stdout).toMatch(/^ {2}other target +local, which does not have it$/m);
  });

  test('refuses an id that is none of this connector, and finds one by its digest', async () => {
    const { exitCode, stdout, stderr } = await explain('hr:2');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('USAGE: "hr:2" is not a document id of connector people.');
    expect(stderr).toContain(
      `For the key of a row, run: gemini-sync-bridge explain --connector ${CONNECTOR_FILE} --doc people:hr%3A2`,
    );

    place.writeConnector({ ...CONNECTOR, mapping: { ...CONNECTOR.mapping, idField: ['id', 'name'] } });
    const name = 'a long name '.repeat(12);
    await source.query(`UPDATE people SET name = '${name}' WHERE id = 2`);
    await run('first');
    const [digest = ''] = [...google.engine.documents(STORE).keys()].filter((id) => id.startsWith('sha256-'));
    expect(await standing(digest)).toEqual([0, `people:2:${name} is in the index, as run first sent it.`]);
    expect(await standing(`sha256-${'0'.repeat(64)}`)).toEqual([
      4,
      `sha256-${'0'.repeat(64)} is not in the index, as far as is known: no record has an id of this digest.`,
    ]);
  });
});

test('explain --json prints one object with all of it, also for a failure, and nothing is written', async () => {
  await run('first');
  const before = [await dumpState(place.cwd), google.engine.requests.length];
  const { exitCode, stdout, stderr } = await explain('people:2', '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    docId: 'people:2',
    apiId: 'people__2',
    connector: 'people',
    target: TARGET,
    standing: 'indexed',
    present: true,
    checksum: expect.stringMatching(/^sha256:/),
    lastSeen: { runId: 'first', newest: true },
    sent: {
      run: { runId: 'first', status: 'SUCCESS' },
      change: 'upsert',
      artifact: { uri: `${folderOf('first')}/upserts.ndjson`, line: 2 },
      document: { title: 'Person 2', users: ['p2@example.com'], groups: ['sales@example.com'] },
      request: { name: 'import-1', state: 'done', operation: expect.stringContaining('/operations/') },
    },
    removal: null,
    unreadable: [],
    exitStatus: 0,
  });
  expect(JSON.parse(stdout)).toMatchObject({
    doc_id: 'people:2',
    exit_status: 0,
    last_seen: { run_id: 'first' },
    sent: { run: { run_id: 'first', committed_at: expect.any(String) } },
  });
  const failure = await explain('hr:2', '--json');
  expect(failure.exitCode).toBe(2);
  expect(JSON.parse(failure.stdout)).toMatchObject({ doc: 'hr:2', exitStatus: 2, error: { code: 'USAGE' } });
  expect([await dumpState(place.cwd), google.engine.requests.length]).toEqual(before);
});

test('explain tells no password of a state that it cannot reach', async () => {
  const args = ['explain', '--connector', CONNECTOR_FILE, '--doc', 'people:2', '--json'];
  const address = { DATABASE_URL: 'postgres://bridge:canary@127.0.0.1:1/state' };
  const { exitCode, stdout, stderr } = await runHere(args, { cwd: place.cwd, env: address });
  expect(exitCode).toBe(75);
  expect(JSON.parse(stdout)).toMatchObject({ exitStatus: 75, error: { code: 'STATE_UNREACHABLE' } });
  expect(stderr).toContain('127.0.0.1:1/state');
  expect(stdout + stderr).not.toContain('canary');
});
