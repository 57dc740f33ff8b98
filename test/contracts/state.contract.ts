import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { EXPLAIN_IDS_PER_PAGE } from '../../src/core/limits.ts';
import type { Column, RunCounts } from '../../src/pipeline/ports/ports.ts';
import type { HeldLeases } from '../../src/pipeline/held-leases.ts';
import type { RecordKind, StagedRecord, State } from '../../src/pipeline/ports/state-port.ts';
import type { LeaseTiming } from '../../src/state/leases/leases.ts';
import { startSleeper } from '../support/processes/sleeper.ts';

/** One empty state store, which can be opened several times, as several processes would. */
export interface StateStore {
  open(options?: { readOnly?: boolean; leases?: HeldLeases; leaseTiming?: LeaseTiming }): Promise<State>;
  remove(): Promise<void>;
}

const HOST = 'host-1 boot-1';
const STARTED = new Date('2026-01-02T03:04:05.678Z');
const FINISHED = new Date('2026-01-02T03:05:06.789Z');
const FAST: LeaseTiming = { leaseMs: 3_000, heartbeatMs: 20 };

const COUNTS: RunCounts = {
  seen: 5,
  unchanged: 1,
  added: 2,
  changed: 1,
  missing: null,
  deleted: 0,
  held: 0,
  quarantined: 1,
  rejected: 0,
};

const COLUMNS: readonly Column[] = [
  { name: 'id', kind: 'integer' },
  { name: 'Grüße "x"', kind: 'array', element: 'text' },
];

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const fingerprintOf = (docId: string, version: string) => hash(`${docId} ${version}`).slice(0, 16);

function upsert(docId: string, version = 'v1'): StagedRecord {
  return {
    op: 'upsert',
    docId,
    checksum: `sha256:${hash(version)}`,
    fingerprint: fingerprintOf(docId, version),
  };
}
const refresh = (docId: string, version: string): StagedRecord => ({
  ...upsert(docId, version),
  op: 'refresh',
});
const gone = (op: 'delete' | 'soft_delete', docId: string): StagedRecord => ({
  op,
  docId,
  checksum: '',
  fingerprint: '',
});

async function allFingerprints(state: State, scope: number, kind: RecordKind = 'live'): Promise<string[]> {
  const all: string[] = [];
  for await (const chunk of state.fingerprints(scope, kind)) {
    expect(chunk.length % 8).toBe(0);
    for (let at = 0; at < chunk.length; at += 8) all.push(chunk.toString('hex', at, at + 8));
  }
  return all.sort();
}

async function allIdsOf(
  state: State,
  scope: number,
  fingerprints: readonly string[],
  kind: RecordKind = 'live',
): Promise<string[]> {
  const all: string[] = [];
  const wanted = Buffer.from(fingerprints.join(''), 'hex');
  for await (const ids of state.idsOf(scope, wanted, kind)) all.push(...ids);
  return all.sort();
}

/** The promises of the `State` port, kept by every engine. */
export function describeStateContract(engine: string, makeStore: () => Promise<StateStore>): void {
  describe(`a state in ${engine}`, () => {
    let store: StateStore;
    let state: State;
    let runs = 0;

    beforeEach(async () => {
      store = await makeStore();
      state = await store.open();
    });
    afterEach(async () => {
      await state.close();
      await store.remove();
    });

    const owner = (runId: string) => ({ runId, host: HOST, pid: process.pid });
    const nextRunId = () => `run-${(runs += 1)}`;
    const begin = (runId: string, connectorId = 'hr', target = 'store-1') =>
      state.beginRun({ runId, connectorId, target, startedAt: STARTED });
    const publish = (
      runId: string,
      watermark: string | null = null,
      startedFrom: string | null = null,
      columns: readonly Column[] = COLUMNS,
    ) =>
      state.published(runId, {
        manifestName: `runs/${runId}/manifest.json`,
        counts: COUNTS,
        watermark,
        startedFrom,
        mappingVersion: 'mapping-1',
        columns,
        holdReason: null,
      });
    const commit = (runId: string, fence: number) =>
      state.commit({ runId, fence, status: 'SUCCESS', counts: COUNTS, finishedAt: FINISHED });
    const journalOf = (runId: string, target = 'store-1') =>
      state.journal(runId, target, { host: HOST, pid: process.pid });
    const refused = (docId: string) => ({ docId, reason: 'too odd', outcome: 'refused' }) as const;

    /** A whole run of connector `hr`, from lease to release. */
    async function run(
      records: readonly StagedRecord[],
      {
        rejected = [],
        watermark = null,
        startedFrom = null,
        columns = COLUMNS,
        runId = nextRunId(),
        clockSeconds = 0,
      }: RunOptions = {},
    ): Promise<void> {
      const lease = await state.lease('hr', owner(runId));
      try {
        await state.position('hr', 'store-1');
        const onItsClock = (moment: Date) => new Date(moment.getTime() + clockSeconds * 1_000);
        const startedAt = onItsClock(STARTED);
        await state.beginRun({ runId, connectorId: 'hr', target: 'store-1', startedAt });
        await state.stage(runId, records);
        await publish(runId, watermark, startedFrom, columns);
        await journalOf(runId).reject(rejected.map(refused));
        const finishedAt = onItsClock(FINISHED);
        await state.commit({ runId, fence: lease.fence, status: 'SUCCESS', counts: COUNTS, finishedAt });
      } finally {
        await lease.release();
      }
    }
    const scopeOf = async () => (await state.position('hr', 'store-1')).scope;
    const known = async (...docIds: string[]) => {
      const records = await state.lookup(await scopeOf(), docIds);
      return new Map(records.map((record) => [record.docId, record]));
    };

    describe('position', () => {
      test('is made once for each connector and target, and knows nothing at first', async () => {
        const first = await state.position('hr', 'store-1');
        expect(first).toEqual({
          scope: expect.any(Number),
          checkpoint: undefined,
          mappingVersion: undefined,
          columns: undefined,
          empty: true,
        });
        expect(await state.position('hr', 'store-1')).toEqual(first);
        const others = [await state.position('hr', 'store-2'), await state.position('kb', 'store-1')];
        expect(new Set([first, ...others].map(({ scope }) => scope)).size).toBe(3);
      });

      test('of another target has no documents', async () => {
        await run([upsert('hr:1')], { watermark: 'w1' });
        const other = await state.position('hr', 'store-2');
        expect(other.checkpoint).toBeUndefined();
        expect(await allFingerprints(state, other.scope)).toEqual([]);
        expect(await state.lookup(other.scope, ['hr:1'])).toEqual([]);
      });

      test('holds the watermark to the last character, and a null one takes it away', async () => {
        const watermark = '9223372036854775807|2024-01-02 03:04:05.678901+00';
        await run([], { watermark });
        expect(await state.position('hr', 'store-1')).toMatchObject({
          checkpoint: watermark,
          mappingVersion: 'mapping-1',
        });
        await run([]);
        expect((await state.position('hr', 'store-1')).checkpoint).toBeUndefined();
      });

      test('remembers the columns of the last committed run, of this target alone', async () => {
        await run([]);
        expect((await state.position('hr', 'store-1')).columns).toEqual(COLUMNS);
        expect((await state.position('hr', 'store-2')).columns).toBeUndefined();
        const columns: readonly Column[] = [{ name: 'id', kind: 'text' }];
        await run([upsert('a')], { columns, rejected: ['a'] });
        expect((await state.position('hr', 'store-1')).columns).toEqual(columns);
      });

      test('remembers no columns of a run that is published and not committed, and whoever commits it brings them', async () => {
        await run([]);
        const columns: readonly Column[] = [{ name: 'id', kind: 'text' }];
        await begin('R');
        await publish('R', 'w1', null, columns);
        const other = await store.open();
        expect((await other.position('hr', 'store-1')).columns).toEqual(COLUMNS);
        const lease = await other.lease('hr', owner('S'));
        await other.commit({
          runId: 'R',
          fence: lease.fence,
          status: 'SUCCESS',
          counts: COUNTS,
          finishedAt: FINISHED,
        });
        await lease.release();
        await other.close();
        expect((await state.position('hr', 'store-1')).columns).toEqual(columns);
      });

      test('keeps the columns that it had when a published run is given up', async () => {
        await run([]);
        await begin('R');
        await publish('R', 'w1', null, []);
        await state.failRun('R', {
          error: { code: 'X', message: 'x' },
          finishedAt: FINISHED,
          abandon: true,
        });
        expect((await state.position('hr', 'store-1')).columns).toEqual(COLUMNS);
      });

      test('goes back to where the run started when a document of it was rejected', async () => {
        await run([upsert('a')], { watermark: 'w1' });
        await run([upsert('b')], { startedFrom: 'w1', watermark: 'w2', rejected: ['b'] });
        expect((await state.position('hr', 'store-1')).checkpoint).toBe('w1');
        // A run that read everything starts from nothing, so the next one reads everything again.
        await run([upsert('b')], { startedFrom: null, watermark: 'w2', rejected: ['b'] });
        expect((await state.position('hr', 'store-1')).checkpoint).toBeUndefined();
      });
    });

    describe('records', () => {
      test('are found by id and by fingerprint after the commit, and not before', async () => {
        const lease = await state.lease('hr', owner('R'));
        const { scope } = await state.position('hr', 'store-1');
        await begin('R');
        await state.stage('R', [upsert('hr:1'), upsert('hr:2')]);
        expect(await allFingerprints(state, scope)).toEqual([]);
        await publish('R');
        expect(await state.lookup(scope, ['hr:1'])).toEqual([]);
        await commit('R', lease.fence);

        expect(await state.lookup(scope, ['hr:2', 'hr:3'])).toEqual([
          {
            docId: 'hr:2',
            checksum: `sha256:${hash('v1')}`,
            fingerprint: fingerprintOf('hr:2', 'v1'),
            softDeleted: false,
          },
        ]);
        const [one, two] = [fingerprintOf('hr:1', 'v1'), fingerprintOf('hr:2', 'v1')];
        expect(await allFingerprints(state, scope)).toEqual([one, two].sort());
        expect(await allIdsOf(state, scope, [two, fingerprintOf('hr:9', 'v1')])).toEqual(['hr:2']);
        expect(await allIdsOf(state, scope, [])).toEqual([]);
        await lease.release();
      });

      test('keep ids with any characters that a document id may have', async () => {
        const ids = [
          "hr:it's",
          'hr:tab\tnew\nline\\r',
          'hr:ü – 漢字 😀',
          'hr:\\N',
          'hr:"q"',
          'hr:100%?',
          'hr: ',
        ];
        await run(ids.map((id) => upsert(id)));
        expect([...(await known(...ids)).keys()].sort()).toEqual([...ids].sort());
        await run([gone('delete', ids[1]!), upsert(ids[2]!, 'v2')], { rejected: [ids[2]!] });
        const after = await known(...ids);
        expect(after.has(ids[1]!)).toBe(false);
        expect(after.get(ids[2]!)?.checksum).toBe(`sha256:${hash('v1')}`);
      });

      test('that are more than one page or group of them all come once', async () => {
        const ids = Array.from({ length: 60_000 }, (_, index) => `hr:${index}`);
        await run(ids.map((id) => upsert(id)));
        const scope = await scopeOf();
        const expected = ids.map((id) => fingerprintOf(id, 'v1')).sort();
        const marked = ids.slice(0, 30_000);
        expect(await allFingerprints(state, scope)).toEqual(expected);
        expect(await allIdsOf(state, scope, expected)).toEqual([...ids].sort());
        expect(await state.lookup(scope, ids.slice(0, 5_000))).toHaveLength(5_000);
        await run(marked.map((id) => gone('soft_delete', id)));
        const markedOnes = marked.map((id) => fingerprintOf(id, 'v1')).sort();
        expect(await allFingerprints(state, scope, 'soft-deleted')).toEqual(markedOnes);
        expect(await allIdsOf(state, scope, expected, 'soft-deleted')).toEqual([...marked].sort());
      });

      test('can be looked up after a stream of fingerprints was left in the middle', async () => {
        await run(Array.from({ length: 30_000 }, (_, index) => upsert(`hr:${index}`)));
        const scope = await scopeOf();
        for (let attempt = 0; attempt < 6; attempt += 1) {
          for await (const chunk of state.fingerprints(scope, 'live')) if (chunk.length > 0) break;
        }
        expect(await state.lookup(scope, ['hr:1'])).toHaveLength(1);
        expect(await allFingerprints(state, scope)).toHaveLength(30_000);
      });
    });

    describe('commit', () => {
      test('applies upserts, refreshes, deletes and soft deletes', async () => {
        await run(['a', 'b', 'c', 'd', 'e'].map((id) => upsert(id)));
        await run([
          upsert('a', 'v2'),
          upsert('f'),
          { ...refresh('b', 'v2'), checksum: upsert('b').checksum },
          gone('delete', 'c'),
          gone('soft_delete', 'd'),
        ]);
        const after = await known('a', 'b', 'c', 'd', 'e', 'f');
        expect(after.get('a')).toMatchObject({ checksum: upsert('a', 'v2').checksum });
        expect(after.get('b')).toMatchObject({
          checksum: upsert('b').checksum,
          fingerprint: fingerprintOf('b', 'v2'),
        });
        expect(after.has('c')).toBe(false);
        expect(after.get('d')).toMatchObject({ softDeleted: true });
        expect(after.get('e')).toMatchObject({ fingerprint: fingerprintOf('e', 'v1') });
        expect(after.has('f')).toBe(true);
      });

      test('keeps a soft-deleted record among those of its kind alone until it is upserted again', async () => {
        await run([upsert('a'), upsert('b')]);
        await run([gone('soft_delete', 'a')]);
        const scope = await scopeOf();
        expect(await allFingerprints(state, scope)).toEqual([fingerprintOf('b', 'v1')]);
        expect(await allIdsOf(state, scope, [fingerprintOf('a', 'v1')])).toEqual([]);
        expect(await allFingerprints(state, scope, 'soft-deleted')).toEqual([fingerprintOf('a', 'v1')]);
        const both = [fingerprintOf('a', 'v1'), fingerprintOf('b', 'v1')];
        expect(await allIdsOf(state, scope, both, 'soft-deleted')).toEqual(['a']);
        await run([upsert('a')]);
        expect(await allFingerprints(state, scope, 'soft-deleted')).toEqual([]);
        expect((await known('a')).get('a')?.softDeleted).toBe(false);
        expect(await allIdsOf(state, scope, [fingerprintOf('a', 'v1')])).toEqual(['a']);
      });

      test('makes no record of a refresh of an unknown document', async () => {
        await run([refresh('a', 'v1')]);
        await run([upsert('b')]);
        await run([refresh('a', 'v1')]);
        expect([...(await known('a', 'b')).keys()]).toEqual(['b']);
      });

      test('leaves rejected documents as they were, new, changed or deleted', async () => {
        await run([upsert('a'), upsert('b')]);
        await run([upsert('a', 'v2'), gone('delete', 'b'), upsert('c'), upsert('d')], {
          rejected: ['a', 'b', 'c'],
        });
        const after = await known('a', 'b', 'c', 'd');
        expect([...after.keys()].sort()).toEqual(['a', 'b', 'd']);
        expect(after.get('a')?.fingerprint).toBe(fingerprintOf('a', 'v1'));
      });

      test('closes the run with its status and counts', async () => {
        await run([upsert('a')], { runId: 'R', watermark: 'w1' });
        expect(await state.findRun('R')).toEqual({
          runId: 'R',
          connectorId: 'hr',
          progress: null,
          target: 'store-1',
          status: 'SUCCESS',
          phase: 'commit',
          startedAt: STARTED.toISOString(),
          fence: 1,
          finishedAt: FINISHED.toISOString(),
          counts: COUNTS,
          watermark: 'w1',
          manifestName: 'runs/R/manifest.json',
          committedAt: FINISHED.toISOString(),
          holdReason: null,
          error: null,
          phaseTimes: {},
          folder: null,
        });
        expect(await state.unfinishedRuns('hr')).toEqual([]);
      });

      test('of a run that is committed already changes nothing', async () => {
        await run([upsert('a')], { runId: 'R', watermark: 'w1' });
        const lease = await state.lease('hr', owner('S'));
        await state.commit({
          runId: 'R',
          fence: lease.fence,
          status: 'PARTIAL',
          counts: { ...COUNTS, seen: 99 },
          finishedAt: new Date(0),
        });
        await state.failRun('R', {
          error: { code: 'X', message: 'x' },
          finishedAt: new Date(0),
          abandon: true,
        });
        expect(await state.findRun('R')).toMatchObject({ status: 'SUCCESS', counts: COUNTS, error: null });
        await lease.release();
      });

      test('with an older fence writes nothing', async () => {
        await run([upsert('a')], { watermark: 'w1' });
        const late = await state.lease('hr', owner('R'));
        await begin('R');
        await state.stage('R', [upsert('a', 'v2'), upsert('b')]);
        await publish('R', 'w2');
        await late.release();
        const newer = await state.lease('hr', owner('S'));
        expect(newer.fence).toBeGreaterThan(late.fence);

        await expect(commit('R', late.fence)).rejects.toMatchObject({ code: 'LEASE_LOST' });
        expect((await known('a', 'b')).get('a')?.fingerprint).toBe(fingerprintOf('a', 'v1'));
        expect((await state.position('hr', 'store-1')).checkpoint).toBe('w1');
        expect((await state.unfinishedRuns('hr')).map(({ runId }) => runId)).toEqual(['R']);

        await commit('R', newer.fence);
        expect((await known('a', 'b')).size).toBe(2);
        expect((await state.position('hr', 'store-1')).checkpoint).toBe('w2');
        await newer.release();
      });

      test.each([
        ['a first load', []],
        ['a later run', [upsert('z')]],
      ])('names the ids that %s has twice, and writes nothing', async (_, before) => {
        await run(before, { watermark: 'w1' });
        for (let attempt = 0; attempt < 2; attempt += 1) {
          await expect(
            run([upsert('a'), upsert('b'), upsert('c'), upsert('b', 'v2')], { watermark: 'w2' }),
          ).rejects.toMatchObject({
            code: 'DUPLICATE_ID',
            message: expect.stringMatching(/document id: b\.$/),
          });
        }
        expect((await known('a', 'b', 'c')).size).toBe(0);
        expect((await state.position('hr', 'store-1')).checkpoint).toBe('w1');
        expect((await state.unfinishedRuns('hr')).length).toBe(2);
      });

      test('of one connector leaves what another one has staged', async () => {
        const kb = await state.lease('kb', owner('K'));
        const { scope } = await state.position('kb', 'store-1');
        await begin('K', 'kb');
        await state.stage('K', [upsert('kb:1')]);
        await run([upsert('hr:1')]);
        await publish('K');
        await commit('K', kb.fence);
        expect(await state.lookup(scope, ['kb:1', 'hr:1'])).toHaveLength(1);
        await kb.release();
      });

      test('follows a plain map through any history of runs', async () => {
        const change = fc.record({
          op: fc.constantFrom('upsert', 'refresh', 'delete', 'soft_delete'),
          version: fc.constantFrom('v1', 'v2', 'v3'),
          rejected: fc.boolean(),
        });
        const ids = ['a', 'b', 'B', 'ä', 'a\\', '😀'];
        const changes = fc.dictionary(fc.constantFrom(...ids), change);
        let connector = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(changes, { maxLength: 6 }), async (history) => {
            const connectorId = `connector-${(connector += 1)}`;
            const lease = await state.lease(connectorId, owner('any'));
            const { scope } = await state.position(connectorId, 't');
            const model = new Map<string, { fingerprint: string; softDeleted: boolean }>();
            const versions = new Map<string, string>();
            for (const changed of history) {
              const runId = nextRunId();
              await begin(runId, connectorId, 't');
              const entries = Object.entries(changed);
              for (const [docId, { op, version }] of entries) {
                const gives = op === 'upsert' || op === 'refresh';
                await state.stage(runId, [gives ? { ...upsert(docId, version), op } : gone(op, docId)]);
              }
              await publish(runId);
              const rejected = entries.filter(([, { rejected }]) => rejected).map(([docId]) => docId);
              await journalOf(runId, 't').reject(rejected.map(refused));
              await commit(runId, lease.fence);
              for (const [docId, { op, version, rejected }] of entries) {
                const before = model.get(docId);
                const fingerprint = fingerprintOf(docId, version);
                if (rejected) {
                  // What was refused although it had not changed is in doubt: its record equals nothing any more.
                  const isDoubted =
                    op === 'upsert' && before?.softDeleted === false && versions.get(docId) === version;
                  if (!isDoubted) continue;
                  const [record] = await state.lookup(scope, [docId]);
                  if (record?.fingerprint === before.fingerprint)
                    throw new Error(`${docId} is not in doubt.`);
                  model.set(docId, { fingerprint: String(record?.fingerprint), softDeleted: false });
                  versions.delete(docId);
                  continue;
                }
                if (op === 'upsert' || (op === 'refresh' && before !== undefined))
                  versions.set(docId, version);
                if (op === 'upsert') model.set(docId, { fingerprint, softDeleted: false });
                else if (op === 'delete') model.delete(docId);
                else if (before === undefined) continue;
                else if (op === 'refresh') model.set(docId, { ...before, fingerprint });
                else model.set(docId, { ...before, softDeleted: true });
              }
              const records = await state.lookup(scope, ids);
              expect(
                new Map(
                  records.map(({ docId, fingerprint, softDeleted }) => [docId, { fingerprint, softDeleted }]),
                ),
              ).toEqual(model);
              const living = [...model.values()].filter(({ softDeleted }) => !softDeleted);
              expect(await allFingerprints(state, scope)).toEqual(living.map((it) => it.fingerprint).sort());
              const marked = [...model.values()].filter(({ softDeleted }) => softDeleted);
              expect(await allFingerprints(state, scope, 'soft-deleted')).toEqual(
                marked.map((it) => it.fingerprint).sort(),
              );
            }
            await lease.release();
          }),
          { numRuns: 30 },
        );
      });
    });

    describe('what is known of one document', () => {
      const facts = (docId: string, runs = 10) => state.documentFacts('hr', 'store-1', docId, { runs });

      test('is its record, with the run that last sent it, and the runs into its target', async () => {
        await run([upsert('hr:1'), upsert('hr:2')], { runId: 'A' });
        await run([upsert('hr:2', 'v2'), refresh('hr:1', 'v2'), gone('soft_delete', 'hr:1')], { runId: 'B' });
        const one = await facts('hr:1');
        expect(one.record).toMatchObject({ softDeleted: true, run: { runId: 'A', status: 'SUCCESS' } });
        const two = await facts('hr:2');
        expect(two.record).toMatchObject({
          checksum: upsert('hr:2', 'v2').checksum,
          softDeleted: false,
          run: { runId: 'B', manifestName: 'runs/B/manifest.json', counts: COUNTS },
        });
        expect(two.committed.map(({ runId }) => runId)).toEqual(['B', 'A']);
        expect(two.newestRun).toEqual(two.committed[0]);
        expect((await facts('hr:2', 1)).committed.map(({ runId }) => runId)).toEqual(['B']);
      });

      test('is nothing before the first run, and in another target or of another connector', async () => {
        const nothing = { record: undefined, waiting: undefined, rejection: undefined, newestRun: undefined };
        expect(await facts('hr:1')).toEqual({ ...nothing, committed: [], elsewhere: [] });
        await run([upsert('hr:1')]);
        await state.position('hr', 'store-2');
        expect(await state.documentFacts('hr', 'store-2', 'hr:1', { runs: 10 })).toEqual({
          ...nothing,
          committed: [],
          elsewhere: [{ target: 'store-1', known: true }],
        });
        expect((await facts('hr:9')).elsewhere).toEqual([{ target: 'store-2', known: false }]);
        expect(await state.documentFacts('kb', 'store-1', 'hr:1', { runs: 10 })).toEqual({
          ...nothing,
          committed: [],
          elsewhere: [],
        });
      });

      test('is the change that waits for a commit once it is published, but no refresh', async () => {
        const lease = await state.lease('hr', owner('R'));
        await state.position('hr', 'store-1');
        await begin('R');
        await state.stage('R', [upsert('hr:1'), refresh('hr:2', 'v1'), gone('delete', 'hr:3')]);
        expect((await facts('hr:1')).waiting).toBeUndefined();
        await publish('R');
        expect((await facts('hr:1')).waiting).toMatchObject({ run: { runId: 'R' }, change: 'upsert' });
        expect((await facts('hr:2')).waiting).toBeUndefined();
        expect((await facts('hr:3')).waiting?.change).toBe('delete');
        const { newestRun, committed, waiting } = await state.documentFacts('hr', 'store-2', 'hr:1', {
          runs: 1,
        });
        expect({ newestRun, committed, waiting }).toEqual({
          newestRun: undefined,
          committed: [],
          waiting: undefined,
        });
        await commit('R', lease.fence);
        expect(await facts('hr:1')).toMatchObject({ waiting: undefined, record: { run: { runId: 'R' } } });
        await lease.release();
      });

      test('is how it was rejected, by the newest run, until the next commit', async () => {
        await run([upsert('hr:1')], { runId: 'A', rejected: ['hr:1'] });
        expect(await facts('hr:1')).toMatchObject({
          record: undefined,
          rejection: { run: { runId: 'A' }, reason: 'too odd', outcome: 'refused' },
        });
        expect((await facts('hr:2')).rejection).toBeUndefined();
        const later = new Date(STARTED.getTime() + 1_000);
        await state.beginRun({ runId: '0', connectorId: 'hr', target: 'store-1', startedAt: later });
        await journalOf('0').reject([{ docId: 'hr:1', reason: 'still odd', outcome: 'unknown' }]);
        expect((await facts('hr:1')).rejection).toMatchObject({ run: { runId: '0' }, reason: 'still odd' });
        expect((await facts('hr:1')).newestRun?.runId).toBe('0');
        await run([], { runId: 'C' });
        expect((await facts('hr:1')).rejection).toBeUndefined();
      });

      test('is all of one moment, while runs are committed', async () => {
        const other = await store.open();
        const progress = { done: false };
        const commits = (async () => {
          for (let round = 0; round < 15; round += 1) {
            await run([upsert('hr:1', `v${round}`)]);
            await run([gone('delete', 'hr:1')]);
          }
          progress.done = true;
        })();
        let looks = 0;
        while (!progress.done) {
          const { record, committed } = await other.documentFacts('hr', 'store-1', 'hr:1', { runs: 100 });
          // Every other run deletes it.
          const sender = committed.length % 2 === 1 ? committed.map(({ runId }) => runId) : [undefined];
          expect(sender).toContain(record?.run.runId);
          looks += 1;
        }
        await commits;
        await other.close();
        expect(looks).toBeGreaterThan(0);
      });

      test('can be read where nothing may be written', async () => {
        await run([upsert('hr:1')], { runId: 'A' });
        const reader = await store.open({ readOnly: true });
        expect(await reader.documentFacts('hr', 'store-1', 'hr:1', { runs: 1 })).toEqual(
          await facts('hr:1', 1),
        );
        expect(await reader.deliverySteps('A')).toEqual([]);
        await reader.close();
      });
    });

    test('ids of all records come once each, soft-deleted ones too, and in groups', async () => {
      const ids = Array.from({ length: EXPLAIN_IDS_PER_PAGE + 5 }, (_, index) => `hr:${index}`);
      await run([...ids, 'hr:Ä', 'hr:_'].map((id) => upsert(id)));
      await run([gone('soft_delete', 'hr:7')]);
      const groups: string[][] = [];
      for await (const group of state.recordIds('hr', 'store-1')) groups.push(group);
      expect(groups.map(({ length }) => length)).toEqual([EXPLAIN_IDS_PER_PAGE, 7]);
      expect(groups.flat().sort()).toEqual([...ids, 'hr:Ä', 'hr:_'].sort());
      for await (const group of state.recordIds('hr', 'store-2')) expect(group).toEqual([]);
    });

    test('the delivery steps of a run are those of its journal, in their order', async () => {
      await begin('R');
      const step = {
        state: 'asked',
        operation: null,
        askedAt: STARTED.toISOString(),
        detail: { attempt: 1 },
      } as const;
      await journalOf('R').save({ name: 'import-1', ...step });
      await journalOf('R').save({ name: 'a-later-one', ...step });
      await journalOf('R').save({ name: 'import-1', ...step, state: 'done', operation: 'operations/1' });
      expect(await state.deliverySteps('R')).toEqual(await journalOf('R').steps());
      expect((await state.deliverySteps('R')).map(({ name }) => name)).toEqual(['import-1', 'a-later-one']);
      expect(await state.deliverySteps('S')).toEqual([]);
    });

    describe('runs', () => {
      test('begin in phase extract and go through the phases', async () => {
        await begin('R');
        expect(await state.findRun('R')).toMatchObject({ status: 'RUNNING', phase: 'extract', counts: null });
        await state.enterPhase('R', 'diff', STARTED);
        expect(await state.findRun('R')).toMatchObject({ phase: 'diff', startedAt: STARTED.toISOString() });
        expect(await state.findRun('nobody')).toBeUndefined();
      });

      test('keep when they entered a phase for the first time', async () => {
        await begin('R');
        const minute = (index: number) => new Date(STARTED.getTime() + index * 60_000);
        await state.enterPhase('R', 'extract', minute(0));
        await state.enterPhase('R', 'ingest', minute(1));
        await state.enterPhase('R', 'ingest', minute(2));
        expect(await state.findRun('R')).toMatchObject({
          phaseTimes: { extract: minute(0).toISOString(), ingest: minute(1).toISOString() },
        });
      });

      test('show what was published', async () => {
        await begin('R');
        await state.published('R', {
          manifestName: 'm',
          counts: COUNTS,
          watermark: 'w',
          startedFrom: null,
          mappingVersion: 'v',
          columns: [],
          holdReason: 'too many',
        });
        expect(await state.findRun('R')).toMatchObject({
          status: 'RUNNING',
          manifestName: 'm',
          counts: COUNTS,
          watermark: 'w',
          holdReason: 'too many',
          committedAt: null,
        });
      });

      test('that were killed can begin again with the same id, and what they staged is gone', async () => {
        const lease = await state.lease('hr', owner('R'));
        await state.position('hr', 'store-1');
        await begin('R');
        await state.stage('R', [upsert('old')]);
        await begin('R');
        await state.stage('R', [upsert('new')]);
        await publish('R');
        await commit('R', lease.fence);
        expect([...(await known('old', 'new')).keys()]).toEqual(['new']);
        await lease.release();
      });

      test('that failed unpublished can begin again with the same id', async () => {
        await begin('R');
        await state.failRun('R', {
          error: { code: 'X', message: 'x' },
          finishedAt: FINISHED,
          abandon: false,
        });
        await begin('R');
        expect(await state.findRun('R')).toMatchObject({ status: 'RUNNING', error: null, finishedAt: null });
      });

      test('do not take the id of a published run, nor of another connector', async () => {
        await begin('R');
        await expect(begin('R', 'kb')).rejects.toMatchObject({
          code: 'RUN_ID_TAKEN',
          message: expect.stringContaining('connector hr'),
        });
        await publish('R');
        await expect(begin('R')).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' });
        expect(await state.findRun('R')).toMatchObject({ manifestName: 'runs/R/manifest.json' });
      });

      test('are unfinished, oldest first, when begun, or published and failed, but not when failed or committed', async () => {
        const error = { code: 'STATE_UNREACHABLE', message: 'gone', hint: 'wait' };
        await run([], { runId: 'committed' });
        for (const [index, runId] of ['begun', 'failed', 'published', 'waiting', 'abandoned'].entries()) {
          const startedAt = new Date(STARTED.getTime() - index * 1_000);
          await state.beginRun({ runId, connectorId: 'hr', target: 'store-1', startedAt });
        }
        await begin('other', 'kb');
        for (const runId of ['published', 'waiting', 'abandoned']) await publish(runId);
        const failure = { error, finishedAt: FINISHED };
        await state.failRun('failed', { ...failure, abandon: false });
        await state.failRun('waiting', { ...failure, abandon: false });
        await state.failRun('abandoned', { ...failure, abandon: true });

        const unfinished = await state.unfinishedRuns('hr');
        expect(unfinished.map(({ runId }) => runId)).toEqual(['waiting', 'published', 'begun']);
        expect(unfinished[0]).toMatchObject({
          status: 'FAILED',
          error,
          finishedAt: FINISHED.toISOString(),
          manifestName: 'runs/waiting/manifest.json',
        });
        expect(await state.findRun('abandoned')).toMatchObject({ status: 'FAILED', manifestName: null });
      });

      test('that are published and failed can be finished by somebody else', async () => {
        await state.position('hr', 'store-1');
        await begin('R');
        await state.stage('R', [upsert('a')]);
        await publish('R', 'w1');
        await state.failRun('R', {
          error: { code: 'X', message: 'x' },
          finishedAt: FINISHED,
          abandon: false,
        });
        const other = await store.open();
        const lease = await other.lease('hr', owner('S'));
        await other.enterPhase('R', 'ingest', STARTED);
        await other.commit({
          runId: 'R',
          fence: lease.fence,
          status: 'SUCCESS',
          counts: COUNTS,
          finishedAt: FINISHED,
        });
        await lease.release();
        await other.close();
        expect(await state.findRun('R')).toMatchObject({ status: 'SUCCESS', error: null });
        expect((await known('a')).size).toBe(1);
      });

      test('that somebody else gave up write nothing more', async () => {
        await state.position('hr', 'store-1');
        const lease = await state.lease('hr', owner('R'));
        await begin('R');
        await state.failRun('R', { error: { code: 'X', message: 'x' }, finishedAt: FINISHED, abandon: true });
        const lost = { code: 'LEASE_LOST' };
        await expect(state.stage('R', [upsert('a')])).rejects.toMatchObject(lost);
        await expect(publish('R')).rejects.toMatchObject(lost);
        await expect(state.enterPhase('R', 'diff', STARTED)).rejects.toMatchObject(lost);
        await expect(commit('R', lease.fence)).rejects.toMatchObject(lost);
        await lease.release();
      });

      test('have a newest committed one', async () => {
        expect(await state.lastCommitted('hr')).toBeUndefined();
        await run([], { runId: 'R1' });
        const lease = await state.lease('hr', owner('R2'));
        await state.beginRun({ runId: 'R2', connectorId: 'hr', target: 'store-1', startedAt: STARTED });
        await publish('R2');
        await state.commit({
          runId: 'R2',
          fence: lease.fence,
          status: 'HELD',
          counts: COUNTS,
          finishedAt: new Date(FINISHED.getTime() + 1),
        });
        await lease.release();
        await begin('R3');
        expect(await state.lastCommitted('hr')).toMatchObject({ runId: 'R2', status: 'HELD' });
        expect(await state.lastCommitted('kb')).toBeUndefined();
      });

      test('are in the order of their fences, whatever the clocks of their machines say', async () => {
        const clocks = [300, -86_400, 0, 60];
        for (const [index, seconds] of clocks.entries()) {
          await run([upsert('hr:1', `v${index}`)], { runId: `R${index}`, clockSeconds: seconds });
          expect(await state.lastCommitted('hr')).toMatchObject({ runId: `R${index}`, fence: index + 1 });
        }
        const { committed, newestRun } = await state.documentFacts('hr', 'store-1', 'hr:1', { runs: 9 });
        expect(committed.map(({ runId }) => runId)).toEqual(['R3', 'R2', 'R1', 'R0']);
        expect(newestRun?.runId).toBe('R3');
      });

      test('that left a run to a later one come before it, on a clock that is ahead too', async () => {
        await run([upsert('hr:1')], { runId: 'before' });
        const dying = await state.lease('hr', owner('left'));
        await state.beginRun({
          runId: 'left',
          connectorId: 'hr',
          target: 'store-1',
          startedAt: new Date(FINISHED.getTime() + 600_000),
        });
        await publish('left');
        await dying.release();
        const lease = await state.lease('hr', owner('finisher'));
        await state.commit({
          runId: 'left',
          fence: lease.fence,
          status: 'SUCCESS',
          counts: COUNTS,
          finishedAt: FINISHED,
        });
        expect(await state.lastCommitted('hr')).toMatchObject({ runId: 'left' });
        await begin('finisher');
        await publish('finisher');
        await commit('finisher', lease.fence);
        await lease.release();
        expect(await state.lastCommitted('hr')).toMatchObject({ runId: 'finisher' });
      });

      test('keep where their artifacts are', async () => {
        const folder = 'gs://bucket/connectors/hr/runs/R';
        const given = { runId: 'R', connectorId: 'hr', target: 'store-1', startedAt: STARTED };
        await state.beginRun({ ...given, folder });
        expect(await state.unfinishedRuns('hr')).toMatchObject([{ runId: 'R', folder }]);
        await state.beginRun(given);
        expect(await state.findRun('R')).toMatchObject({ folder: null });
      });
    });

    describe('lease', () => {
      test('has one holder, whom a contender is told', async () => {
        const lease = await state.lease('hr', owner('R'));
        await expect(state.lease('hr', owner('S'))).rejects.toMatchObject({
          code: 'LEASE_HELD',
          message: expect.stringMatching(new RegExp(`run R, process ${process.pid} on host-1, since 2`)),
          hint: expect.any(String),
        });
        const other = await state.lease('kb', owner('S'));
        await lease.release();
        await lease.release();
        const next = await state.lease('hr', owner('S'));
        expect(next.fence).toBeGreaterThan(lease.fence);
        expect(lease.signal.aborted).toBe(false);
        // Not ours any more: nothing to free.
        await lease.release();
        await expect(state.lease('hr', owner('T'))).rejects.toMatchObject({ code: 'LEASE_HELD' });
        await next.release();
        await other.release();
      });

      test('of many contenders at once goes to exactly one, and so does the first one ever', async () => {
        // Making the row of a connector already puts its first contenders in order; later ones have only the fence.
        await (await state.lease('hr', owner('earlier'))).release();
        const others = await Promise.all([1, 2, 3].map(() => store.open()));
        const contenders = [state, ...others].flatMap((each) => [each, each]);
        for (const connectorId of ['hr', 'never seen']) {
          const answers = await Promise.allSettled(
            contenders.map((each, index) => each.lease(connectorId, owner(`R${index}`))),
          );
          const refused = answers.flatMap((answer) =>
            answer.status === 'rejected' ? [answer.reason as unknown] : [],
          );
          expect(refused).toHaveLength(contenders.length - 1);
          for (const reason of refused) expect(reason).toMatchObject({ code: 'LEASE_HELD' });
          for (const answer of answers) if (answer.status === 'fulfilled') await answer.value.release();
        }
        await Promise.all(others.map((other) => other.close()));
      });

      test('of a dead process of this host is taken over at once', async () => {
        const sleeper = await startSleeper();
        await state.lease('hr', { runId: 'R', host: HOST, pid: sleeper.pid });
        await expect(state.lease('hr', owner('S'))).rejects.toMatchObject({ code: 'LEASE_HELD' });
        await sleeper.kill();
        const elsewhere = { ...owner('S'), host: 'host-2' };
        await expect(state.lease('hr', elsewhere)).rejects.toMatchObject({ code: 'LEASE_HELD' });
        const lease = await state.lease('hr', owner('S'));
        await lease.release();
      });

      test('of a silent holder on another host is taken over when its time is up, and it is told when it wakes', async () => {
        // This holder renews too seldom, as a process does that was stopped and goes on.
        const sleepy = await store.open({ leaseTiming: { leaseMs: 100, heartbeatMs: 1_000 } });
        const late = await sleepy.lease('hr', owner('R'));
        const elsewhere = { ...owner('S'), host: 'host-2' };
        let lease;
        while (lease === undefined) lease = await state.lease('hr', elsewhere).catch(() => undefined);
        if (!late.signal.aborted) await new Promise((told) => (late.signal.onabort = told));
        expect(late.signal.reason).toMatchObject({
          code: 'LEASE_LOST',
          message: expect.stringContaining('another run took over'),
        });
        await late.release();
        await expect(state.lease('hr', owner('T'))).rejects.toMatchObject({ code: 'LEASE_HELD' });
        await lease.release();
        await sleepy.close();
      });

      test('that is renewed outlives its first term', async () => {
        const diligent = await store.open({ leaseTiming: FAST });
        const lease = await diligent.lease('hr', owner('R'));
        const until = Date.now() + 2 * FAST.leaseMs;
        while (Date.now() < until) await new Promise((done) => setTimeout(done, 50));
        await expect(state.lease('hr', { ...owner('S'), host: 'host-2' })).rejects.toMatchObject({
          code: 'LEASE_HELD',
        });
        expect(lease.signal.aborted).toBe(false);
        await lease.release();
        await diligent.close();
      });
    });

    describe('opened to be read only', () => {
      test('knows what is there, has no scope for what is not, and refuses to write', async () => {
        await run([upsert('a')], { watermark: 'w1' });
        const reader = await store.open({ readOnly: true });
        const { scope, checkpoint } = await reader.position('hr', 'store-1');
        expect(checkpoint).toBe('w1');
        expect(await allFingerprints(reader, scope)).toHaveLength(1);
        const unknown = await reader.position('hr', 'store-2');
        expect(unknown).toEqual({
          scope: -1,
          checkpoint: undefined,
          mappingVersion: undefined,
          empty: true,
        });
        expect(await allFingerprints(reader, unknown.scope)).toEqual([]);
        expect(await allIdsOf(reader, unknown.scope, [fingerprintOf('a', 'v1')])).toEqual([]);
        await expect(reader.lease('hr', owner('R'))).rejects.toThrow('asked to write');
        await reader.close();
      });
    });
  });
}

interface RunOptions {
  readonly rejected?: readonly string[];
  readonly watermark?: string | null;
  readonly startedFrom?: string | null;
  readonly columns?: readonly Column[];
  readonly runId?: string;
  /** How far the clock of its machine is ahead. */
  readonly clockSeconds?: number;
}
