import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  openKillingPlace,
  type KillingPlace,
  type PlaceOptions,
} from '../../support/processes/killing-place.ts';
import { parsedObject, textAt } from '../../support/files/json.ts';
import { somePeople, type Person } from '../../support/databases/people-table.ts';
import { runOf, startPeopleServer, type PeopleServer } from '../../support/databases/people-server.ts';
import { forEachSomeAtOnce } from '../../support/some-at-once.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

/** An operation is still in progress when a run is killed at its first poll. */
const POLLS = 2;

const before = somePeople(20);
/** Two are gone, two have changed, two are new. */
const after: Person[] = [
  ...before.slice(2, 18),
  [19, 'Person 19', 'Support'],
  [20, 'Person 20, Jr.', 'Sales'],
  ...somePeople(2, 21),
];
const staying = after.slice(0, 18).map(([id]) => `people:${id}`);
const changed = after.slice(16).map(([id]) => `people:${id}`);
/** What `after` was for a moment. */
const draft = after.map(([id, name, team]): Person => [id, name, (id ?? 0) > 18 ? 'Draft' : team]);
/** 9 MB, which is more than one chunk of an upload. */
const large = somePeople(10).map(([id, name]) => [id, name, 'Sales '.repeat(150_000)] as const);

const TABLES = { before, draft, after, large } as const;
type Table = keyof typeof TABLES;
/** The run that is killed. */
const KILLED = runOf('run-2', 'after');

let source: PeopleServer;
const folders = temporaryFolders();
/** The checksum of each document in the state after an undisturbed run. */
const checksums = new Map<Table, Map<string, string>>();

beforeAll(async () => {
  source = await startPeopleServer(TABLES);
  for (const table of ['after', 'large'] as const) {
    await inPlace(table === 'large' ? LARGE : {}, async ({ place, cwd }) => {
      await place.run(runOf('undisturbed', table));
      checksums.set(table, (await stateOf(cwd)).checksums);
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
  /** The URL of the state; undefined for the embedded one. */
  readonly databaseUrl: string | undefined;
  /** How often a document was offered to the data store since the last `forget`, by canonical id. */
  readonly offers: Map<string, number>;
}

type SceneOptions = Partial<Pick<PlaceOptions, 'databaseUrl' | 'output' | 'mapping'>> & {
  readonly pollsUntilDone?: number;
  /** What the caller may not do. */
  readonly denied?: 'purge' | 'operationsList';
  readonly refuses?: (docId: string) => boolean;
};

/** The team is not repeated in the metadata, where it would exceed the size limit. */
const LARGE: SceneOptions = { mapping: { metadataFields: [] } };

async function inPlace<T>(
  { pollsUntilDone = POLLS, denied, refuses = () => false, databaseUrl, ...options }: SceneOptions,
  use: (scene: Scene) => Promise<T>,
): Promise<T> {
  const cwd = folders.make();
  const offers = new Map<string, number>();
  const place = await openKillingPlace({
    ...options,
    cwd,
    databaseUrl,
    sourceUrl: source.url,
    engine: {
      pollsUntilDone,
      permissions: denied === undefined ? {} : { [denied]: false },
      rejectDocument: (document) => {
        const docId = textAt(parsedObject(textAt(document, 'jsonData') ?? '') ?? {}, 'doc_id') ?? '';
        offers.set(docId, (offers.get(docId) ?? 0) + 1);
        return refuses(docId) ? 'It is not wanted.' : undefined;
      },
    },
  });
  try {
    return await use({ place, cwd, databaseUrl, offers });
  } finally {
    await place.close();
  }
}

/** A place whose data store is in step with the table of before. */
function inSyncedPlace<T>(options: SceneOptions, use: (scene: Scene) => Promise<T>): Promise<T> {
  return inPlace(options, async (scene) => {
    await scene.place.run(runOf('run-1', 'before'));
    scene.place.mustStay(staying);
    scene.offers.clear();
    return use(scene);
  });
}

async function stateOf(cwd: string, databaseUrl?: string) {
  const dump = await dumpState(cwd, databaseUrl);
  const rows = (table: keyof typeof dump) => dump[table].map((line) => parsedObject(line) ?? {});
  return {
    checksums: new Map(rows('record_state').map((row) => [String(row['doc_id']), String(row['checksum'])])),
    open: [
      ...rows('run_state').filter((run) => run['finished_at'] === null),
      ...rows('delivery_steps').filter((step) => ['asked', 'running'].includes(String(step['state']))),
      ...dump.staged_records,
      ...dump.rejected_documents,
    ],
    committed: rows('run_state')
      .filter((run) => run['committed_at'] !== null)
      .map((run) => String(run['run_id'])),
  };
}

/** What the next run makes of a place in which one was killed, and the run after that. */
async function aftermath(
  { place, cwd, offers, databaseUrl }: Scene,
  runId: string,
  table: Table = 'after',
  resend = false,
) {
  const { engine } = place.google;
  const next = await place.run({ ...runOf(runId, table), resend });
  const state = await stateOf(cwd, databaseUrl);
  const { runs, latest } = await place.artifacts();
  const sent = engine.requests.length;
  const third = await place.run(runOf('run-4', table));
  return {
    status: next.status,
    documents: place.documents(),
    checksums: state.checksums,
    open: state.open,
    artifactsOfNobody: [...runs].filter((run) => !state.committed.includes(run)),
    latest,
    violations: engine.violations,
    imports: engine.operations.filter(({ kind }) => kind === 'import').length,
    overlaps: engine.overlaps,
    missed: [...place.missed],
    offeredAgain: [...offers].filter(([, times]) => times > 1),
    third: { unchanged: third.counts.unchanged, requests: engine.requests.slice(sent) },
  };
}

/** The aftermath as if nothing had been killed; `imports` there are in all. */
function allIsWell(runId: string, imports: number, table: Table = 'after') {
  const documents = TABLES[table].map(
    ([id, name, team]) => [`people:${id}`, { title: name, content: `${name} works in ${team}.` }] as const,
  );
  return {
    status: 'SUCCESS',
    documents: new Map(documents),
    checksums: checksums.get(table),
    open: [],
    artifactsOfNobody: [],
    latest: runId,
    violations: [],
    imports,
    overlaps: 0,
    missed: [],
    offeredAgain: [],
    third: { unchanged: documents.length, requests: [] },
  };
}

describe('a run that brings changes and deletes', () => {
  let moments: string[];

  beforeAll(async () => {
    moments = await inSyncedPlace({}, ({ place }) => place.moments(KILLED));
  });

  // Moments between which nothing changes are represented by one of them: an object that is yet to be sent or only read leaves
  // the world as it was, and a step that is noted as asked or running is the world in which its request or its poll comes.
  test.each([
    ['write to the bucket', /^bucket: (POST|DELETE) .* carried out/, 7],
    ['request to Discovery Engine', /^engine: /, 13],
    ['write to the state', /^(begin|stage|published|turn|save .* done|end of turn|commit): /, 10],
  ])(
    'killed at any %s, is made good by the next one, which imports nothing again',
    async (_what, which, fewest) => {
      const chosen = moments.filter((moment) => which.test(moment));
      expect(chosen.length).toBeGreaterThanOrEqual(fewest);
      await forEachSomeAtOnce(chosen, async (moment, index) => {
        // An orchestrator may try the same run again, or start another one.
        const runId = index % 2 === 0 ? 'run-2' : 'run-3';
        await inSyncedPlace({}, async (scene) => {
          await scene.place.kill(KILLED, moment);
          expect({ moment, ...(await aftermath(scene, runId)) }).toEqual({ moment, ...allIsWell(runId, 2) });
        });
      });
    },
  );

  test('leaves its import in progress when it is killed, and the next run waits for it', async () => {
    const chosen: readonly (readonly [moment: string, options?: SceneOptions])[] = [
      ['engine: POST documents:import carried out 1'],
      ['engine: GET import-documents received 2'],
      // Its name is all that there is to find it by.
      ['save import-1 running: after 1', { denied: 'operationsList' }],
    ];
    await forEachSomeAtOnce(chosen, async ([moment, options]) => {
      await inSyncedPlace({ pollsUntilDone: 30, ...options }, async (scene) => {
        await scene.place.kill(KILLED, moment);
        expect(scene.place.google.engine.operations.at(-1)).toMatchObject({
          kind: 'import',
          state: 'running',
        });
        expect({ moment, ...(await aftermath(scene, 'run-3')) }).toEqual({
          moment,
          ...allIsWell('run-3', 2),
        });
      });
    });
  });

  test('makes the next runs wait until its import has ended, however long that takes', async () => {
    await inSyncedPlace({}, async (scene) => {
      const { engine } = scene.place.google;
      engine.fail({ when: { path: 'documents:import' }, how: { kind: 'slow-operation', polls: 200 } });
      await scene.place.kill(KILLED, 'engine: POST documents:import carried out 1');
      await expect(scene.place.run(runOf('run-3', 'after'))).rejects.toMatchObject({
        code: 'GEMINI_OPERATION_PENDING',
        retryable: true,
      });
      expect(await aftermath(scene, 'run-3')).toEqual(allIsWell('run-3', 2));
    });
  });

  test('leaves its import in progress when it is killed, and another connector waits for it', async () => {
    const chosen = ['engine: POST documents:import carried out 1', 'save import-1 running: after 1'];
    await forEachSomeAtOnce(chosen, async (moment) => {
      await inSyncedPlace({ pollsUntilDone: 30 }, async ({ place, offers }) => {
        const { engine } = place.google;
        await place.kill(KILLED, moment);
        const other = await place.run({ ...runOf('other-1', 'before'), connector: 'others' });
        const next = await place.run(runOf('run-3', 'after'));
        expect({
          moment,
          statuses: [other.status, next.status],
          documents: place.documents().size,
          offers,
          imports: engine.operations.filter(({ kind }) => kind === 'import').length,
          overlaps: engine.overlaps,
        }).toEqual({
          moment,
          statuses: ['SUCCESS', 'SUCCESS'],
          documents: before.length + after.length,
          offers: new Map([...changed, ...before.map(([id]) => `others:${id}`)].map((docId) => [docId, 1])),
          imports: 3,
          overlaps: 0,
        });
      });
    });
  });

  test('killed, and killed again while the next run makes it good, is made good by the one after that', async () => {
    const chosen = [
      ['bucket: POST manifest.json carried out 1', 'bucket: DELETE manifest.json carried out 1'],
      ['published: after 1', 'engine: POST documents:import carried out 1'],
      ['engine: POST documents:import carried out 1', 'engine: GET operations received 1'],
      ['save import-1 running: after 1', 'commit: after 1'],
    ] as const;
    await forEachSomeAtOnce(chosen, async (moments) => {
      await inSyncedPlace({}, async (scene) => {
        await scene.place.kill(KILLED, moments[0]);
        await scene.place.kill(runOf('run-3', 'after'), moments[1]);
        expect({ moments, ...(await aftermath(scene, 'run-5')) }).toEqual({
          moments,
          ...allIsWell('run-5', 2),
        });
      });
    });
  });

  test('killed and impossible to finish leaves an import in progress, and the next runs wait for it before they resend everything', async () => {
    const chosen = [
      ['engine: POST documents:import carried out 1', 'settle: after 1'],
      ['save import-1 running: after 1', 'engine: GET import-documents received 1'],
    ] as const;
    await forEachSomeAtOnce(chosen, async (moments) => {
      await inSyncedPlace({ pollsUntilDone: 10 }, async (scene) => {
        const { place } = scene;
        await place.kill(KILLED, moments[0]);
        await place.loseManifest('run-2');
        await place.kill(runOf('run-3', 'after'), moments[1]);
        expect({ moments, ...(await aftermath(scene, 'run-5')) }).toEqual({
          moments,
          ...allIsWell('run-5', 3),
          artifactsOfNobody: ['run-2'],
          offeredAgain: changed.map((docId) => [docId, 2]),
        });
      });
    });
  });

  test('given up while its import is in progress, keeps its id and its artifacts until another run has waited for the import', async () => {
    await inSyncedPlace({ pollsUntilDone: 3 }, async (scene) => {
      const { place } = scene;
      const { engine, gcs } = place.google;
      await place.kill(runOf('run-2', 'draft'), 'engine: POST documents:import carried out 1');
      await place.loseManifest('run-2');
      const written = gcs.requests.length;
      await expect(place.run(KILLED)).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' });
      expect(gcs.requests.slice(written).filter(({ method }) => method !== 'GET')).toEqual([]);
      expect(engine.operations.at(-1)).toMatchObject({ kind: 'import', state: 'running' });

      // The next attempt is killed as well, and neither import is taken for the other.
      await place.kill(runOf('run-3', 'after'), 'engine: POST documents:import carried out 1');
      expect(await aftermath(scene, 'run-2')).toEqual({
        ...allIsWell('run-2', 3),
        offeredAgain: changed.map((docId) => [docId, 2]),
      });
    });
  });

  test('killed with its state in Postgres, is made good as well', async () => {
    const chosen = [
      'published: after 1',
      'engine: POST documents:import carried out 1',
      'engine: POST documents:purge carried out 2',
      'commit: after 1',
    ];
    expect(moments).toEqual(expect.arrayContaining(chosen));
    await forEachSomeAtOnce(chosen, async (moment) => {
      const databaseUrl = await source.createState();
      await inSyncedPlace({ databaseUrl }, async (scene) => {
        await scene.place.kill(KILLED, moment);
        expect({ moment, ...(await aftermath(scene, 'run-3')) }).toEqual({
          moment,
          ...allIsWell('run-3', 2),
        });
      });
    });
  });
});

describe('a first run, some of whose documents are refused', () => {
  // The last line settles from which number the data store counts lines.
  const unwanted = ['people:5', 'people:22'];
  const first = runOf('run-1', 'after');

  /** The data store refuses each of them when it is offered for the first time. */
  function inPickyPlace(use: (scene: Scene) => Promise<void>): Promise<void> {
    const refused = new Set<string>();
    const refuses = (docId: string) => {
      if (!unwanted.includes(docId) || refused.has(docId)) return false;
      refused.add(docId);
      return true;
    };
    return inPlace({ refuses }, use);
  }

  test('killed once it imports, is made good by the next one, which imports only those again', async () => {
    const chosen = [
      'engine: POST documents:import carried out 1',
      'bucket: GET errors/import-1-1/ received 1',
      'bucket: GET errors/import-1-1/errors-00000.jsonl content received 1',
      'reject: after 1',
      'save import-1 done: after 1',
      'end of turn: after 1',
      'commit: after 1',
    ];
    await forEachSomeAtOnce(chosen, async (moment) => {
      await inPickyPlace(async (scene) => {
        await scene.place.kill(first, moment);
        const offeredAgain = unwanted.map((docId) => [docId, 2]);
        expect({ moment, ...(await aftermath(scene, 'run-2')) }).toEqual({
          moment,
          ...allIsWell('run-2', 2),
          offeredAgain,
        });
      });
    });
  });
});

test('a run that sends every document again is made good when it is killed and run again', async () => {
  const gone = 'people:5';
  const chosen = [
    'stage: after 1',
    'published: after 1',
    'engine: POST documents:import received 1',
    'engine: POST documents:import carried out 1',
    'commit: after 1',
  ];
  await forEachSomeAtOnce(chosen, async (moment) => {
    await inSyncedPlace({}, async (scene) => {
      const { place } = scene;
      place.mustStay(staying.filter((docId) => docId !== gone));
      await place.lose(gone);
      await place.kill({ ...KILLED, resend: true }, moment);
      expect({ moment, ...(await aftermath(scene, 'run-2', 'after', true)) }).toEqual({
        moment,
        ...allIsWell('run-2', 2),
      });
    });
  });
});

test('a run killed in the middle of an upload is made good by the next one', async () => {
  const killed = runOf('run-2', 'large');
  const chosen = [
    'bucket: POST upserts.ndjson carried out 1',
    'bucket: PUT upserts.ndjson chunk carried out 1',
    'bucket: PUT upserts.ndjson end carried out 1',
  ];
  await forEachSomeAtOnce(chosen, async (moment, index) => {
    const runId = index % 2 === 0 ? 'run-2' : 'run-3';
    await inPlace(LARGE, async (scene) => {
      await scene.place.kill(killed, moment);
      expect({ moment, ...(await aftermath(scene, runId, 'large')) }).toEqual({
        moment,
        ...allIsWell(runId, 1, 'large'),
      });
    });
  });
});

test('a run killed while it deletes one by one is made good by the next one', async () => {
  const chosen = [
    'remember purge-refused: after 1',
    'engine: DELETE document carried out 1',
    'save deletes running: after 2',
  ];
  await forEachSomeAtOnce(chosen, async (moment) => {
    await inSyncedPlace({ denied: 'purge' }, async (scene) => {
      await scene.place.kill(KILLED, moment);
      expect({ moment, ...(await aftermath(scene, 'run-3')) }).toEqual({ moment, ...allIsWell('run-3', 2) });
    });
  });
});

test('a run killed while it sends documents inline is recovered, and only documents with an unknown outcome are resent', async () => {
  const chosen = [
    ['engine: POST documents:import carried out 1', 3],
    ['engine: GET import-documents received 1', 2],
    ['engine: POST documents:purge carried out 2', 2],
  ] as const;
  await forEachSomeAtOnce(chosen, async ([moment, imports]) => {
    await inSyncedPlace({ output: 'file://./bucket' }, async (scene) => {
      await scene.place.kill(KILLED, moment);
      const offeredAgain = imports === 2 ? [] : changed.map((docId) => [docId, 2]);
      expect({ moment, ...(await aftermath(scene, 'run-3')) }).toEqual({
        moment,
        ...allIsWell('run-3', imports),
        offeredAgain,
      });
    });
  });
});
