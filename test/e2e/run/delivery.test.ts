import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { isJsonObject, listAt, objectAt } from '../../support/files/json.ts';
import { peopleTable, somePeople } from '../../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { CONNECTOR_FILE, workplace, type RunObject } from '../../support/files/workplace.ts';
import { startGoogleStandIn, type GoogleStandIn } from '../../stand-ins/google.ts';

const BUCKET = 'company-sync';
const DATA_STORE = {
  project: 'my-project',
  location: 'global',
  id: 'people',
  aclEnabled: false,
  contentConfig: 'CONTENT_REQUIRED',
} as const;

const folders = temporaryFolders();
/** Ids of documents that the data store does not take. */
const odd = new Set<string>();
let source: TestPostgres;
let google: GoogleStandIn;
let cwd: string;

beforeAll(async () => {
  source = await startPostgres();
});
afterAll(async () => {
  await source.stop();
  folders.removeAll();
});
beforeEach(async () => {
  odd.clear();
  google = await startGoogleStandIn({
    buckets: [BUCKET],
    dataStores: [DATA_STORE],
    errorForm: 'document',
    // But for the first import of a test, operations are done at once: each wait for one takes two seconds.
    synchronous: true,
    rejectDocument: ({ id }) => (odd.has(String(id)) ? 'It is odd.' : undefined),
  });
  google.engine.fail({ when: { path: 'documents:import' }, how: { kind: 'slow-operation', polls: 1 } });
  cwd = folders.make();
  workplace(cwd, {}).writeConnector({ output: { bucket: `gs://${BUCKET}` } });
  await source.query(peopleTable(somePeople(30)));
});
afterEach(async () => {
  await google.close();
});

const run = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  runCli(['run', '--connector', CONNECTOR_FILE, ...args], {
    cwd,
    env: { ...google.env, SECRET_PEOPLE_DB: source.url(), ...env },
  });

async function runJson(env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await run(['--json'], env);
  if (stdout === '') throw new Error(stderr);
  return { exitCode, result: JSON.parse(stdout) as RunObject };
}

const indexed = () => google.engine.documents(DATA_STORE);
const posts = () => google.engine.requests.filter(({ method }) => method === 'POST');

/** Ids of the documents in the files of an import, in order. */
async function idsImported(body: unknown): Promise<string[]> {
  const uris = isJsonObject(body) ? listAt(objectAt(body, 'gcsSource'), 'inputUris').map(String) : [];
  const ids: string[] = [];
  for (const uri of uris) {
    const content = await google.gcs.read(BUCKET, uri.slice(`gs://${BUCKET}/`.length));
    for (const line of content.toString().trimEnd().split('\n'))
      ids.push((JSON.parse(line) as { id: string }).id);
  }
  return ids;
}

describe('a connector that feeds a data store', () => {
  test('loads it, brings it changes and deletes, and sends again what was rejected, and nothing else', async () => {
    const first = await runJson();
    expect(first).toMatchObject({
      exitCode: 0,
      result: { status: 'SUCCESS', counts: { added: 30, rejected: 0 } },
    });
    expect(indexed().size).toBe(30);
    expect(posts()).toHaveLength(1);

    await source.query(`
      UPDATE people SET team = 'Support' WHERE id = 7;
      DELETE FROM people WHERE id = 8;`);
    const second = await runJson();
    expect(second).toMatchObject({
      exitCode: 0,
      result: { status: 'SUCCESS', counts: { unchanged: 28, changed: 1, deleted: 1, rejected: 0 } },
    });
    expect(indexed().has('people__8')).toBe(false);
    expect(indexed().size).toBe(29);
    expect(await idsImported(posts()[1]?.body)).toEqual(['people__7']);
    expect(posts()[3]?.body).toMatchObject({ filter: '*', force: true });

    odd.add('people__3');
    await source.query(`UPDATE people SET team = 'Odd' WHERE id IN (3, 4)`);
    const third = await run();
    expect(third.exitCode).toBe(4);
    expect(third.stdout).toContain('PARTIAL');
    expect(third.stdout).toMatch(/rejected +1\n/);
    expect(third.stdout).toContain('people:3: It is odd.');

    odd.clear();
    const before = posts().length;
    const fourth = await runJson();
    expect(fourth).toMatchObject({
      exitCode: 0,
      result: { status: 'SUCCESS', counts: { unchanged: 28, changed: 1, rejected: 0 } },
    });
    expect(posts()).toHaveLength(before + 1);
    expect(await idsImported(posts()[before]?.body)).toEqual(['people__3']);
    expect(indexed().get('people__3')?.data).toMatchObject({ metadata: { team: 'Odd' } });

    expect(google.engine.violations).toEqual([]);
  });

  test('sends nothing in dry ingestion, and everything once that is switched off', async () => {
    expect(await runJson({ GEMINI_INGESTION_DRY_RUN: 'true' })).toMatchObject({
      exitCode: 0,
      result: { work: 'written', counts: { added: 30, unchanged: 0 } },
    });
    expect(google.engine.requests).toEqual([]);
    const requests = google.gcs
      .objects(BUCKET)
      .filter(({ name }) => name.endsWith('/requests/import-documents.json'));
    expect(requests).toHaveLength(1);

    expect(await runJson()).toMatchObject({ exitCode: 0, result: { work: 'done', counts: { added: 30 } } });
    expect(indexed().size).toBe(30);
  });
});
