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

/** Moments after something has changed: in the state, or in the data store. The moments of a bucket are those of any run. */
const CHANGES =
  /^(?:begin|stage|published|commit|settle|remember [^:]+|save [^:]+): after |^engine: .* carried out /;

/** The number in the state is all of them until the killed retirement commits, whatever it has deleted, and then none. */
async function retireAgain(place: KillingPlace, cwd: string, runId: string) {
  const { status, stderr } = await place.finish({ ...RETIRED, runId });
  const records = (await dumpState(cwd)).record_state.length;
  return { status, stderr, documents: documents(place), records };
}

describe.each([
  ['with a purge', {}],
  ['that deletes one by one', { denied: 'purge' }],
] as const)('a retirement %s', (_name, options) => {
  test('that is killed at any moment is finished by the next retirement, or by the next run, which sends all again', async () => {
    await inPlace(options, async (place, cwd) => {
      // The refusal of a purge is remembered, so the first retirement has other moments than later ones.
      await place.finish({ ...RETIRED, runId: 'retire-first' });
      await place.run(runOf('run-2', 'before'));
      const moments = (await place.moments(RETIRED)).filter((moment) => CHANGES.test(moment));
      expect(documents(place)).toEqual(NEIGHBOURS);
      expect(moments.length).toBeGreaterThan(5);
      await place.run(runOf('run-3', 'before'));

      const all = [...NEIGHBOURS, ...ALL].sort();
      const retired = { status: 0, stderr: '', documents: NEIGHBOURS, records: NEIGHBOURS.length };
      const outcomes: unknown[] = [];
      const expected: unknown[] = [];
      for (const [index, moment] of moments.entries()) {
        await place.kill({ ...RETIRED, runId: `retire-killed-${index}` }, moment);
        const next = index % 2 === 0 ? await retireAgain(place, cwd, `retire-next-${index}`) : retired;
        const { status } = await place.run(runOf(`run-again-${index}`, 'before'));
        const { staged_records, run_state } = await dumpState(cwd);
        const open = run_state.filter((row) => row.includes('"finished_at":null'));
        outcomes.push({ moment, next, status, documents: documents(place), open, staged: staged_records });
        expected.push({ moment, next: retired, status: 'SUCCESS', documents: all, open: [], staged: [] });
      }
      expect(outcomes).toEqual(expected);
      expect(place.missed.size).toBe(0);
      expect(place.google.engine.violations).toEqual([]);
      expect(place.google.engine.overlaps).toBe(0);
    });
  });
});
