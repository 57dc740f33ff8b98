import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openDatabase } from '../../../src/database/database.ts';
import { peopleTable, somePeople } from '../../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { workplace, type Workplace } from '../../support/files/workplace.ts';
import { runCli } from '../../support/processes/run-cli.ts';

const PROBE = 'SELECT count(*), bit_xor(hashtidextended(ctid, hashxid(xmin)::bigint)) FROM people';
const DAY_MS = 86_400_000;

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
beforeEach(async () => {
  place = workplace(folders.make(), { SECRET_PEOPLE_DB: source.url() }, runCli);
  await source.query(peopleTable(somePeople(5)));
});

const probeWith = (unchangedQuery: string) => {
  place.writeConnector({ source: { unchangedQuery } });
};

/** Moves the time of the last full listing into the past, as if the run had been that long ago. */
async function age(milliseconds: number): Promise<void> {
  const database = await openDatabase({
    url: undefined,
    file: join(place.cwd, '.gemini-sync-bridge', 'state.db'),
  });
  const row = await database.knex('connector_checkpoints').first();
  const checkpoint = JSON.parse(row?.watermark ?? '') as { listedAt: string };
  const listedAt = new Date(Date.parse(checkpoint.listedAt) - milliseconds).toISOString();
  await database
    .knex('connector_checkpoints')
    .update({ watermark: JSON.stringify({ ...checkpoint, listedAt }) });
  await database.close();
}

describe('a run of a connector with a probe', () => {
  test('reads no row while the probe answers the same, and finds every change', async () => {
    probeWith(PROBE);
    expect((await place.runJson()).result).toMatchObject({ unchanged: false, counts: { seen: 5, added: 5 } });
    const before = (await dumpState(place.cwd)).record_state;

    const { exitCode, result } = await place.runJson();
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({
      status: 'SUCCESS',
      unchanged: true,
      counts: { seen: 0, unchanged: 0, missing: 0, deleted: 0, held: 0 },
    });
    const manifest: unknown = JSON.parse(readFileSync(fileURLToPath(result.manifest ?? ''), 'utf8'));
    expect(manifest).toMatchObject({ listing: { unchanged: true }, files: [] });
    expect((await dumpState(place.cwd)).record_state).toEqual(before);
    expect((await place.run()).stdout).toContain('The source says that nothing changed, so no row was read.');

    await source.query("UPDATE people SET team = 'green' WHERE id = 2; DELETE FROM people WHERE id = 1");
    expect((await place.runJson()).result).toMatchObject({
      unchanged: false,
      counts: { seen: 4, changed: 1, deleted: 1 },
    });
    expect((await place.runJson()).result).toMatchObject({ unchanged: true });
    expect((await place.runJson(['--full'])).result).toMatchObject({ unchanged: false, counts: { seen: 4 } });
  });

  test('finds what a wrong probe does not see once the full listing is due', async () => {
    probeWith('SELECT 1');
    await place.runJson();
    await source.query("UPDATE people SET team = 'green' WHERE id = 2");
    expect((await place.runJson()).result).toMatchObject({ unchanged: true });
    // Two minutes before and after: the clock goes on meanwhile.
    await age(DAY_MS - 120_000);
    expect((await place.runJson()).result).toMatchObject({ unchanged: true });
    await age(240_000);
    expect((await place.runJson()).result).toMatchObject({
      unchanged: false,
      counts: { seen: 5, changed: 1 },
    });
    expect((await place.runJson()).result).toMatchObject({ unchanged: true });
  });

  test('reads every row as long as one is quarantined, and after deletes were held', async () => {
    probeWith(PROBE);
    await source.query("INSERT INTO people (name, team) VALUES ('Without id', 'red')");
    const { result } = await place.runJson();
    expect(result.counts).toMatchObject({ quarantined: 1 });
    expect((await place.runJson()).result).toMatchObject({ unchanged: false, counts: { seen: 6 } });
    await source.query('DELETE FROM people WHERE id IS NULL');
    expect((await place.runJson()).result).toMatchObject({ counts: { seen: 5, quarantined: 0 } });
    expect((await place.runJson()).result).toMatchObject({ unchanged: true });

    await source.query('DELETE FROM people');
    expect((await place.runJson()).result.counts).toMatchObject({ seen: 0, missing: 5, held: 5, deleted: 0 });
    const held = await place.runJson();
    expect(held.result).toMatchObject({ unchanged: false, counts: { missing: 5, held: 5 } });
  });

  test('is explained, with the answer and the time of the next full listing', async () => {
    probeWith('SELECT 17, NULL');
    await place.run();
    await place.run();
    const flags = ['explain', '--connector', 'people.yaml', '--local', '--doc', '1'];
    const { stdout } = await runCli([...flags, '--json'], { cwd: place.cwd });
    const { probe } = JSON.parse(stdout) as {
      probe: { answer: unknown; listedAt: string; fullListingDue: string };
    };
    expect(probe.answer).toEqual(['17', null]);
    expect(Date.parse(probe.fullListingDue) - Date.parse(probe.listedAt)).toBe(DAY_MS);
    const text = (await runCli(flags, { cwd: place.cwd })).stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('a run reads no rows while source.unchangedQuery answers 17, NULL');
    expect(text).toContain('whether later runs saw it is not kept');
  });
});
