import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { writeOldFile } from '../support/files/file-source.ts';
import { folderListing } from '../support/files/folder-listing.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { DATA_STORE, openGoogleWorkplace, type GoogleWorkplace } from '../support/files/google-workplace.ts';
import { connectorOf } from '../support/files/workplace.ts';
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
  path: './exports',
  glob: '*.csv',
  format: 'csv',
  query: undefined,
  secretRef: undefined,
};

function connect(changes: Parameters<typeof connectorOf>[0] = {}): void {
  place.writeConnector({ mode: 'file_pull', source: FILES, ...changes });
}

const index = () => place.google.engine.documents(DATA_STORE) as Map<string, { id: string }>;
const ids = () => [...index().keys()].sort();
function addToIndex(...apiIds: readonly string[]): void {
  const [sample] = index().values();
  for (const id of apiIds) index().set(id, { ...sample, id });
}

async function records(args: readonly string[] = []) {
  const command = ['check-drift', '--live', '--only', 'records', '--connectors', 'people.yaml', '--json'];
  const { exitCode, stdout, stderr } = await runHere([...command, ...args], {
    cwd: place.cwd,
    env: place.google.env,
  });
  if (stdout === '') throw new Error(stderr);
  return { exitCode, found: (JSON.parse(stdout) as { findings: Shown[] }).findings };
}

async function run(): Promise<void> {
  expect(await place.runJson()).toMatchObject({ exitCode: 0 });
}

describe('check-drift --live --only records', () => {
  test('finds no difference after a run, and writes nothing', async () => {
    connect();
    rows(1, 2, 3);
    await run();
    const before = folderListing(place.cwd);
    expect(await records()).toMatchObject({
      exitCode: 0,
      found: [{ status: 'ok', message: expect.stringContaining('lists the 3 documents of the state') }],
    });
    expect(folderListing(place.cwd)).toEqual(before);
  });

  test('names missing and extra documents, and nothing of others', async () => {
    connect();
    rows(1, 2, 3);
    await run();
    index().delete('people__2');
    addToIndex('people__9', 'others__1', 'people-2__4');
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
    index().delete('people__2');
    addToIndex('people__8', 'people__9', 'others__1');

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
});
