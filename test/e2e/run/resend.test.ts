import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { quotaExceeded } from '../../stand-ins/discovery-engine/faults.ts';
import { peopleTable, somePeople } from '../../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import {
  BUCKET,
  DATA_STORE,
  openGoogleWorkplace,
  type GoogleWorkplace,
} from '../../support/files/google-workplace.ts';

const BRANCH =
  'projects/my-project/locations/global/collections/default_collection/dataStores/people/branches/default_branch';

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
  const env = { SECRET_PEOPLE_DB: source.url(), MAX_RETRIES: '0' };
  place = await openGoogleWorkplace(folders.make(), { env });
  place.writeConnector();
  await source.query(peopleTable(somePeople(5)));
});
afterEach(async () => {
  await place.close();
});

const indexed = () => [...place.google.engine.documents(DATA_STORE).keys()].sort();
const people = (...ids: number[]) => ids.map((id) => `people__${id}`);
const posts = () => place.google.engine.requests.filter(({ method }) => method === 'POST');

/** Deletes documents in the data store by hand. */
async function lose(...ids: string[]): Promise<void> {
  for (const id of ids) {
    const { status } = await fetch(
      `${place.google.env.DISCOVERY_ENGINE_ENDPOINT}/v1/${BRANCH}/documents/${id}`,
      {
        method: 'DELETE',
      },
    );
    if (status !== 200) throw new Error(`${id} could not be deleted.`);
  }
}

/** The state lists five documents, and two of them are no longer in the data store. */
async function diverge(): Promise<void> {
  await place.runJson();
  await lose(...people(2, 4));
  const { result } = await place.runJson();
  expect(result.counts).toMatchObject({ unchanged: 5 });
  expect(result.counts).not.toHaveProperty('resent');
  expect(indexed()).toEqual(people(1, 3, 5));
}

describe('run --resend', () => {
  test('sends every document without FULL, including unchanged ones, and leaves those of others', async () => {
    place.writeConnector({ name: 'others', output: { bucket: `gs://${BUCKET}`, prefix: 'others' } });
    await source.query(peopleTable(somePeople(1)));
    await place.runJson();
    await source.query(peopleTable(somePeople(5)));
    place.writeConnector();
    await place.runJson();
    await lose(...people(2, 4));
    await source.query(`UPDATE people SET team = 'Support' WHERE id = 1; DELETE FROM people WHERE id = 5`);
    const { exitCode, result } = await place.runJson(['--resend']);
    expect({ exitCode, status: result.status }).toEqual({ exitCode: 0, status: 'SUCCESS' });
    expect(result.counts).toMatchObject({
      seen: 4,
      unchanged: 3,
      resent: 3,
      changed: 1,
      added: 0,
      deleted: 1,
    });
    expect(indexed()).toEqual(['others__1', ...people(1, 2, 3, 4)]);
    expect(posts().map(({ body }) => (body as Record<string, unknown>)['reconciliationMode'])).not.toContain(
      'FULL',
    );
    const manifest = await place.google.gcs.read(BUCKET, `connectors/people/latest/manifest.json`);
    expect(JSON.parse(manifest.toString())).toMatchObject({ counts: { unchanged: 3, resent: 3 } });
    const before = posts().length;
    expect((await place.runJson()).result.counts).toMatchObject({ unchanged: 4 });
    expect(posts()).toHaveLength(before);
    expect(place.google.engine.violations).toEqual([]);
  });

  test('holds suspicious deletes and sends the rest, and takes --allow-deletes', async () => {
    await source.query(peopleTable(somePeople(40)));
    await place.runJson();
    await lose(...people(1));
    await source.query('DELETE FROM people WHERE id > 3');
    const held = await place.runJson(['--resend']);
    expect(held).toMatchObject({ exitCode: 3, result: { status: 'HELD', counts: { resent: 3, held: 37 } } });
    expect(indexed()).toHaveLength(40);
    const released = await place.runJson(['--resend', '--allow-deletes', '37']);
    expect(released).toMatchObject({ exitCode: 0, result: { counts: { resent: 3, deleted: 37 } } });
    expect(indexed()).toEqual(people(1, 2, 3));
  });

  test('of a document that is refused leaves it to the next run, alone, though it is unchanged', async () => {
    await diverge();
    place.rejected.add('people__2');
    const partial = await place.runJson(['--resend']);
    expect(partial).toMatchObject({ exitCode: 4, result: { counts: { resent: 5, rejected: 1 } } });
    expect(indexed()).toEqual(people(1, 3, 4, 5));
    place.rejected.clear();
    const next = await place.runJson();
    expect(next).toMatchObject({ exitCode: 0, result: { counts: { unchanged: 4, changed: 1 } } });
    expect(indexed()).toEqual(people(1, 2, 3, 4, 5));
  });

  test('reads everything with a delta query, and its checkpoint goes on from the end', async () => {
    place.writeConnector({
      source: {
        query:
          'SELECT id, name, team, updated_at FROM people WHERE updated_at > :watermark ORDER BY updated_at',
        watermarkField: 'updated_at',
      },
      output: { bucket: `gs://${BUCKET}` },
      reconciliation: { deletePolicy: 'never_delete' },
    });
    expect((await place.runJson()).result.counts).toMatchObject({ seen: 5, added: 5 });
    await lose(...people(1, 2));
    expect((await place.runJson()).result.counts['added']).toBe(0);
    const { exitCode, result } = await place.runJson(['--resend']);
    expect(exitCode).toBe(0);
    expect(result.counts).toMatchObject({ seen: 5, unchanged: 5, resent: 5, missing: null });
    expect(indexed()).toEqual(people(1, 2, 3, 4, 5));
    const last = await place.runJson();
    expect(last.result.counts).toMatchObject({ added: 0, changed: 0 });
    expect(last.result.counts['seen']).toBeLessThanOrEqual(5);
  });

  test('sends documents inside the requests where artifacts are files', async () => {
    place.writeConnector({ output: { bucket: 'file://./bucket' } });
    await place.runJson();
    await lose(...people(3));
    expect((await place.runJson(['--resend'])).result.counts).toMatchObject({ unchanged: 5, resent: 5 });
    expect(indexed()).toEqual(people(1, 2, 3, 4, 5));
    expect(place.google.engine.violations).toEqual([]);
  });

  test('with --dry-run says what it would send, and writes nothing', async () => {
    await diverge();
    const before = [posts().length, place.google.gcs.objects(BUCKET).length];
    const { exitCode, stdout } = await place.run(['--resend', '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('DRY RUN');
    expect(stdout).toMatch(/unchanged +5\n +sent again +5\n/);
    expect([posts().length, place.google.gcs.objects(BUCKET).length]).toEqual(before);
    expect((await place.run()).stdout).not.toContain('sent again');
  });

  test('with --local writes every document again, and its requests', async () => {
    await place.runJson(['--local']);
    const { result } = await place.runJson(['--local', '--resend']);
    expect(result.counts).toMatchObject({ unchanged: 5, resent: 5 });
    const folder = fileURLToPath(result.artifacts ?? '');
    expect(readFileSync(join(folder, 'upserts.ndjson'), 'utf8').trimEnd().split('\n')).toHaveLength(5);
    expect(readFileSync(join(folder, 'requests/import-documents.json'), 'utf8')).toContain('INCREMENTAL');
    expect(place.google.engine.requests).toEqual([]);
  });

  test('does its work once for a run id', async () => {
    await diverge();
    expect((await place.runJson(['--resend', '--run-id', 'again'])).result).toMatchObject({ work: 'done' });
    const before = posts().length;
    const { result } = await place.runJson(['--resend', '--run-id', 'again']);
    expect(result).toMatchObject({ work: 'repeated', counts: { unchanged: 5, resent: 5 } });
    expect(posts()).toHaveLength(before);
  });

  test('that published and could not deliver is finished by the next run, whatever its options', async () => {
    await diverge();
    place.google.engine.fail({ when: { path: 'documents:import' }, how: quotaExceeded('1000') });
    expect((await place.run(['--resend'])).exitCode).toBe(75);
    expect(indexed()).toEqual(people(1, 3, 5));
    const { exitCode, result } = await place.runJson();
    expect({ exitCode, unchanged: result.counts['unchanged'] }).toEqual({ exitCode: 0, unchanged: 5 });
    expect(indexed()).toEqual(people(1, 2, 3, 4, 5));
  });

  test('is refused together with --reconcile-full, before anything is read', async () => {
    const { exitCode, stderr } = await place.run(['--resend', '--reconcile-full']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--resend and --reconcile-full cannot be combined.');
    expect(place.google.engine.requests).toEqual([]);
  });
});
