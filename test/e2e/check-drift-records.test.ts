import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { quotaExceeded } from '../stand-ins/discovery-engine/faults.ts';
import { writeOldFile } from '../support/files/file-source.ts';
import { folderListing } from '../support/files/folder-listing.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { DATA_STORE, openGoogleWorkplace, type GoogleWorkplace } from '../support/files/google-workplace.ts';
import type { connectorOf } from '../support/files/workplace.ts';
import { eventually } from '../support/eventually.ts';
import { startCli } from '../support/processes/run-cli.ts';
import { runHere } from '../support/processes/run-here.ts';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';

interface Shown {
  readonly status: string;
  readonly message: string;
  readonly fix: string | null;
  readonly held?: true;
}

const folders = temporaryFolders();
let place: GoogleWorkplace;
beforeEach(async () => {
  place = await openGoogleWorkplace(folders.make());
});
afterEach(() => place.close());
afterAll(() => {
  folders.removeAll();
});

/** Replaces the rows of the source. */
function rows(...ids: readonly number[]): void {
  const folder = join(place.cwd, 'exports');
  mkdirSync(folder, { recursive: true });
  writeOldFile(folder, 'people.csv', `id,name,team\n${ids.map((id) => `${id},Name ${id},red\n`).join('')}`);
}

const FILES = {
  type: 'file',
  glob: '*.csv',
  format: 'csv',
  query: undefined,
  secretRef: undefined,
};

function connect(changes: Parameters<typeof connectorOf>[0] = {}): void {
  const source = { ...FILES, path: join(place.cwd, 'exports') };
  place.writeConnector({ mode: 'file_pull', source, ...changes });
}

const ids = () => [...place.google.engine.documents(DATA_STORE).keys()].sort();

/** Changes the data store without the program. */
async function send(method: 'POST' | 'DELETE', path: string, body?: object): Promise<void> {
  const { project, location, id } = DATA_STORE;
  const store = `projects/${project}/locations/${location}/collections/default_collection/dataStores/${id}`;
  const url = `${place.google.engine.url}/v1/${store}/branches/default_branch/documents${path}`;
  const json = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, ...(body && { headers: json, body: JSON.stringify(body) }) });
  expect(await response.text()).not.toContain('error');
}
const content = { mimeType: 'text/plain', rawBytes: 'eA==' };
const add = async (...apiIds: readonly string[]) => {
  for (const id of apiIds) await send('POST', `?documentId=${id}`, { jsonData: '{}', content });
};
const remove = (id: string) => send('DELETE', `/${id}`);

const COMMAND = ['check-drift', '--live', '--only', 'records', '--connectors', 'people.yaml', '--json'];

async function records(args: readonly string[] = []) {
  const { exitCode, stdout, stderr } = await runHere([...COMMAND, ...args], {
    cwd: place.cwd,
    env: { ...place.google.env, MAX_RETRIES: '0' },
  });
  if (stdout === '') throw new Error(stderr);
  return { exitCode, found: (JSON.parse(stdout) as { findings: Shown[] }).findings };
}

/** Everything in the folder, except what SQLite itself changes when it is read. */
const written = () => folderListing(place.cwd).filter((line) => !/\.db-(?:shm|wal) /.test(line));

async function run(): Promise<void> {
  const { exitCode, stdout } = await place.runJson();
  expect(exitCode === 0 ? '' : stdout).toBe('');
}

describe('check-drift --live --only records', () => {
  test('finds no difference after a run, and writes nothing', async () => {
    connect();
    rows(1, 2, 3);
    await run();
    const before = written();
    expect(await records()).toMatchObject({
      exitCode: 0,
      found: [{ status: 'ok', message: expect.stringContaining('lists the 3 documents of the state') }],
    });
    expect(written()).toEqual(before);
  });

  test('names missing and extra documents, and none of other connectors', async () => {
    connect();
    rows(1, 2, 3);
    await run();
    await remove('people__2');
    await add('people__9', 'others__1', 'people-2__4');
    const { exitCode, found } = await records();
    expect(exitCode).toBe(65);
    expect(found).toMatchObject([
      { status: 'drift', message: 'The state has 1 document that the data store does not list: people:2.' },
      { status: 'drift', message: expect.stringContaining('that no record knows: people:9.') },
    ]);
    expect(
      place.google.engine.requests.every(({ method, path }) => method !== 'DELETE' || !path.includes('9')),
    ).toBe(true);
  });

  test('repairs: the next run sends missing documents again, and extra ones are deleted only with a ceiling', async () => {
    connect();
    rows(1, 2, 3);
    await run();
    await remove('people__2');
    await add('people__8', 'people__9', 'others__1');

    const first = await records(['--repair']);
    expect(first.exitCode).toBe(3);
    expect(first.found).toMatchObject([
      { status: 'ok', message: expect.stringContaining('the next run sends it again') },
      { status: 'drift', held: true, fix: expect.stringContaining('--allow-deletes 2') },
    ]);
    expect(ids()).toEqual(['others__1', 'people__1', 'people__3', 'people__8', 'people__9']);

    expect((await records(['--repair', '--allow-deletes', '1'])).exitCode).toBe(3);
    expect(ids()).toContain('people__9');
    const last = await records(['--repair', '--allow-deletes', '2']);
    expect(last).toMatchObject({
      exitCode: 0,
      found: [
        {
          status: 'ok',
          message: expect.stringMatching(
            /^2 documents that no record knows were deleted: people:8, people:9\./,
          ),
        },
      ],
    });
    await run();
    expect(ids()).toEqual(['others__1', 'people__1', 'people__2', 'people__3']);
    expect(place.google.engine.violations).toEqual([]);
    expect((await records()).exitCode).toBe(0);
  });

  test.each(['never_delete', 'soft_delete_only'])('keeps extra documents under %s', async (deletePolicy) => {
    connect({ reconciliation: { deletePolicy } });
    rows(1);
    await run();
    await add('people__9');
    const { exitCode, found } = await records(['--repair', '--allow-deletes', '9']);
    expect({ exitCode, found }).toMatchObject({ exitCode: 0, found: [{ status: 'warn' }] });
    expect(found[0]?.fix).toContain(deletePolicy);
    expect(ids()).toEqual(['people__1', 'people__9']);
  });

  test('deletes nothing for a state without records, which may have been lost', async () => {
    connect();
    await add('people__1', 'people__2');
    const { exitCode, found } = await records(['--repair', '--allow-deletes', '9']);
    expect(exitCode).toBe(65);
    expect(found[0]?.fix).toContain('perhaps it was lost');
    expect(ids()).toEqual(['people__1', 'people__2']);
  });

  test('keeps documents whose id is a digest, because they may belong to any connector', async () => {
    connect();
    rows(1);
    await run();
    const digest = `sha256-${'0'.repeat(64)}`;
    await add(digest);
    const { exitCode, found } = await records(['--repair', '--allow-deletes', '9']);
    expect({ exitCode, found }).toMatchObject({ exitCode: 0, found: [{ status: 'ok' }, { status: 'skip' }] });
    expect(ids()).toContain(digest);
  });

  test('lets the next run finish a repair that failed after it was published', async () => {
    connect();
    rows(1, 2);
    await run();
    await add('people__9');
    await remove('people__2');
    place.google.engine.fail({ when: { path: 'documents:purge' }, how: quotaExceeded() });
    const { exitCode } = await records(['--repair', '--allow-deletes', '1']);
    expect(exitCode).toBe(75);
    expect(ids()).toEqual(['people__1', 'people__9']);
    await run();
    expect(ids()).toEqual(['people__1', 'people__2']);
  });

  test.each(['before', 'after'] as const)(
    'lets the next run finish a repair that was killed %s its deletes had an effect',
    async (effect) => {
      connect();
      rows(1, 2);
      await run();
      await add('people__9', 'others__1');
      await remove('people__2');
      const fault = place.google.engine.fail({
        when: { path: 'documents:purge', body: (body) => JSON.stringify(body).includes('"force":true') },
        how: { kind: 'hang', effect },
      });
      const command = [...COMMAND, '--repair', '--allow-deletes', '1'];
      const repair = startCli(command, { cwd: place.cwd, env: place.google.env });
      await eventually('the purge is sent', () => fault.hits > 0);
      if (effect === 'after') await eventually('the purge has an effect', () => !ids().includes('people__9'));
      repair.kill('SIGKILL');
      expect((await repair).signal).toBe('SIGKILL');
      await run();
      expect(ids()).toEqual(['others__1', 'people__1', 'people__2']);
    },
  );

  test('skips a data store with access control, which cannot be listed', async () => {
    await place.close();
    place = await openGoogleWorkplace(folders.make(), { aclEnabled: true });
    connect();
    expect(await records()).toMatchObject({
      exitCode: 0,
      found: [{ status: 'skip', message: expect.stringContaining('access control') }],
    });
  });

  test.each([
    [['--repair'], /--repair needs --live/],
    [['--live', '--allow-deletes', '3'], /--allow-deletes needs --repair/],
    [['--live', '--repair', '--only', 'columns'], /repairs only what the comparison records finds/],
  ])('refuses %j', async (args, message) => {
    const { exitCode, stderr } = await runHere(['check-drift', ...args], { cwd: place.cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
