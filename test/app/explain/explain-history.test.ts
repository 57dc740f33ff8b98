import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { explainDocument } from '../../../src/app/explain/explain.ts';
import type { Explanation } from '../../../src/app/explain/explanation.ts';
import type { Connector, DeletePolicy } from '../../../src/definitions/connector/types.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import type { Job, Ports } from '../../../src/pipeline/ports/job.ts';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import { runConnector } from '../../../src/pipeline/run.ts';
import type { State } from '../../../src/pipeline/ports/state-port.ts';
import { openState, STATE_FILE } from '../../../src/state/run/open-state.ts';
import { deliveryFates } from '../../support/pipeline/delivery-fates.ts';
import { FlakyIndex, type DeliveryFate } from '../../support/pipeline/flaky-index.ts';
import { mappingOf } from '../../support/pipeline/mapping.ts';
import { jobOf } from '../../support/pipeline/planning.ts';
import { rowsSource } from '../../support/pipeline/rows-source.ts';
import { portsOf } from '../../support/processes/running.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const COLUMNS: Column[] = ['id', 'title', 'readers'].map((name) => ({ name, kind: 'text' }));
const IDS = ['a', 'b', 'c', 'd:é'];
const docIdOf = (id: string) => `hr:${id.replace(':', '%3A')}`;

/** One moment of a table, by id. A row without readers does not become a document. */
type Table = ReadonlyMap<string, { readonly title: string; readonly readers: string }>;

interface Moment {
  readonly table: Table;
  readonly fates: readonly DeliveryFate[];
  readonly listing: 'full' | 'delta';
  readonly policy: DeletePolicy;
  readonly holds: boolean;
  readonly dry: boolean;
}

const row = fc.record({
  id: fc.constantFrom(...IDS),
  title: fc.constantFrom('one', 'two'),
  readers: fc.constantFrom('x@example.com', 'y@example.com', 'x@example.com', ''),
});
const rarely = fc.nat(5).map((drawn) => drawn === 0);
const fate = deliveryFates(IDS.length, fc.constant(false));
const history: fc.Arbitrary<Moment[]> = fc.array(
  fc.record({
    table: fc
      .uniqueArray(row, { selector: ({ id }) => id, maxLength: IDS.length })
      .map((listed): Table => new Map(listed.map(({ id, ...rest }) => [id, rest]))),
    fates: fc.array(fate, { maxLength: 2 }),
    listing: fc.constantFrom('full', 'full', 'full', 'delta'),
    policy: fc.constantFrom<DeletePolicy>(
      'auto_delete_missing',
      'auto_delete_missing',
      'soft_delete_only',
      'never_delete',
    ),
    holds: rarely,
    dry: rarely,
  }),
  { minLength: 1, maxLength: 6 },
);

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** A connector, what its runs read, and the index that it feeds. */
class World {
  readonly cwd = folders.make();
  readonly index = new FlakyIndex();
  /** What each run read. */
  readonly tables = new Map<string, Table>();
  #policy: DeletePolicy = 'auto_delete_missing';
  #seconds = 0;

  async run(state: State, moment: Moment): Promise<void> {
    const { table, fates, listing, policy, holds, dry } = moment;
    const runId = `run-${this.tables.size}`;
    this.tables.set(runId, table);
    this.index.fates = [...fates];
    this.#policy = policy;
    const job: Job = jobOf({
      runId,
      target: 'local',
      deletePolicy: policy,
      mapping: mappingOf({ aclUsersField: 'readers' }),
      quarantine: { maxCount: 1_000, maxRatio: 1, maxConsecutive: 1_000 },
      deleteLimit: { count: holds ? 0 : 1_000, ratio: 0 },
      allowDeletes: holds ? undefined : 1_000,
      sends: !dry,
    });
    const rows = [...table].map(([id, { title, readers }]) => [id, title, readers]);
    const writesOnly = { deliver: () => Promise.resolve({ upserts: 0, deletes: 0, rejected: 0 }) };
    const destination = dry ? writesOnly : this.index;
    const source = rowsSource({ columns: COLUMNS, rows, listing });
    const ports: Ports = {
      ...portsOf({ source, state, destination }, join(this.cwd, 'local-bucket')),
      clock: { now: () => new Date(1_000 * (this.#seconds += 1)), elapsedMs: () => 0 },
    };
    await runConnector(job, ports, new AbortController().signal).catch((thrown: unknown) => {
      if (!(thrown instanceof BridgeError) || thrown.code === 'INTERNAL') throw thrown;
    });
  }

  explain(id: string): Promise<Explanation> {
    const connector: Connector = {
      apiVersion: 'sync.gemini.io/v1alpha1',
      kind: 'Connector',
      metadata: { name: 'hr' },
      spec: {
        mode: 'sql_pull',
        source: { type: 'postgres', secretRef: 'db', query: 'SELECT 1' },
        mapping: { idField: 'id', titleField: 'title', contentTemplate: '' },
        output: { bucket: 'gs://bucket', prefix: 'hr', format: 'ndjson' },
        gemini: { projectId: 'p', location: 'global', dataStoreId: 'd' },
        reconciliation: { deletePolicy: this.#policy },
      },
    };
    const retry = { retries: 0, backoffSeconds: 0 };
    const context = { cwd: this.cwd, databaseUrl: undefined, gcsEndpoint: undefined, retry };
    return explainDocument(connector, { doc: docIdOf(id), local: true, path: 'people.yaml' }, context);
  }

  /** Whether this run read a row of this id. */
  read(runId: string, id: string): boolean {
    return this.tables.get(runId)?.has(id) === true;
  }
}

/** Each claim of an explanation, held against what was in the table and is in the index. */
function expectTrue(explanation: Explanation, id: string, world: World, last: Moment | undefined): void {
  const { present, standing, checksum, lastSeen, sent, quarantine, removal, waiting } = explanation;
  const indexed = world.index.documents.get(docIdOf(id));
  if (present !== null) expect(indexed !== undefined).toBe(present);
  if (checksum !== null && waiting === null && standing !== 'unclear') {
    expect(indexed?.checksum).toBe(checksum);
    expect([...(indexed?.acl_users ?? [])]).toEqual(sent?.document?.users);
    expect(indexed?.title).toBe(sent?.document?.title);
  }
  if (lastSeen !== null) expect(world.read(lastSeen.runId, id)).toBe(true);
  if (quarantine !== null) expect(world.tables.get(quarantine.run.runId)?.get(id)?.readers).toBe('');
  if (removal !== null) {
    const gone = removal.cause === 'missing' ? undefined : '';
    expect(world.tables.get(removal.run.runId)?.get(id)?.readers).toBe(gone);
  }
  // A full listing that lacked it leaves no document that passes for being in order.
  const { newestRun } = explanation;
  const committed = newestRun?.committedAt ?? null;
  if (standing === 'indexed' && last?.listing === 'full' && newestRun !== null && committed !== null)
    expect(world.read(newestRun.runId, id)).toBe(true);
}

test('over any history of runs, nothing that an explanation claims is false', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (moments) => {
      const world = new World();
      const state = await openState({ file: join(world.cwd, STATE_FILE), readOnly: false });
      try {
        for (const moment of moments) await world.run(state, moment);
        for (const id of IDS) expectTrue(await world.explain(id), id, world, moments.at(-1));
      } finally {
        await state.close();
      }
    }),
    { numRuns: 40 },
  );
});
