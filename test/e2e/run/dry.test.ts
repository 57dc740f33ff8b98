import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { folderListing } from '../../support/files/folder-listing.ts';
import { peopleTable, somePeople } from '../../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { workplace, type Workplace } from '../../support/files/workplace.ts';

let source: TestPostgres;
/** Runs in processes of their own, because SQLite's writes are all in one file only after a process has ended. */
let place: Workplace;
/** Runs in this process, for tests that do not read files afterwards. */
let here: Workplace;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPostgres();
});
afterAll(async () => {
  await source.stop();
  folders.removeAll();
});
beforeEach(async () => {
  const env = { SECRET_PEOPLE_DB: source.url() };
  place = workplace(folders.make(), env, runCli);
  here = workplace(place.cwd, env);
  place.writeConnector();
  await source.query(peopleTable(somePeople(60)));
});

const change = () =>
  source.query(`
    DELETE FROM people WHERE id > 50;
    UPDATE people SET team = 'Support' WHERE id <= 3;
    UPDATE people SET id = NULL WHERE id = 9;
    INSERT INTO people VALUES (100, 'New', 'Sales', now());`);

describe('a dry run', () => {
  test('before there is any state writes nothing, and counts what the next run does', async () => {
    const before = folderListing(place.cwd);
    const dry = await place.runJson(['--dry-run']);
    expect(dry.exitCode).toBe(0);
    expect(dry.result).toMatchObject({ work: 'planned', artifacts: null, manifest: null });
    expect(folderListing(place.cwd)).toEqual(before);
    const real = await here.runJson();
    expect(dry.result.counts).toEqual(real.result.counts);
  });

  test('over an existing state writes nothing, and counts what the next run does', async () => {
    await place.runJson();
    await change();
    const before = folderListing(place.cwd);
    const dry = await place.runJson(['--dry-run']);
    expect(dry.exitCode).toBe(0);
    expect(dry.result.status).toBe('PARTIAL');
    expect(dry.result.counts).toMatchObject({ added: 1, changed: 3, deleted: 11, quarantined: 1 });
    const detailed = await place.run(['--dry-run', '--detailed-exit-code']);
    expect(detailed.exitCode).toBe(4);
    expect(folderListing(place.cwd)).toEqual(before);
    const real = await here.runJson();
    expect(real.exitCode).toBe(4);
    expect(dry.result.counts).toEqual(real.result.counts);
  });

  test('shows deletes that would be held, with examples, and exits with 0, or with 3 if asked for a detailed exit code', async () => {
    await place.runJson();
    await source.query('DELETE FROM people WHERE id > 20');
    const before = folderListing(place.cwd);
    const dry = await place.runJson(['--dry-run']);
    expect(dry.exitCode).toBe(0);
    expect(dry.result).toMatchObject({ status: 'HELD', exitStatus: 0, counts: { deleted: 0, held: 40 } });
    expect(dry.result.holdReason).toContain('40 deletes are more than 25');
    expect(dry.result.samples?.['held']).toContainEqual(expect.stringMatching(/^people:\d+$/));

    const detailed = await place.runJson(['--dry-run', '--detailed-exit-code']);
    expect(detailed.exitCode).toBe(3);
    expect(detailed.result).toMatchObject({ status: 'HELD', exitStatus: 3 });

    const text = await place.run(['--dry-run']);
    expect(text.stdout).toContain('40 deletes would be held');
    expect(text.stdout).toContain('held (5 of 40)');

    const allowed = await place.runJson(['--dry-run', '--allow-deletes', '40']);
    expect(allowed.result.counts).toMatchObject({ deleted: 40, held: 0 });
    expect(folderListing(place.cwd)).toEqual(before);
  });

  test('prints the documents that the run would send, without secrets, and writes nothing', async () => {
    await source.query(`UPDATE people SET name = '${source.url()}' WHERE id = 1`);
    const before = folderListing(place.cwd);
    // An updated row comes last in the listing.
    const dry = ['--dry-run', '--sample', '2', '--show-document', '1'];
    const { result } = await here.runJson(dry);
    const documents = (result as { documents?: string[] }).documents ?? [];
    const text = await here.run(dry);
    expect(folderListing(place.cwd)).toEqual(before);
    expect(documents.map((line) => (JSON.parse(line) as { doc_id: string }).doc_id).sort()).toEqual([
      'people:1',
      'people:2',
      'people:3',
    ]);
    expect(text.stdout + documents.join('')).not.toContain(source.url());
    expect(text.stdout).toContain('\n  would be sent\n{\n  "acl_groups": [],\n');

    const real = await here.runJson(['--local']);
    const sent = readFileSync(
      new URL(`${String(real.result.artifacts)}/upserts.ndjson`, import.meta.url),
      'utf8',
    );
    expect(sent.split('\n')).toContain(documents.find((line) => line.includes('"people:2"')));

    const unchanged = ['--local', '--dry-run', '--show-document', 'people:7'];
    expect((await here.run(unchanged)).stdout).toContain('No such document would be sent');
    expect((await here.run([...unchanged, '--resend'])).stdout).toContain('"doc_id": "people:7"');
  });

  test('is required for --sample and --show-document', async () => {
    for (const option of [
      ['--sample', '2'],
      ['--show-document', '7'],
    ]) {
      const { exitCode, stderr } = await here.run(option);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`${option[0] ?? ''} needs --dry-run.`)]);
    }
  });

  test('that fails writes nothing either', async () => {
    await place.runJson();
    place.writeConnector({
      source: { query: 'SELECT id, name, team FROM people UNION ALL SELECT 1, $$$$, $$$$' },
    });
    const before = folderListing(place.cwd);
    const { exitCode, result } = await place.runJson(['--dry-run']);
    expect(exitCode).toBe(65);
    expect(result.error?.code).toBe('DUPLICATE_ID');
    expect(folderListing(place.cwd)).toEqual(before);
  });

  test('over a state in Postgres leaves every table as it is', async () => {
    const DATABASE_URL = await source.createDatabase('dry_state');
    await migrateState({ url: DATABASE_URL, file: '' });
    const env = { DATABASE_URL };

    const empty = await dumpState(here.cwd, DATABASE_URL);
    const first = await here.runJson(['--dry-run'], env);
    expect(first.result.counts).toMatchObject({ added: 60 });
    expect(await dumpState(here.cwd, DATABASE_URL)).toEqual(empty);

    expect((await here.runJson([], env)).exitCode).toBe(0);
    await change();
    const before = [await dumpState(here.cwd, DATABASE_URL), folderListing(here.cwd)];
    const dry = await here.runJson(['--dry-run'], env);
    expect([await dumpState(here.cwd, DATABASE_URL), folderListing(here.cwd)]).toEqual(before);
    const real = await here.runJson([], env);
    expect(dry.result.counts).toEqual(real.result.counts);
  });
});
