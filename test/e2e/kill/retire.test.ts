import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openKillingPlace, type KillingPlace } from '../../support/processes/killing-place.ts';
import { runOf, startPeopleServer, type PeopleServer } from '../../support/databases/people-server.ts';
import { somePeople } from '../../support/databases/people-table.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const PEOPLE = 6;
const TABLES = { before: somePeople(PEOPLE), other: somePeople(2, 50) } as const;
const ALL = TABLES.before.map(([id]) => `people:${id}`).sort();
const NEIGHBOURS = TABLES.other.map(([id]) => `neighbours:${id}`).sort();

let source: PeopleServer;
const folders = temporaryFolders();
beforeAll(async () => {
  source = await startPeopleServer(TABLES);
});
afterAll(async () => {
  await source.stop();
  folders.removeAll();
});

/** A place whose data store has the documents of the connector to retire, and those of another one. */
async function inPlace<T>(
  options: { readonly denied?: 'purge' },
  use: (place: KillingPlace, cwd: string) => Promise<T>,
): Promise<T> {
  const cwd = folders.make();
  const place = await openKillingPlace({
    cwd,
    databaseUrl: undefined,
    sourceUrl: source.url,
    engine: { pollsUntilDone: 1, permissions: options.denied === undefined ? {} : { purge: false } },
  });
  try {
    await place.run({ ...runOf('neighbour-1', 'other'), connector: 'neighbours' });
    await place.run(runOf('run-1', 'before'));
    place.mustStay(NEIGHBOURS);
    return await use(place, cwd);
  } finally {
    await place.close();
  }
}

const documents = (place: KillingPlace) => [...place.documents().keys()].sort();
const RETIRED = { ...runOf('retire-2', 'before'), retires: PEOPLE };

describe.each([
  ['with a purge', {}, 0],
  ['that deletes one by one', { denied: 'purge' }, 1],
] as const)('a retirement %s', (_name, options, turn) => {
  test('that is killed at any moment is finished by the next retirement, or by the next run, which sends all again', async () => {
    await inPlace(options, async (place, cwd) => {
      // The refusal of a purge is remembered, so the first retirement has other moments than later ones.
      await place.finish({ ...RETIRED, runId: 'retire-first' });
      await place.run(runOf('run-2', 'before'));
      const moments = await place.moments(RETIRED);
      expect(documents(place)).toEqual(NEIGHBOURS);
      expect(moments.length).toBeGreaterThan(10);
      await place.run(runOf('run-3', 'before'));

      for (const [index, moment] of moments.entries()) {
        await place.kill({ ...RETIRED, runId: `retire-killed-${index}` }, moment);
        if (index % 2 === turn) {
          const { status, stderr } = await place.finish({ ...RETIRED, runId: `retire-next-${index}` });
          expect([moment, status, stderr, documents(place)]).toEqual([moment, 0, '', NEIGHBOURS]);
          expect((await dumpState(cwd)).record_state).toHaveLength(NEIGHBOURS.length);
        }
        const { status } = await place.run(runOf(`run-again-${index}`, 'before'));
        const all = [...NEIGHBOURS, ...ALL].sort();
        expect([moment, status, documents(place)]).toEqual([moment, 'SUCCESS', all]);
        const { staged_records, run_state } = await dumpState(cwd);
        const open = run_state.filter((row) => row.includes('"finished_at":null'));
        expect([moment, staged_records, open]).toEqual([moment, [], []]);
      }
      expect(place.missed.size).toBe(0);
      expect(place.google.engine.violations).toEqual([]);
      expect(place.google.engine.overlaps).toBe(0);
    });
  });
});
