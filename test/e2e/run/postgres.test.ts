import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { peopleTable, somePeople } from '../../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { workplace, type JsonRun, type Workplace } from '../../support/files/workplace.ts';
import { runCli } from '../../support/processes/run-cli.ts';

const PEOPLE = 5_000;
const folders = temporaryFolders();
let source: TestPostgres;

beforeAll(async () => {
  source = await startPostgres();
  await source.query(peopleTable(somePeople(PEOPLE)));
});
afterAll(async () => {
  await source.stop();
  folders.removeAll();
});

function open(connections: 1 | 2): Workplace {
  const place = workplace(folders.make(), { SECRET_PEOPLE_DB: source.url() }, runCli);
  place.writeConnector({ source: { connections } });
  return place;
}

/** The lines of the run's upserts, in order of their text. */
function upsertsOf({ result }: JsonRun): string[] {
  const file = fileURLToPath(new URL(`${result.artifacts ?? ''}/upserts.ndjson`.replaceAll('//ups', '/ups')));
  return readFileSync(file, 'utf8').trimEnd().split('\n').sort();
}

test('a listing through two connections has the documents and fingerprints of one connection', async () => {
  const [one, two] = [open(1), open(2)];
  const first = await one.runJson();
  const other = await two.runJson();
  expect([first.exitCode, other.exitCode]).toEqual([0, 0]);
  expect(upsertsOf(other)).toEqual(upsertsOf(first));
  expect(upsertsOf(other)).toHaveLength(PEOPLE);

  one.writeConnector({ source: { connections: 2 } });
  const unchanged = await one.runJson();
  expect(unchanged.result).toMatchObject({
    status: 'SUCCESS',
    counts: { seen: PEOPLE, unchanged: PEOPLE, added: 0, changed: 0, deleted: 0 },
  });

  await source.query(`UPDATE people SET team = 'Moved' WHERE id <= 10; DELETE FROM people WHERE id > 4990`);
  const changed = await one.runJson();
  expect(changed.result.counts).toMatchObject({ unchanged: 4_980, changed: 10, deleted: 10 });
});

test('documents are the same with binary forms and without the kernel, which reads text', async () => {
  const query = `SELECT id, name, team, ARRAY[team, 'a "b"', NULL] AS groups, ARRAY[id, -1] AS numbers,
      date '1999-12-31' + id::int AS since, updated_at, updated_at::timestamp AS local FROM people`;
  const mapping = { metadataFields: ['team', 'groups', 'numbers', 'since', 'updated_at', 'local'] };
  const off = { ROW_KERNEL: 'off' };
  const [binary, text] = [open(1), open(1)];
  for (const place of [binary, text]) place.writeConnector({ source: { query }, mapping });
  const first = await binary.runJson();
  const other = await text.runJson([], off);
  expect(upsertsOf(first)).toEqual(upsertsOf(other));
  expect(first.result.counts['added']).toBeGreaterThan(4_000);

  const { seen } = first.result.counts;
  for (const environment of [off, {}, {}]) {
    const next = await binary.runJson([], environment);
    expect(next.result.counts).toMatchObject({ seen, unchanged: seen, added: 0, changed: 0, deleted: 0 });
  }
});

test('a delta query with two connections is refused by validate', async () => {
  const place = open(2);
  place.writeConnector({
    source: {
      connections: 2,
      query: 'SELECT id, name, team, updated_at FROM people WHERE updated_at > :watermark',
      watermarkField: 'updated_at',
    },
    reconciliation: { deletePolicy: 'never_delete' },
  });
  const { exitCode, stdout } = await runCli(['validate', 'people.yaml'], { cwd: place.cwd });
  expect(exitCode).not.toBe(0);
  expect(stdout).toContain('a query with :watermark is read through one connection');
});
