import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { isJsonObject, listAt, objectAt } from '../../support/files/json.ts';
import { peopleTable, somePeople } from '../../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import {
  BUCKET,
  DATA_STORE,
  openGoogleWorkplace,
  type GoogleWorkplace,
} from '../../support/files/google-workplace.ts';

const folders = temporaryFolders();
let source: TestPostgres;
let place: GoogleWorkplace;

beforeAll(async () => {
  source = await startPostgres();
});
afterAll(async () => {
  await source.stop();
  folders.removeAll();
});
beforeEach(async () => {
  const env = { SECRET_PEOPLE_DB: source.url() };
  place = await openGoogleWorkplace(folders.make(), { env, runIt: runCli });
  // The first import of each test must be polled.
  place.google.engine.fail({ when: { path: 'documents:import' }, how: { kind: 'slow-operation', polls: 1 } });
  place.writeConnector();
  await source.query(peopleTable(somePeople(30)));
});
afterEach(async () => {
  await place.close();
});

const indexed = () => place.google.engine.documents(DATA_STORE);
const posts = () => place.google.engine.requests.filter(({ method }) => method === 'POST');

/** Ids of the documents in the files of an import, in order. */
async function idsImported(body: unknown): Promise<string[]> {
  const uris = isJsonObject(body) ? listAt(objectAt(body, 'gcsSource'), 'inputUris').map(String) : [];
  const ids: string[] = [];
  for (const uri of uris) {
    const content = await place.google.gcs.read(BUCKET, uri.slice(`gs://${BUCKET}/`.length));
    for (const line of content.toString().trimEnd().split('\n'))
      ids.push((JSON.parse(line) as { id: string }).id);
  }
  return ids;
}

describe('a connector that feeds a data store', () => {
  test('loads it, brings it changes and deletes, and sends again what was rejected, and nothing else', async () => {
    const first = await place.runJson();
    expect(first).toMatchObject({
      exitCode: 0,
      result: { status: 'SUCCESS', counts: { added: 30, rejected: 0 } },
    });
    expect(indexed().size).toBe(30);
    expect(posts()).toHaveLength(1);

    await source.query(`
      UPDATE people SET team = 'Support' WHERE id = 7;
      DELETE FROM people WHERE id = 8;`);
    const second = await place.runJson();
    expect(second).toMatchObject({
      exitCode: 0,
      result: { status: 'SUCCESS', counts: { unchanged: 28, changed: 1, deleted: 1, rejected: 0 } },
    });
    expect(indexed().has('people__8')).toBe(false);
    expect(indexed().size).toBe(29);
    expect(await idsImported(posts()[1]?.body)).toEqual(['people__7']);
    expect(posts()[3]?.body).toMatchObject({ filter: '*', force: true });

    place.rejected.add('people__3');
    await source.query(`UPDATE people SET team = 'Odd' WHERE id IN (3, 4)`);
    const third = await place.run();
    expect(third.exitCode).toBe(4);
    expect(third.stdout).toContain('PARTIAL');
    expect(third.stdout).toMatch(/rejected +1\n/);
    expect(third.stdout).toContain('people:3: It is odd.');

    place.rejected.clear();
    const before = posts().length;
    const fourth = await place.runJson();
    expect(fourth).toMatchObject({
      exitCode: 0,
      result: { status: 'SUCCESS', counts: { unchanged: 28, changed: 1, rejected: 0 } },
    });
    expect(posts()).toHaveLength(before + 1);
    expect(await idsImported(posts()[before]?.body)).toEqual(['people__3']);
    expect(indexed().get('people__3')?.data).toMatchObject({ metadata: { team: 'Odd' } });

    expect(place.google.engine.violations).toEqual([]);
  });

  test('sends nothing in dry ingestion, and everything once that is switched off', async () => {
    expect(await place.runJson([], { GEMINI_INGESTION_DRY_RUN: 'true' })).toMatchObject({
      exitCode: 0,
      result: { work: 'written', counts: { added: 30, unchanged: 0 } },
    });
    expect(place.google.engine.requests).toEqual([]);
    const requests = place.google.gcs
      .objects(BUCKET)
      .filter(({ name }) => name.endsWith('/requests/import-documents.json'));
    expect(requests).toHaveLength(1);

    expect(await place.runJson()).toMatchObject({
      exitCode: 0,
      result: { work: 'done', counts: { added: 30 } },
    });
    expect(indexed().size).toBe(30);
  });
});
