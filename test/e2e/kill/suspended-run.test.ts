import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import { parsedObject } from '../../support/files/json.ts';
import {
  openKillingPlace,
  SUSPENDED_LEASE_MS,
  type KillingPlace,
  type PlaceOptions,
} from '../../support/processes/killing-place.ts';
import { changedPeople, eightPeople, type Person } from '../../support/databases/people-table.ts';
import { runOf, startPeopleServer, type PeopleServer } from '../../support/databases/people-server.ts';
import { forEachSomeAtOnce } from '../../support/some-at-once.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

/** What the source has when the run wakes: both who left are back, the change is replaced, and who joined has left. */
const newest: Person[] = [...eightPeople.slice(0, 7), [8, 'Person 8, Sr.', 'Support']];
/** The suspended run brings `after`. */
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

interface Case {
  readonly moment: string;
  readonly output?: string;
  /** The caller may not purge. */
  readonly noPurge?: true;
  /** The first import is refused for now. */
  readonly busy?: true;
  /** It was done before it was suspended. */
  readonly done?: true;
  /** It is the first run of the connector, which writes its records directly into the state. */
  readonly first?: true;
}

const EXTRACT: readonly Case[] = [{ moment: 'begin: before 1' }, { moment: 'batch 1' }];
const PUBLISH: readonly Case[] = [
  { moment: 'stage: after 1' },
  { moment: 'bucket: POST upserts.ndjson carried out 1' },
  { moment: 'published: before 1' },
  { moment: 'published: after 1', output: 'file://./bucket' },
];
const INGEST: readonly Case[] = [
  { moment: 'save import-1 asked: after 1' },
  { moment: 'wait 1', busy: true },
  { moment: 'engine: POST documents:import carried out 1' },
  { moment: 'wait 2' },
  { moment: 'save purge-1 asked: after 1' },
  { moment: 'save deletes running: after 1', noPurge: true },
  { moment: 'save import-rows-0-2 asked: after 1', output: 'file://./bucket' },
];
const COMMIT: readonly Case[] = [{ moment: 'commit: before 1' }, { moment: 'commit: after 1', done: true }];

const FIRST: readonly Case[] = [
  { moment: 'stage: after 1', first: true },
  { moment: 'commit: before 1', first: true },
];

async function placeFor({ output, noPurge }: Case, databaseUrl: string | undefined) {
  const cwd = folders.make();
  const options: PlaceOptions = {
    cwd,
    databaseUrl,
    sourceUrl: source.url,
    ...(output !== undefined && { output }),
    engine: { pollsUntilDone: 2, permissions: noPurge ? { purge: false } : {} },
  };
  return { cwd, place: await openKillingPlace(options) };
}

/** Another run, as soon as the lease of the suspended one is over. */
async function takeOver(place: KillingPlace): Promise<void> {
  await sleep(SUSPENDED_LEASE_MS);
  await eventually('the lease is over', async () => {
    try {
      await place.run(runOf('run-3', 'newest'));
      return true;
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'LEASE_HELD') return false;
      throw thrown;
    }
  });
}

async function checksumsIn(cwd: string, databaseUrl: string | undefined) {
  const { record_state } = await dumpState(cwd, databaseUrl);
  const rows = record_state.map((line) => parsedObject(line) ?? {});
  return rows.map(({ doc_id, checksum }) => `${String(doc_id)} ${String(checksum)}`).sort();
}

/** Suspends a run, lets another one bring what is newer, and wakes it. */
async function outcomeOf(given: Case, databaseUrl: string | undefined) {
  const { moment, busy, first } = given;
  const { cwd, place } = await placeFor(given, databaseUrl);
  try {
    if (first === undefined) await place.run(runOf('run-1', 'before'));
    const { engine } = place.google;
    if (busy) {
      const body = JSON.stringify({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Wait.' } });
      engine.fail({
        when: { path: 'documents:import' },
        how: { kind: 'answer', httpStatus: 429, headers: { 'content-type': 'application/json' }, body },
      });
    }
    const left: unknown[] = [];
    const woken = await place.suspend(runOf('run-2', 'after'), moment, async () => {
      await takeOver(place);
      left.push({ state: await dumpState(cwd, databaseUrl), latest: (await place.artifacts()).latest });
    });
    const found = { state: await dumpState(cwd, databaseUrl), latest: (await place.artifacts()).latest };
    expect({ moment, left: [found] }).toEqual({ moment, left });
    const sent = engine.requests.length;
    const next = await place.run(runOf('run-4', 'newest'));
    return {
      moment,
      status: woken.status,
      code: woken.stderr.split(' ')[0],
      requests: woken.requests,
      latest: found.latest,
      titles: place.titles(),
      checksums: await checksumsIn(cwd, databaseUrl),
      next: { unchanged: next.counts.unchanged, requests: engine.requests.length - sent },
    };
  } finally {
    await place.close();
  }
}

describe.each(['sqlite', 'postgres'] as const)('a suspended run, with its state in %s', (engine) => {
  let undisturbed: string[];

  beforeAll(async () => {
    const { cwd, place } = await placeFor({ moment: '' }, undefined);
    await place.run(runOf('run-1', 'newest'));
    undisturbed = await checksumsIn(cwd, undefined);
    await place.close();
  });

  test.each([
    ['extracts', EXTRACT],
    ['publishes', PUBLISH],
    ['delivers', INGEST],
    ['commits', COMMIT],
    ['is the first one, and loads or commits its records,', FIRST],
  ] as const)(
    'while it %s sends and writes nothing when it wakes after another one took over',
    async (_what, cases) => {
      await forEachSomeAtOnce(cases, async (given) => {
        const databaseUrl = engine === 'sqlite' ? undefined : await source.createState();
        expect(await outcomeOf(given, databaseUrl)).toEqual({
          moment: given.moment,
          status: given.done ? 0 : 75,
          code: given.done ? '' : 'LEASE_LOST',
          requests: [],
          latest: 'run-3',
          titles: newest.map(([id, title]) => `people:${id} ${title}`).sort(),
          checksums: undisturbed,
          next: { unchanged: newest.length, requests: 0 },
        });
      });
    },
  );
});

test('a suspended run goes on when no other one came meanwhile', async () => {
  const databaseUrl = await source.createState();
  const { place } = await placeFor({ moment: '' }, databaseUrl);
  try {
    await place.run(runOf('run-1', 'before'));
    const woken = await place.suspend(runOf('run-2', 'after'), 'save import-1 asked: after 1', () =>
      sleep(1.5 * SUSPENDED_LEASE_MS),
    );
    expect(woken).toMatchObject({ status: 0, stderr: '' });
    expect(place.titles()).toEqual(changedPeople.map(([id, title]) => `people:${id} ${title}`).sort());
  } finally {
    await place.close();
  }
});
