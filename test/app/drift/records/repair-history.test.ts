import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { compareRecords } from '../../../../src/app/drift/records/compare-records.ts';
import { planRepair } from '../../../../src/app/drift/records/plan-repair.ts';
import { BridgeError } from '../../../../src/core/errors.ts';
import { apiDocumentId } from '../../../../src/gemini/delivery/document-id.ts';
import type { Column, Source } from '../../../../src/pipeline/ports/ports.ts';
import type { CheckState } from '../../../../src/pipeline/ports/check-state-port.ts';
import type { State } from '../../../../src/pipeline/ports/state-port.ts';
import { runConnector } from '../../../../src/pipeline/run.ts';
import { openCheckState } from '../../../../src/state/check/open-check-state.ts';
import { openState } from '../../../../src/state/run/open-state.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { deliveryFates } from '../../../support/pipeline/delivery-fates.ts';
import { ALL_GOES_WELL, FlakyIndex, type DeliveryFate } from '../../../support/pipeline/flaky-index.ts';
import { mappingOf } from '../../../support/pipeline/mapping.ts';
import { jobOf } from '../../../support/pipeline/planning.ts';
import { rowsSource } from '../../../support/pipeline/rows-source.ts';
import { portsOf } from '../../../support/processes/running.ts';

const COLUMNS: Column[] = ['id', 'title'].map((name) => ({ name, kind: 'text' }));
const IDS = ['a', 'b', 'c', 'd', 'e'];
/** Ids that begin like those of the connector, and belong to others. */
const FOREIGN = ['hrm:a', 'other:a'];

interface Case {
  readonly listing: Source['listing'];
  readonly before: readonly string[];
  /** Deleted in the index by hand. */
  readonly lost: readonly string[];
  /** Written into the index by hand. */
  readonly added: readonly string[];
  readonly allowDeletes: number;
  /** What becomes of the deliveries of the first repair. */
  readonly fates: readonly DeliveryFate[];
}

const someIds = fc.subarray(IDS);
const histories: fc.Arbitrary<Case> = fc.record({
  listing: fc.constantFrom('full', 'delta'),
  before: fc.subarray(IDS, { minLength: 1 }),
  lost: someIds,
  added: someIds,
  allowDeletes: fc.nat(IDS.length),
  fates: fc.array(deliveryFates(IDS.length, fc.constant(false)), { maxLength: 2 }),
});

const folders = temporaryFolders();
let cwd: string;
let state: State;
let checks: CheckState;
let worlds = 0;
beforeAll(async () => {
  cwd = folders.make();
  const file = join(cwd, 'state.db');
  state = await openState({ file, readOnly: false });
  checks = await openCheckState({ file });
});
afterAll(async () => {
  await checks.close();
  await state.close();
  folders.removeAll();
});

/** A connector of its own, so that all cases can share one state: each new database takes seconds. */
class World {
  readonly index = new FlakyIndex();
  readonly connector = `hr${(worlds += 1)}`;
  #runs = 0;

  /** What a row's id becomes. */
  docIdOf(id: string): string {
    return `${this.connector}:${id}`;
  }

  /** A delta query lists nothing after its checkpoint, because no row changes here. */
  async run(ids: readonly string[], listing: Source['listing']): Promise<void> {
    const rows = ids.map((id) => [id, `Title of ${id}`]);
    const all = rowsSource({ columns: COLUMNS, rows, listing, checkpoint: 'C' });
    const none = rowsSource({ columns: COLUMNS, rows: [], listing, checkpoint: 'C' });
    const read: Source['read'] = (checkpoint, signal) =>
      (listing === 'delta' && checkpoint !== undefined ? none : all).read(checkpoint, signal);
    await runConnector(this.#job(), this.#ports({ ...all, read }), new AbortController().signal);
  }

  async repair(allowDeletes: number): Promise<void> {
    const job = { ...this.#job(), allowDeletes };
    try {
      const source = rowsSource({ columns: COLUMNS, rows: [], listing: 'delta' });
      await runConnector(
        job,
        this.#ports(source),
        new AbortController().signal,
        (_job, _ports, position, sink) =>
          planRepair(
            (onMissing) =>
              compareRecords({
                connectorId: job.connectorId,
                target: job.target,
                state: checks,
                listed: this.#listed(),
                extraIdsMax: allowDeletes,
                onMissing,
              }),
            { ...job, isPushed: false },
            position,
            sink,
          ),
      );
    } catch (thrown) {
      if (!(thrown instanceof BridgeError) || thrown.code === 'INTERNAL') throw thrown;
    }
  }

  async *#listed(): AsyncGenerator<string[]> {
    for (const docId of this.index.documents.keys()) {
      yield [apiDocumentId(docId)];
      await Promise.resolve();
    }
  }

  #job() {
    this.#runs += 1;
    const { connector } = this;
    return jobOf({
      runId: `${connector}-run-${this.#runs}`,
      connectorId: connector,
      prefix: connector,
      mapping: mappingOf({}, { connector }),
    });
  }

  #ports(source: Source) {
    return portsOf({ source, state, destination: this.index }, join(cwd, 'bucket'));
  }
}

const HAND_WRITTEN = { title: 'by hand', content: '', acl_users: [], checksum: 'by hand' };

test('a repair and the next run give the index all documents of the state, and delete nothing but extra documents within the ceiling', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async ({ listing, before, lost, added, allowDeletes, fates }) => {
      const world = new World();
      const { documents } = world.index;
      const docIdOf = (id: string) => world.docIdOf(id);
      await world.run(before, listing);
      for (const id of lost) documents.delete(docIdOf(id));
      for (const id of [...added, ...FOREIGN]) {
        const docId = FOREIGN.includes(id) ? id : docIdOf(id);
        if (!documents.has(docId)) documents.set(docId, HAND_WRITTEN);
      }
      const extra = added.filter((id) => !before.includes(id));

      world.index.fates = [...fates];
      await world.repair(allowDeletes);
      const held = extra.length > allowDeletes ? extra.map(docIdOf) : [];
      expect([...documents.keys()]).toEqual(expect.arrayContaining([...FOREIGN, ...held]));

      world.index.fates = [];
      await world.repair(allowDeletes);
      await world.run(before, listing);
      const expected = [...before.map(docIdOf), ...held, ...FOREIGN];
      expect([...documents.keys()].sort()).toEqual(expected.sort());
      for (const id of before.filter((one) => lost.includes(one) && !added.includes(one))) {
        expect(documents.get(docIdOf(id))?.title).toBe(`Title of ${id}`);
      }
    }),
    { numRuns: 12 },
  );
});

test.each(['full', 'delta'] as const)(
  'a repair keeps the rejections of a %s listing, and the next run sends those documents again',
  async (listing) => {
    const world = new World();
    const rejectionsOfFirst = () => state.rejections(`${world.connector}-run-1`, IDS.length);
    world.index.fates = [{ ...ALL_GOES_WELL, documents: ['refused', 'applied'] }];
    await world.run(['a', 'b'], listing);
    await world.repair(0);
    expect((await state.lastCommitted(world.connector))?.runId).toBe(`${world.connector}-run-2`);
    expect(await rejectionsOfFirst()).toMatchObject([{ docId: world.docIdOf('a'), outcome: 'refused' }]);
    await world.run(['a', 'b'], listing);
    expect([...world.index.documents.keys()].sort()).toEqual(['a', 'b'].map((id) => world.docIdOf(id)));
    expect(await rejectionsOfFirst()).toEqual([]);
  },
);
