import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { openDatabase } from '../../../src/database/database.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { newestRuns } from '../../../src/state/server/ops-connectors.ts';
import { openPushQueue } from '../../../src/state/push/queue.ts';
import { pushBatch } from '../../contracts/push-queue.contract.ts';
import { parsedObject, textAt } from '../../support/files/json.ts';
import { openKillingPlace, type KillingPlace } from '../../support/processes/killing-place.ts';
import { changedPeople, eightPeople, type Person } from '../../support/databases/people-table.ts';
import { runOf, startPeopleServer, type PeopleServer } from '../../support/databases/people-server.ts';
import { forEachSomeAtOnce } from '../../support/some-at-once.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

/** In seconds: more than a lease lasts. */
const AHEAD = 300;
const BEHIND = -AHEAD;
const RIGHT = 0;

const newest: Person[] = [...changedPeople.slice(0, 5), [8, 'Person 8, Sr.', 'Support']];
const TABLES = { before: eightPeople, after: changedPeople, newest };

let source: PeopleServer;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPeopleServer(TABLES);
});

afterAll(async () => {
  await source.stop();
  folders.removeAll();
});

interface Scene {
  readonly place: KillingPlace;
  /** Every document that was offered to the data store, with its title. */
  readonly offers: string[];
  readonly state: { readonly cwd: string; readonly url: string | undefined };
}

async function inPlace(
  engine: 'sqlite' | 'postgres',
  kind: 'pulled' | 'pushed',
  use: (scene: Scene) => Promise<void>,
): Promise<void> {
  const cwd = folders.make();
  const url = engine === 'postgres' ? await source.createState() : undefined;
  const offers: string[] = [];
  const place = await openKillingPlace({
    cwd,
    databaseUrl: url,
    sourceUrl: kind === 'pulled' ? source.url : undefined,
    engine: {
      pollsUntilDone: 1,
      rejectDocument: (document) => {
        const data = parsedObject(textAt(document, 'jsonData') ?? '') ?? {};
        offers.push(`${textAt(data, 'doc_id')} ${textAt(data, 'title')}`);
        return undefined;
      },
    },
  });
  try {
    await use({ place, offers, state: { cwd, url } });
  } finally {
    await place.close();
  }
}

/** What is true whatever the clocks say, after all runs have ended. */
async function endOf({ place, offers, state: { cwd, url } }: Scene) {
  const dump = await dumpState(cwd, url);
  const rows = (table: keyof typeof dump) => dump[table].map((line) => parsedObject(line) ?? {});
  const database = await openDatabase({ url, file: join(cwd, STATE_FILE) });
  const shown = await newestRuns({ ...database, kind: 'connector' }, ['people']);
  await database.close();
  const { engine } = place.google;
  return {
    titles: place.titles(),
    recorded: rows('record_state')
      .map(({ doc_id }) => String(doc_id))
      .sort(),
    latest: (await place.artifacts()).latest,
    shownAsNewest: shown.get('people')?.committed?.runId,
    offeredTwice: offers.filter((offer, at) => offers.indexOf(offer) < at),
    imports: engine.operations.filter(({ kind: of }) => of === 'import').length,
    overlaps: engine.overlaps,
    violations: engine.violations,
    open: [
      ...rows('run_state').filter((run) => run['finished_at'] === null),
      ...rows('delivery_steps').filter((step) => step['state'] !== 'done'),
      ...dump.staged_records,
      ...dump.push_events,
      ...rows('connector_leases').filter((lease) => lease['run_id'] !== null),
    ],
  };
}

function allIsWell(people: readonly Person[], latest: string, imports: number) {
  return {
    titles: people.map(([id, name]) => `people:${id} ${name}`).sort(),
    recorded: people.map(([id]) => `people:${id}`).sort(),
    latest,
    shownAsNewest: latest,
    offeredTwice: [],
    imports,
    overlaps: 0,
    violations: [],
    open: [],
  };
}

/** Whether a run that began since then began by a clock that is so far ahead: proof that it was wrong. */
async function beganBy({ state: { cwd, url } }: Scene, runId: string, clockAhead: number, since: number) {
  const runs = (await dumpState(cwd, url)).run_state.map((line) => parsedObject(line) ?? {});
  const run = runs.find((one) => one['run_id'] === runId) ?? {};
  const began = Date.parse(textAt(run, 'started_at') ?? '') - clockAhead * 1_000;
  return since <= began && began <= Date.now();
}

interface Case {
  readonly moment: string;
  /** How far ahead the clock of the run is that is killed, and that of the one that comes next. */
  readonly killed: number;
  readonly next: number;
  /** The one that is wrong is the program as users start it. */
  readonly program?: true;
  /** The next run has the id of the one that was killed. */
  readonly again?: true;
}

const IMPORTED = 'engine: POST documents:import carried out 1';
const PUBLISH: readonly Case[] = [
  { moment: 'stage: after 1', killed: AHEAD, next: RIGHT },
  { moment: 'published: after 1', killed: RIGHT, next: BEHIND },
];
const DELIVER: readonly Case[] = [
  { moment: IMPORTED, killed: AHEAD, next: RIGHT, program: true },
  { moment: 'engine: GET import-documents received 1', killed: BEHIND, next: RIGHT },
  { moment: 'engine: POST documents:purge carried out 2', killed: RIGHT, next: AHEAD, program: true },
];
const COMMIT: readonly Case[] = [
  { moment: 'commit: after 1', killed: AHEAD, next: RIGHT },
  { moment: 'commit: after 1', killed: RIGHT, next: BEHIND },
  { moment: 'commit: after 1', killed: BEHIND, next: AHEAD, again: true },
];

/** Kills a run, then runs the next one, a repetition of that and a newer one, and expects that all is well after each. */
async function expectWellAfterKill(given: Case, scene: Scene): Promise<void> {
  const { place } = scene;
  const { moment, killed, next, program, again } = given;
  const own = (clockAhead: number) => ({
    clockAhead,
    ...(program === true && clockAhead !== RIGHT && { program }),
  });
  await place.run(runOf('run-1', 'before'));
  const since = Date.now();
  await place.kill({ ...runOf('run-2', 'after'), ...own(killed) }, moment);
  expect({ given, isSkewed: await beganBy(scene, 'run-2', killed, since) }).toEqual({
    given,
    isSkewed: true,
  });

  const nextId = again === true ? 'run-2' : 'run-3';
  const { status } = await place.finish({ ...runOf(nextId, 'after'), ...own(next) });
  expect({ given, status }).toEqual({ given, status: 0 });
  const isSkewed = await beganBy(scene, nextId, again === true ? killed : next, since);
  expect({ given, isSkewed }).toEqual({ given, isSkewed: true });
  expect({ given, ...(await endOf(scene)) }).toEqual({ given, ...allIsWell(changedPeople, nextId, 2) });

  // A repetition repairs what is the latest, and so must know which run that is.
  await place.run(runOf(nextId, 'after'));
  expect({ given, ...(await endOf(scene)) }).toEqual({ given, ...allIsWell(changedPeople, nextId, 2) });
  await place.run(runOf('run-4', 'newest'));
  expect({ given, ...(await endOf(scene)) }).toEqual({ given, ...allIsWell(newest, 'run-4', 3) });
}

describe.each(['sqlite', 'postgres'] as const)('runs whose clocks differ, with the state in %s', (engine) => {
  test('hold their lease against each other, whichever of the clocks is wrong', async () => {
    await forEachSomeAtOnce([AHEAD, BEHIND], async (clockAhead) => {
      await inPlace(engine, 'pulled', async (scene) => {
        const { place } = scene;
        const moment = 'engine: POST documents:import received 1';
        await place.run(runOf('run-1', 'before'));
        const since = Date.now();
        const wrong = await place.hold({ ...runOf('run-2', 'after'), clockAhead }, moment, async () => {
          await expect(place.run(runOf('other-1', 'newest'))).rejects.toMatchObject({ code: 'LEASE_HELD' });
        });
        expect(wrong).toEqual({ status: 0, stderr: '' });
        expect(await beganBy(scene, 'run-2', clockAhead, since)).toBe(true);
        const right = await place.hold(runOf('run-3', 'newest'), moment, async () => {
          const other = { ...runOf('other-2', 'before'), clockAhead, program: true } as const;
          const { status, stderr } = await place.finish(other);
          expect({ status, stderr }).toEqual({ status: 75, stderr: expect.stringContaining('LEASE_HELD') });
        });
        expect(right).toEqual({ status: 0, stderr: '' });
        expect(await endOf(scene)).toEqual(allIsWell(newest, 'run-3', 3));
      });
    });
  });

  test.each([
    ['publishes', PUBLISH],
    ['delivers', DELIVER],
    ['commits', COMMIT],
  ] as const)(
    'deliver everything once and leave the newest run as the latest when one is killed while it %s',
    async (_what, cases) => {
      await forEachSomeAtOnce(cases, async (given) => {
        await inPlace(engine, 'pulled', (scene) => expectWellAfterKill(given, scene));
      });
    },
  );

  test('deliver pushes once and in the order in which they came, whatever the clocks of the servers said', async () => {
    await inPlace(engine, 'pushed', async (scene) => {
      const { place, state } = scene;
      const queue = await openPushQueue({ url: state.url, file: join(state.cwd, STATE_FILE) });
      const push = async (clockAhead: number, titles: Readonly<Record<number, string | null>>) => {
        const events = Object.entries(titles).map(([id, title]) => {
          const docId = `people:${id}`;
          if (title === null) return { docId, op: 'DELETE', document: null } as const;
          const document = JSON.stringify({ doc_id: docId, title, content: title, metadata: {} });
          return { docId, op: 'UPSERT', document } as const;
        });
        const receivedAt = new Date(Date.now() + clockAhead * 1_000);
        const batch = pushBatch({ connectorId: 'people', events, receivedAt });
        await queue.enqueue(batch);
        // The producer tries again at another server, whose clock is wrong in the other way.
        const repeated = { ...batch, receivedAt: new Date(Date.now() - clockAhead * 1_000) };
        expect(await queue.enqueue(repeated)).toEqual({ replay: batch.answer });
      };
      try {
        await push(AHEAD, { 1: 'one', 2: 'two', 3: 'three' });
        await place.finish({ runId: 'run-1', clockAhead: AHEAD, program: true });
        await push(AHEAD, { 1: 'one, changed', 2: null });
        await push(BEHIND, { 1: 'one, changed again', 4: 'four' });
        await place.kill({ runId: 'run-2', clockAhead: BEHIND, program: true }, IMPORTED);
        await push(BEHIND, { 3: null });
        await place.run({ runId: 'run-3' });
        const left: Person[] = [
          [1, 'one, changed again', ''],
          [4, 'four', ''],
        ];
        expect(await endOf(scene)).toEqual(allIsWell(left, 'run-3', 2));
        expect(await queue.depth('people')).toMatchObject({ batches: 0, events: 0 });
      } finally {
        await queue.close();
      }
    });
  });
});
