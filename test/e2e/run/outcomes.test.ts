import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderContents } from '../../support/files/folder-listing.ts';
import { peopleTable, somePeople, type Person } from '../../support/databases/people-table.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { runHere } from '../../support/processes/run-here.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { dumpRecords } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { workplace, type RunObject, type Workplace } from '../../support/files/workplace.ts';

const DELTA = {
  source: {
    query: 'SELECT id, name, team, updated_at FROM people WHERE updated_at >= :watermark',
    watermarkField: 'updated_at',
    watermarkLag: '0s',
  },
  reconciliation: { deletePolicy: 'never_delete' },
};

let source: TestPostgres;
let place: Workplace;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPostgres();
});
afterAll(async () => {
  await source.stop();
  folders.removeAll();
});
beforeEach(() => {
  place = workplace(folders.make(), { SECRET_PEOPLE_DB: source.url() });
  place.writeConnector();
});

const people = (rows: readonly Person[]) => source.query(peopleTable(rows));

/** Lines of one artifact of a run. */
function lines(run: RunObject, file: string): string[] {
  const folder = fileURLToPath(run.artifacts ?? '');
  return readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
}

const ids = (run: RunObject, file: string): string[] =>
  lines(run, file)
    .map((line) => (JSON.parse(line) as { doc_id: string }).doc_id)
    .sort();

describe('a run over the whole table', () => {
  test('adds everything, then nothing, then what changed', async () => {
    place = workplace(place.cwd, { SECRET_PEOPLE_DB: source.url() }, runCli);
    await people(somePeople(30));
    const first = await place.runJson(['--run-id', 'first']);
    expect(first.exitCode).toBe(0);
    expect(first.result).toMatchObject({
      runId: 'first',
      connector: 'people',
      status: 'SUCCESS',
      exitStatus: 0,
      work: 'done',
      counts: { seen: 30, unchanged: 0, added: 30, changed: 0, missing: 0, deleted: 0, held: 0 },
    });
    expect(ids(first.result, 'upserts.ndjson')).toHaveLength(30);

    const second = await place.runJson(['--run-id', 'second']);
    expect(second.exitCode).toBe(0);
    expect(second.result).toMatchObject({
      status: 'SUCCESS',
      counts: { seen: 30, unchanged: 30, added: 0, changed: 0, deleted: 0 },
    });

    await source.query(`
      UPDATE people SET team = 'Support' WHERE id = 7;
      DELETE FROM people WHERE id = 8;
      INSERT INTO people VALUES (31, 'Person 31', 'Sales', now());`);
    const third = await place.runJson(['--run-id', 'third']);
    expect(third.exitCode).toBe(0);
    expect(third.result.counts).toMatchObject({ seen: 30, unchanged: 28, added: 1, changed: 1, deleted: 1 });
    expect(ids(third.result, 'upserts.ndjson')).toEqual(['people:31', 'people:7']);
    expect(ids(third.result, 'deletes.ndjson')).toEqual(['people:8']);
  });

  test('is done with an empty table that has always been empty', async () => {
    await people([]);
    const { exitCode, result } = await place.runJson();
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ status: 'SUCCESS', counts: { seen: 0, added: 0, deleted: 0, held: 0 } });
  });

  test('sends what a new template makes different, and nothing else', async () => {
    await people([
      [1, 'Ada', 'Sales'],
      [2, 'Bo', 'Support'],
    ]);
    await place.runJson();
    place.writeConnector({
      mapping: {
        contentTemplate: '{{ name }} works in {% if team == "Sales" %}sales{% else %}{{ team }}{% endif %}.',
      },
    });
    const { exitCode, result } = await place.runJson();
    expect(exitCode).toBe(0);
    expect(result.counts).toMatchObject({ seen: 2, unchanged: 1, added: 0, changed: 1, deleted: 0 });
    expect(ids(result, 'upserts.ndjson')).toEqual(['people:1']);
  });

  test('sends everything again, with its text among its data, once the data store is one without content', async () => {
    await people(somePeople(2));
    await place.runJson();
    place.writeConnector({ gemini: { contentConfig: 'NO_CONTENT' } });
    const { exitCode, result } = await place.runJson();
    expect(exitCode).toBe(0);
    expect(result.counts).toMatchObject({ seen: 2, unchanged: 0, added: 2 });
    const [record = ''] = lines(result, 'upserts.discovery.ndjson');
    const { jsonData, ...others } = JSON.parse(record) as { id: string; jsonData: string };
    expect(others).toEqual({ id: 'people__1' });
    expect(JSON.parse(jsonData)).toMatchObject({ title: 'Person 1', content: 'Person 1 works in Sales.' });
    expect((await place.runJson()).result.counts).toMatchObject({ seen: 2, unchanged: 2 });
    place.writeConnector();
    expect((await place.runJson()).result.counts).toMatchObject({ seen: 2, unchanged: 2 });
  });

  test('fails for two rows of one id, names it and applies nothing', async () => {
    await people(somePeople(3));
    await place.runJson();
    const before = [await dumpRecords(place.cwd), folderContents(join(place.cwd, 'local-bucket'))];
    await source.query(
      `INSERT INTO people VALUES (2, 'Another', 'Sales', now()), (4, 'New', 'Sales', now())`,
    );
    const { exitCode, result, stderr } = await place.runJson();
    expect(exitCode).toBe(65);
    expect(result).toMatchObject({ status: 'FAILED', exitStatus: 65, error: { code: 'DUPLICATE_ID' } });
    expect(result.error?.message).toContain('people:2');
    expect(result.error?.hint).toContain('idField');
    expect(stderr).toContain('people:2');
    expect([await dumpRecords(place.cwd), folderContents(join(place.cwd, 'local-bucket'))]).toEqual(before);
  });
});

describe('the guard', () => {
  test('holds too many deletes, applies the rest, and lets them go when enough are allowed', async () => {
    await people(somePeople(60));
    await place.runJson();
    await source.query(`
      DELETE FROM people WHERE id > 20;
      UPDATE people SET team = 'Support' WHERE id = 1;
      INSERT INTO people VALUES (100, 'New', 'Sales', now());`);

    const held = await place.runJson();
    expect(held.exitCode).toBe(3);
    expect(held.result).toMatchObject({
      status: 'HELD',
      counts: { seen: 21, added: 1, changed: 1, missing: 40, deleted: 0, held: 40 },
    });
    expect(held.result.holdReason).toBe(
      '40 deletes are more than 25 (the larger of 25 and 25 % of 60 known documents)',
    );
    expect(ids(held.result, 'upserts.ndjson')).toEqual(['people:1', 'people:100']);

    const text = await place.run();
    expect(text.exitCode).toBe(3);
    expect(text.stdout).toContain(
      'gemini-sync-bridge run --connector people.yaml --local --allow-deletes 40',
    );

    const tooFew = await place.runJson(['--allow-deletes', '39']);
    expect(tooFew.exitCode).toBe(3);
    expect(tooFew.result).toMatchObject({ counts: { unchanged: 21, deleted: 0, held: 40 } });
    expect(tooFew.result.holdReason).toContain('--allow-deletes 39 permits fewer');

    const enough = await place.runJson(['--allow-deletes', '40']);
    expect(enough.exitCode).toBe(0);
    expect(enough.result).toMatchObject({ status: 'SUCCESS', counts: { deleted: 40, held: 0 } });
    expect(ids(enough.result, 'deletes.ndjson')).toHaveLength(40);
  });

  test('holds all deletes when the table is empty, however few they are', async () => {
    await people(somePeople(2));
    await place.runJson();
    await source.query('DELETE FROM people');
    const { exitCode, result } = await place.runJson();
    expect(exitCode).toBe(3);
    expect(result).toMatchObject({ status: 'HELD', counts: { seen: 0, missing: 2, deleted: 0, held: 2 } });
    expect(result.holdReason).toContain('no rows at all');
  });
});

describe('quarantine', () => {
  test('sets bad rows aside with their reasons, applies the rest and says so with its exit status', async () => {
    await people([
      [1, 'Ada', 'Sales'],
      [null, 'Bo', 'Sales'],
      [3, 'Cy', 'Sales'],
    ]);
    const { exitCode, result } = await place.runJson();
    expect(exitCode).toBe(4);
    expect(result).toMatchObject({ status: 'PARTIAL', counts: { seen: 3, added: 2, quarantined: 1 } });
    expect(result.samples?.['quarantined']?.[0]).toMatch(/^row 2: /);
    const [line, ...more] = lines(result, 'quarantine.ndjson');
    expect(more).toEqual([]);
    expect(JSON.parse(line ?? '')).toMatchObject({ row: 2, doc_id: null, fields: { id: null } });

    const text = await place.run();
    expect(text.exitCode).toBe(4);
    expect(text.stdout).toMatch(/quarantined +1\n/);
  });

  test('fails a run with more bad rows than allowed, and publishes nothing', async () => {
    place.writeConnector({ quarantine: { maxCount: 2 } });
    await people(somePeople(10));
    await source.query('UPDATE people SET id = NULL WHERE id % 3 = 0');
    const { exitCode, result } = await place.runJson();
    expect(exitCode).toBe(65);
    expect(result.error).toMatchObject({ code: 'QUARANTINE_LIMIT', retryable: false });
    expect(result.error?.message).toContain('more than 2 rows');
    expect(await dumpRecords(place.cwd)).toEqual([expect.stringContaining('"connector_id":"people"')]);
    expect(folderContents(join(place.cwd, 'local-bucket'))).toEqual([]);
  });
});

describe('delete policies', () => {
  test('soft_delete_only marks what is gone, deletes nothing, and sends again what returns', async () => {
    place.writeConnector({ reconciliation: { deletePolicy: 'soft_delete_only' } });
    await people(somePeople(5));
    await place.runJson();
    await source.query('DELETE FROM people WHERE id = 5');
    const marked = await place.runJson();
    expect(marked.exitCode).toBe(0);
    expect(marked.result.counts).toMatchObject({ unchanged: 4, deleted: 1 });
    expect(ids(marked.result, 'soft-deletes.ndjson')).toEqual(['people:5']);
    expect(() => lines(marked.result, 'deletes.ndjson')).toThrow('ENOENT');

    const again = await place.runJson();
    expect(again.result.counts).toMatchObject({ unchanged: 4, missing: 0, deleted: 0 });

    await people(somePeople(5));
    const back = await place.runJson();
    expect(back.exitCode).toBe(0);
    expect(back.result.counts).toMatchObject({ seen: 5, unchanged: 4, deleted: 0 });
    expect(ids(back.result, 'upserts.ndjson')).toEqual(['people:5']);
  });

  test('never_delete leaves what is gone where it is', async () => {
    place.writeConnector({ reconciliation: { deletePolicy: 'never_delete' } });
    await people(somePeople(5));
    await place.runJson();
    await source.query('DELETE FROM people');
    const { exitCode, result } = await place.runJson();
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ status: 'SUCCESS', counts: { missing: 5, deleted: 0, held: 0 } });
    expect(await dumpRecords(place.cwd)).toHaveLength(5 + 1);
  });
});

describe('a delta query', () => {
  const day = (number: number) => `2026-02-0${number} 00:00:00+00`;

  test('reads what changed since the checkpoint, and everything with --full', async () => {
    place.writeConnector(DELTA);
    await people([
      [1, 'Ada', 'Sales', day(1)],
      [2, 'Bo', 'Sales', day(2)],
      [3, 'Cy', 'Sales', day(3)],
    ]);
    const first = await place.runJson();
    expect(first.exitCode).toBe(0);
    expect(first.result.counts).toMatchObject({ seen: 3, added: 3, missing: null, deleted: 0 });

    await source.query(`UPDATE people SET team = 'Support', updated_at = '${day(4)}' WHERE id = 1`);
    const second = await place.runJson();
    expect(second.result.counts).toMatchObject({ seen: 2, unchanged: 1, changed: 1, missing: null });
    expect(ids(second.result, 'upserts.ndjson')).toEqual(['people:1']);

    const full = await place.runJson(['--full']);
    expect(full.result.counts).toMatchObject({ seen: 3, unchanged: 3, changed: 0 });

    const text = await place.run();
    expect(text.stdout).toMatch(/deleted +– {2}not known/);
  });

  test('keeps its checkpoint while rows are in quarantine, and tries them again', async () => {
    place.writeConnector(DELTA);
    await people([
      [1, 'Ada', 'Sales', day(1)],
      [2, 'Bo', 'Sales', day(2)],
    ]);
    await place.runJson();
    await source.query(`
      INSERT INTO people VALUES (NULL, 'Cy', 'Sales', '${day(3)}'), (4, 'Di', 'Sales', '${day(5)}')`);
    const partial = await place.runJson();
    expect(partial.exitCode).toBe(4);
    expect(partial.result.counts).toMatchObject({ added: 1, quarantined: 1 });

    await source.query(`UPDATE people SET id = 3 WHERE name = 'Cy'`);
    const good = await place.runJson();
    expect(good.exitCode).toBe(0);
    expect(good.result.counts).toMatchObject({ added: 1, quarantined: 0 });
    expect(ids(good.result, 'upserts.ndjson')).toEqual(['people:3']);
  });

  test('processes every row again when the mapping has changed', async () => {
    place.writeConnector(DELTA);
    await people([
      [1, 'Ada', 'Sales', day(1)],
      [2, 'Bo', 'Sales', day(5)],
    ]);
    await place.runJson();
    place.writeConnector({ ...DELTA, mapping: { contentTemplate: '{{ name }}: {{ team }}' } });
    const { result } = await place.runJson();
    expect(result.counts).toMatchObject({ seen: 2, changed: 2 });
  });
});

describe('a run id', () => {
  test('used again does no work and gives the same result', async () => {
    await people(somePeople(3));
    const first = await place.runJson(['--run-id', 'monday']);
    await source.query(`UPDATE people SET team = 'Support'`);
    const before = [await dumpRecords(place.cwd), folderContents(join(place.cwd, 'local-bucket'))];
    const again = await place.runJson(['--run-id', 'monday']);
    expect(again.exitCode).toBe(0);
    const { runId, status, counts, artifacts, manifest } = first.result;
    expect(again.result).toMatchObject({ runId, status, counts, artifacts, manifest, work: 'repeated' });
    expect([await dumpRecords(place.cwd), folderContents(join(place.cwd, 'local-bucket'))]).toEqual(before);
  });

  test('of another connector is refused', async () => {
    await people(somePeople(3));
    await place.runJson(['--run-id', 'monday']);
    place.writeConnector({ name: 'others' });
    const taken = await place.runJson(['--run-id', 'monday']);
    expect(taken.exitCode).toBe(2);
    expect(taken.result.error).toMatchObject({ code: 'RUN_ID_TAKEN' });
    expect(taken.result.error?.message).toContain('connector people into local');

    const free = await place.runJson(['--run-id', 'tuesday']);
    expect(free.exitCode).toBe(0);
  });
});

test('a local run knows nothing of what the data store has, and the other way round', async () => {
  await people(somePeople(3));
  await place.runJson();
  const { cwd } = place;
  const local = await place.runJson(['--dry-run']);
  expect(local.result.counts).toMatchObject({ unchanged: 3, added: 0 });
  const real = await runHere(['run', '--connector', 'people.yaml', '--dry-run', '--json'], {
    cwd,
    env: { SECRET_PEOPLE_DB: source.url() },
  });
  expect(real.exitCode).toBe(0);
  expect((JSON.parse(real.stdout) as RunObject).counts).toMatchObject({ unchanged: 0, added: 3 });
});
