import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { migrateState, STATE_FILE } from '../../../src/state/run/open-state.ts';
import { eventually } from '../../support/eventually.ts';
import { openKillingPlace, type KillingPlace } from '../../support/processes/killing-place.ts';
import { parsedObject, textAt } from '../../support/files/json.ts';
import { runOf, startPeopleServer, type PeopleServer } from '../../support/databases/people-server.ts';
import { somePeople, type Person } from '../../support/databases/people-table.ts';
import { forEachSomeAtOnce } from '../../support/some-at-once.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const people = somePeople(20);
/** Two have left, one has changed and one has joined: what was loaded from `people` must not survive. */
const newer: Person[] = [...people.slice(2, 19), [20, 'Person 20, Jr.', 'Sales'], ...somePeople(1, 21)];
/** More than a run stages at once, so the records of the first 5,000 are in the state before the others are loaded. */
const many = somePeople(5_010);
const TABLES = { people, newer, many } as const;
type Table = keyof typeof TABLES;

const ENGINES = ['sqlite', 'postgres'] as const;
type Engine = (typeof ENGINES)[number];

/** The statement that loads records. */
const LOAD = { sqlite: 'insert record_state', postgres: 'copy record_state' } as const;
/** Runs end here one after the other, each killed at its moment. */
type Moments = readonly [string, ...string[]];

const loading = (engine: Engine): readonly Moments[] => [
  // On Postgres the server has some rows of a COPY, or all of them, and not its end.
  ...(engine === 'postgres'
    ? ['accepted', 'sent'].map((place): Moments => [`statement ${LOAD[engine]}: ${place} 1`])
    : ([['statement insert record_state: after 1']] satisfies Moments[])),
  [`statement commit after ${LOAD[engine]}: after 1`],
];
const loadingMore = (engine: Engine): readonly Moments[] => [
  [`statement ${LOAD[engine]}: ${engine === 'postgres' ? 'sent' : 'after'} 2`],
];

const STAGED = 'stage: after 1';
const PUBLISHED = 'published: after 1';
/** A run has closed a dead one, whose records are still there. */
const CLOSED = 'statement delete record_state: before 1';
const IN_COMMIT = 'statement commit after delete record_loads: before 1';

const COMMITTING: readonly Moments[] = [
  [IN_COMMIT],
  ['bucket: POST latest/manifest.json received 1'],
  // The checkpoint of the dead run has just got the loaded records.
  [PUBLISHED, 'statement update connector_checkpoints: after 1'],
];
const DISCARDING: readonly Moments[] = [[STAGED, CLOSED, STAGED]];

let source: PeopleServer;
let emptyState: string;
const folders = temporaryFolders();
/** The records of each table in the state after an undisturbed run. */
const undisturbed = new Map<Table, unknown>();

beforeAll(async () => {
  source = await startPeopleServer(TABLES);
  emptyState = join(folders.make(), 'state.db');
  await migrateState({ file: emptyState });
  for (const table of ['people', 'newer'] as const) {
    await inPlace('sqlite', async (scene) => {
      await scene.place.run(runOf('undisturbed', table));
      undisturbed.set(table, (await stateOf(scene)).records);
    });
  }
});

afterAll(async () => {
  await source.stop();
  folders.removeAll();
});

interface Scene {
  readonly place: KillingPlace;
  readonly cwd: string;
  readonly databaseUrl: string | undefined;
  /** How often a document was offered to the data store, by canonical id. */
  readonly offers: Map<string, number>;
}

/** A place in which no connector has run yet. */
async function inPlace<T>(engine: Engine, use: (scene: Scene) => Promise<T>): Promise<T> {
  const cwd = folders.make();
  const databaseUrl = engine === 'postgres' ? await source.createState() : undefined;
  if (databaseUrl === undefined) await cp(emptyState, join(cwd, STATE_FILE));
  const offers = new Map<string, number>();
  const place = await openKillingPlace({
    cwd,
    databaseUrl,
    sourceUrl: source.url,
    engine: {
      pollsUntilDone: 1,
      rejectDocument: (document) => {
        const docId = textAt(parsedObject(textAt(document, 'jsonData') ?? '') ?? {}, 'doc_id') ?? '';
        offers.set(docId, (offers.get(docId) ?? 0) + 1);
        return undefined;
      },
    },
  });
  try {
    return await use({ place, cwd, databaseUrl, offers });
  } finally {
    await place.close();
  }
}

async function stateOf({ cwd, databaseUrl }: Pick<Scene, 'cwd' | 'databaseUrl'>) {
  const dump = await dumpState(cwd, databaseUrl);
  const rows = (table: keyof typeof dump) => dump[table].map((line) => parsedObject(line) ?? {});
  const scopes = new Set(rows('connector_checkpoints').map(({ id }) => id));
  const records = rows('record_state').map(
    ({ doc_id, checksum, soft_deleted }) => `${String(doc_id)} ${String(checksum)} ${String(soft_deleted)}`,
  );
  return {
    records: records.sort(),
    /** Records that no connector has, and what else a dead run may leave. */
    leftovers: [
      ...rows('record_state').filter(({ scope_id }) => !scopes.has(scope_id)),
      ...dump.record_loads,
      ...dump.staged_records,
      ...rows('run_state').filter((run) => run['finished_at'] === null),
      ...rows('delivery_steps').filter((step) => ['asked', 'running'].includes(String(step['state']))),
    ],
  };
}

/** Kills a run at each of the moments, one after the other. */
async function killEach({ place }: Scene, moments: readonly string[], table: Table): Promise<void> {
  for (const [index, moment] of moments.entries())
    await place.kill({ ...runOf(`killed-${index}`, table), statements: true }, moment);
}

/** What the next run makes of a place in which runs were killed, and the run after that. */
async function aftermath(scene: Scene, runId: string, table: Table) {
  const { place, offers } = scene;
  const { engine } = place.google;
  const next = await place.run(runOf(runId, table));
  const state = await stateOf(scene);
  const sent = engine.requests.length;
  const third = await place.run(runOf('third', table));
  return {
    status: next.status,
    titles: place.titles(),
    ...state,
    deletes: engine.requests.filter(({ path, method }) => path.includes('purge') || method === 'DELETE'),
    offeredAgain: [...offers].filter(([, times]) => times > 1),
    violations: engine.violations,
    overlaps: engine.overlaps,
    third: { unchanged: third.counts.unchanged, requests: engine.requests.length - sent },
  };
}

/** The aftermath as if nothing had been killed. */
function allIsWell(table: Table) {
  return {
    status: 'SUCCESS',
    titles: TABLES[table].map(([id, name]) => `people:${id} ${name}`).sort(),
    records: undisturbed.get(table),
    leftovers: [],
    deletes: [],
    offeredAgain: [],
    violations: [],
    overlaps: 0,
    third: { unchanged: TABLES[table].length, requests: 0 },
  };
}

describe.each(ENGINES)('a first run, with its state in %s', (engine) => {
  test.each<readonly [what: string, cases: readonly Moments[], killed: Table, next: Table]>([
    ['while it loads its records', loading(engine), 'people', 'newer'],
    ['while it loads the second part of its records', loadingMore(engine), 'many', 'newer'],
    [
      'while it commits its records, or those of a dead run, or right after it,',
      COMMITTING,
      'people',
      'people',
    ],
    [
      'before it has discarded the records of a dead run, and again once it has its own,',
      DISCARDING,
      'people',
      'newer',
    ],
  ])('killed %s is made good by the next one', async (_what, cases, killed, next) => {
    await forEachSomeAtOnce(cases, async (moments, index) => {
      await inPlace(engine, async (scene) => {
        await killEach(scene, moments, killed);
        // An orchestrator may try the same run again, or start another one.
        const runId = index % 2 === 0 ? `killed-${moments.length - 1}` : 'next';
        expect({ moments, ...(await aftermath(scene, runId, next)) }).toEqual({
          moments,
          ...allIsWell(next),
        });
      });
    });
  });

  test('is followed by one that stages its changes, and killed in the commit of these is made good by the next one', async () => {
    await inPlace(engine, async (scene) => {
      const { place, offers } = scene;
      await place.run(runOf('first', 'people'));
      offers.clear();
      await killEach(scene, ['statement insert record_state: after 1'], 'newer');
      const changed = newer.slice(-2).map(([id]) => `people:${id}`);
      expect(await aftermath(scene, 'next', 'newer')).toEqual({
        ...allIsWell('newer'),
        deletes: expect.arrayContaining([expect.objectContaining({ method: 'POST' })]),
      });
      expect([...offers.keys()]).toEqual(changed);
    });
  });
});

describe('a first run of a connector that never runs again', () => {
  test.each([
    ['before it has published', STAGED, 'postgres', 0],
    ['in its commit', IN_COMMIT, 'sqlite', people.length],
  ] as const)(
    'killed %s (%s, %s) leaves nothing when the connector is retired',
    async (_what, moment, engine, sent) => {
      await inPlace(engine, async (scene) => {
        const { place } = scene;
        await killEach(scene, [moment], 'people');
        // Another name of the connector: its runs leave alone what the dead run of the old name left.
        await place.run({ ...runOf('renamed', 'newer'), connector: 'persons' });
        const { status, stderr } = await place.finish({ ...runOf('retire-1', 'people'), retires: sent });
        const { records, leftovers } = await stateOf(scene);
        expect({ status, stderr, records: records.length, leftovers, titles: place.titles() }).toEqual({
          status: 0,
          stderr: '',
          records: newer.length,
          leftovers: [],
          titles: newer.map(([id, name]) => `persons:${id} ${name}`).sort(),
        });
      });
    },
  );
});

test('a first run killed while it imports is abandoned when its manifest is lost, and the next one resends or deletes all its documents', async () => {
  await inPlace('postgres', async (scene) => {
    await killEach(scene, ['engine: POST documents:import carried out 1'], 'people');
    await scene.place.loseManifest('killed-0');
    await scene.place.kill({ ...runOf('killed-1', 'people'), statements: true }, CLOSED);
    // It may have delivered all of them, so those of who left are deleted, although no run has committed them.
    expect(await aftermath(scene, 'next', 'newer')).toEqual({
      ...allIsWell('newer'),
      deletes: expect.arrayContaining([expect.objectContaining({ method: 'POST' })]),
      offeredAgain: people.slice(2).map(([id]) => [`people:${id}`, 2]),
    });
  });
});

test('a first run whose connection to Postgres is ended in the middle of a COPY leaves no records, and the next one succeeds', async () => {
  await inPlace('postgres', async (scene) => {
    const { place, databaseUrl } = scene;
    const client = new pg.Client(databaseUrl);
    await client.connect();
    await client.query(
      `create function wait_there() returns trigger language plpgsql as
         $$begin perform pg_sleep(600); return new; end$$;
       create trigger wait_there before insert on record_state for each row
         when (new.doc_id = 'people:5005') execute function wait_there()`,
    );
    const failure = place.run(runOf('first', 'many')).catch((thrown: unknown) => thrown);
    await eventually('a COPY is in progress', async () => {
      const ended = await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and wait_event = 'PgSleep' and query like 'copy record_state%'`,
      );
      return ended.rows.length > 0;
    });
    expect(await failure).toMatchObject({ code: 'STATE_UNREACHABLE', retryable: true });
    expect(await stateOf(scene)).toEqual({ records: [], leftovers: [] });
    await client.query('drop trigger wait_there on record_state');
    await client.end();
    expect(await aftermath(scene, 'first', 'newer')).toEqual(allIsWell('newer'));
  });
});
