import { afterEach, beforeEach, expect } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { Column, RunCounts } from '../../../src/pipeline/ports/ports.ts';
import type { CheckState } from '../../../src/pipeline/ports/check-state-port.ts';
import type { ExplainState } from '../../../src/pipeline/ports/explain-state-port.ts';
import type { HeldLeases } from '../../../src/pipeline/held-leases.ts';
import type { RecordKind, RunKind, State } from '../../../src/pipeline/ports/state-port.ts';
import type { LeaseTiming } from '../../../src/state/leases/leases.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';
import { batchesOf, checksumOf, type StagedChange } from '../../support/pipeline/staged.ts';

/** One empty state store, which can be opened several times, as several processes would. */
export interface StateStore {
  open(options?: {
    kind?: RunKind;
    readOnly?: boolean;
    leases?: HeldLeases;
    leaseTiming?: LeaseTiming;
  }): Promise<State>;
  openExplain(options?: { kind?: RunKind }): Promise<ExplainState>;
  openCheck(options?: { kind?: RunKind }): Promise<CheckState>;
  remove(): Promise<void>;
}

export const HOST = 'host-1 boot-1';
export const STARTED = new Date('2026-01-02T03:04:05.678Z');
export const FINISHED = new Date('2026-01-02T03:05:06.789Z');
export const FAST: LeaseTiming = { leaseMs: 3_000, heartbeatMs: 20 };

export const COUNTS: RunCounts = runCounts({
  seen: 5,
  unchanged: 1,
  added: 2,
  changed: 1,
  missing: null,
  quarantined: 1,
});

export const COLUMNS: readonly Column[] = [
  { name: 'id', kind: 'integer' },
  { name: 'Grüße "x"', kind: 'array', element: 'text' },
];

export const hash = (text: string) => createHash('sha256').update(text).digest('hex');
export const fingerprintOf = (docId: string, version: string) => hash(`${docId} ${version}`).slice(0, 16);

export function upsert(docId: string, version = 'v1'): StagedChange {
  return {
    op: 'upsert',
    docId,
    checksum: checksumOf(version),
    fingerprint: fingerprintOf(docId, version),
  };
}
export const refresh = (docId: string, version: string): StagedChange => ({
  ...upsert(docId, version),
  op: 'refresh',
});
export const gone = (op: 'delete' | 'soft_delete', docId: string): StagedChange => ({
  op,
  docId,
  checksum: '',
  fingerprint: '',
});

export async function allFingerprints(
  state: State,
  scope: number,
  kind: RecordKind = 'live',
): Promise<string[]> {
  const all: string[] = [];
  for await (const chunk of state.fingerprints(scope, kind)) {
    expect(chunk.length % 8).toBe(0);
    for (let at = 0; at < chunk.length; at += 8) all.push(chunk.toString('hex', at, at + 8));
  }
  return all.sort();
}

export async function allIdsOf(
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

/** A store that is empty before each test of the `describe` that it is made in, opened, with what most tests do to it. */
export function stateScene(makeStore: () => Promise<StateStore>) {
  let store: StateStore;
  let state: State;
  let explain: ExplainState | undefined;
  let runs = 0;

  beforeEach(async () => {
    store = await makeStore();
    state = await store.open();
  });
  afterEach(async () => {
    await explain?.close();
    explain = undefined;
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
    records: readonly StagedChange[],
    {
      rejected = [],
      outcome = 'refused',
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
      await state.stage(runId, batchesOf(records));
      await publish(runId, watermark, startedFrom, columns);
      await journalOf(runId).reject(rejected.map((docId) => ({ ...refused(docId), outcome })));
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
  return {
    /** The scene of the current test. */
    opened: () => ({ store, state }),
    explain: async () => (explain ??= await store.openExplain()),
    owner,
    nextRunId,
    begin,
    publish,
    commit,
    journalOf,
    refused,
    run,
    scopeOf,
    known,
  };
}

interface RunOptions {
  readonly rejected?: readonly string[];
  /** Of the rejected ones. */
  readonly outcome?: 'refused' | 'unknown';
  readonly watermark?: string | null;
  readonly startedFrom?: string | null;
  readonly columns?: readonly Column[];
  readonly runId?: string;
  /** How far the clock of its machine is ahead. */
  readonly clockSeconds?: number;
}
