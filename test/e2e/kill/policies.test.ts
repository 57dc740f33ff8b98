import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DeletePolicy } from '../../../src/definitions/connector/types.ts';
import { parsedObject } from '../../support/files/json.ts';
import { openKillingPlace, type KillingPlace } from '../../support/processes/killing-place.ts';
import { changedPeople, eightPeople, somePeople, type Person } from '../../support/databases/people-table.ts';
import { runOf, startPeopleServer, type PeopleServer } from '../../support/databases/people-server.ts';
import { forEachSomeAtOnce } from '../../support/some-at-once.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const POLICIES: readonly DeletePolicy[] = ['auto_delete_missing', 'soft_delete_only', 'never_delete'];

/** One of those who left is back, and another one has left. */
const later: Person[] = [...eightPeople.slice(1, 5), [8, 'Person 8, Jr.', 'Sales'], ...somePeople(1, 9)];
/** The ids of the people whom every table lists. */
const staying = later.filter(([id]) => (id ?? 0) > 2 && (id ?? 0) < 9).map(([id]) => `people:${id}`);

const TABLES = { before: eightPeople, after: changedPeople, later };
type Table = keyof typeof TABLES;
type Rules = KillingRun['reconciliation'];
type KillingRun = Parameters<KillingPlace['run']>[0];
const ruledRun = (runId: string, table: Table, reconciliation: Rules, mapping?: KillingRun['mapping']) => ({
  ...runOf(runId, table),
  ...(reconciliation !== undefined && { reconciliation }),
  ...(mapping !== undefined && { mapping }),
});

let source: PeopleServer;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPeopleServer(TABLES);
});

afterAll(async () => {
  await source.stop();
  folders.removeAll();
});

type Engine = 'sqlite' | 'postgres';

interface Scene {
  readonly place: KillingPlace;
  readonly state: { readonly cwd: string; readonly url: string | undefined };
}

/** A place whose data store is in step with the table of before. */
async function inSyncedPlace<T>(engine: Engine, use: (scene: Scene) => Promise<T>): Promise<T> {
  const cwd = folders.make();
  const url = engine === 'postgres' ? await source.createState() : undefined;
  const place = await openKillingPlace({
    cwd,
    databaseUrl: url,
    sourceUrl: source.url,
    engine: { pollsUntilDone: 2 },
  });
  try {
    await place.run(runOf('run-1', 'before'));
    place.mustStay(staying);
    return await use({ place, state: { cwd, url } });
  } finally {
    await place.close();
  }
}

/** What is left of a history, but for what it was that led there. */
async function endOf({ place, state: { cwd, url } }: Scene) {
  const dump = await dumpState(cwd, url);
  const rows = (table: keyof typeof dump) => dump[table].map((line) => parsedObject(line) ?? {});
  const { engine } = place.google;
  return {
    documents: [...place.documents()].sort(([one], [other]) => one.localeCompare(other)),
    records: rows('record_state')
      .map(({ doc_id, checksum, soft_deleted }) => ({ doc_id, checksum, soft_deleted }))
      .sort((one, other) => String(one.doc_id).localeCompare(String(other.doc_id))),
    open: [
      ...rows('run_state').filter((run) => run['finished_at'] === null),
      ...rows('delivery_steps').filter((step) => ['asked', 'running'].includes(String(step['state']))),
      ...dump.staged_records,
      ...dump.rejected_documents,
    ],
    latest: (await place.artifacts()).latest,
    missed: [...place.missed],
    overlaps: engine.overlaps,
    violations: engine.violations,
  };
}

type End = Awaited<ReturnType<typeof endOf>>;

interface Moment {
  readonly at: string;
  /** The next run finishes the one that was killed, rather than closing it. */
  readonly finished: boolean;
}

const IN_PUBLISH: readonly Moment[] = [
  { at: 'stage: after 1', finished: false },
  { at: 'published: after 1', finished: true },
];
const IN_IMPORT: Moment = { at: 'engine: POST documents:import carried out 1', finished: true };
const IN_PURGE: Moment = { at: 'engine: POST documents:purge carried out 2', finished: true };
const IN_COMMIT: Moment = { at: 'commit: after 1', finished: true };

/** When a run is killed: in each phase that writes. Only a run that deletes purges. */
function momentsUnder(policy: DeletePolicy): readonly Moment[] {
  return [...IN_PUBLISH, IN_IMPORT, ...(policy === 'auto_delete_missing' ? [IN_PURGE] : []), IN_COMMIT];
}

/** Each policy followed by each other one. */
const CHANGES = POLICIES.flatMap((first) =>
  POLICIES.filter((second) => second !== first).map((second) => [first, second] as const),
);

const MARK_THEN_DELETE = ['soft_delete_only', 'auto_delete_missing'] as const;

interface Policies {
  readonly first: DeletePolicy;
  readonly second: DeletePolicy;
}

/** The run after a run under another policy, and then one that deletes what is missing, whichever run marked it. */
async function goOn({ first, second }: Policies, killedAt: string | undefined, scene: Scene, counted = true) {
  const { place } = scene;
  const one = ruledRun('run-2', 'after', { deletePolicy: first });
  if (killedAt !== undefined) await place.kill(one, killedAt);
  else if (counted) await place.run(one);
  const { status } = await place.run(ruledRun('run-3', 'later', { deletePolicy: second }));
  const changed = await endOf(scene);
  const last = await place.run(ruledRun('run-4', 'later', { deletePolicy: 'auto_delete_missing' }));
  return { statuses: [status, last.status], changed, cleared: await endOf(scene) };
}

describe.each(['sqlite', 'postgres'] as const)(
  'a run under another delete policy, with the state in %s',
  (engine) => {
    // The histories are the same in every database, and so are the files: all changes are tried in one, some in the other.
    const changes = engine === 'sqlite' ? CHANGES : [MARK_THEN_DELETE];

    test.each(changes)(
      'after a run under %s was killed ends, under %s, as if nothing had been killed',
      async (first, second) => {
        const policies = { first, second };
        const undisturbed = await inSyncedPlace(engine, (scene) => goOn(policies, undefined, scene));
        const alone = await inSyncedPlace(engine, (scene) => goOn(policies, undefined, scene, false));
        await forEachSomeAtOnce(momentsUnder(first), async ({ at, finished }) => {
          const left = await inSyncedPlace(engine, (scene) => goOn(policies, at, scene));
          expect({ at, ...left }).toEqual({ at, ...(finished ? undisturbed : alone) });
        });
        // That all agree is worth nothing if all are wrong.
        expect(undisturbed.cleared).toEqual(inStepWith('later', undisturbed.cleared));
        expect(alone.cleared).toEqual(inStepWith('later', alone.cleared));
      },
    );

    test('holds the deletes of documents that a killed run marked when they are too many, and deletes them once they are not', async () => {
      const chosen = [...IN_PUBLISH.slice(1), IN_IMPORT, IN_COMMIT];
      const strict = { deletePolicy: 'auto_delete_missing', deleteLimit: { count: 1, ratio: 0 } };
      await forEachSomeAtOnce(chosen, async ({ at: moment }) => {
        await inSyncedPlace(engine, async (scene) => {
          const { place } = scene;
          const held = ['people:1', 'people:2'];
          place.mustStay([...staying, ...held]);
          await place.kill(ruledRun('run-2', 'after', { deletePolicy: 'soft_delete_only' }), moment);
          const next = await place.run(ruledRun('run-3', 'after', strict));
          expect({ moment, status: next.status, held: next.counts.held }).toEqual({
            moment,
            status: 'HELD',
            held: 2,
          });
          const { missed } = await endOf(scene);
          expect({ moment, missed }).toEqual({ moment, missed: [] });
          expect([...place.documents().keys()]).toEqual(expect.arrayContaining(held));
          place.mustStay(staying);
          const last = await place.run(ruledRun('run-4', 'after', { deletePolicy: 'auto_delete_missing' }));
          expect({ moment, status: last.status, deleted: last.counts.deleted }).toEqual({
            moment,
            status: 'SUCCESS',
            deleted: 2,
          });
          const cleared = await endOf(scene);
          expect({ moment, ...cleared }).toEqual({ moment, ...inStepWith('after', cleared) });
        });
      });
    });

    test('and another mapping sends every document in its new form after a run with the old settings was killed', async () => {
      const mapping = { contentTemplate: '{{ team }}: {{ name }}', metadataFields: [] };
      const rules = { deletePolicy: 'auto_delete_missing' };
      const chosen = [...IN_PUBLISH, IN_IMPORT, IN_COMMIT];
      const undisturbed = await inSyncedPlace(engine, async (scene) => {
        await scene.place.run(ruledRun('run-3', 'later', rules, mapping));
        return endOf(scene);
      });
      await forEachSomeAtOnce(chosen, async ({ at: moment }) => {
        await inSyncedPlace(engine, async (scene) => {
          await scene.place.kill(ruledRun('run-2', 'after', { deletePolicy: 'soft_delete_only' }), moment);
          await scene.place.run(ruledRun('run-3', 'later', rules, mapping));
          expect({ moment, ...(await endOf(scene)) }).toEqual({ moment, ...undisturbed });
        });
      });
    });
  },
);

/** An end in which the data store and the state have the documents of a table and no others. */
function inStepWith(table: Table, { records }: End) {
  const ids = TABLES[table].map(([id]) => `people:${id}`).sort((one, other) => one.localeCompare(other));
  const documents = TABLES[table].map(
    ([id, name, team]) => [`people:${id}`, { title: name, content: `${name} works in ${team}.` }] as const,
  );
  return {
    documents: documents.sort(([one], [other]) => one.localeCompare(other)),
    records: ids.map((doc_id, at) => ({ doc_id, checksum: records[at]?.checksum, soft_deleted: 0 })),
    open: [],
    latest: 'run-4',
    missed: [],
    overlaps: 0,
    violations: [],
  };
}
