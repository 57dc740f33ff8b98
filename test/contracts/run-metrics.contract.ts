import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDatabase, type DatabaseAddress } from '../../src/database/database.ts';
import type { StateDatabase } from '../../src/state/state-database.ts';
import { runMetrics } from '../../src/state/server/run-metrics.ts';
import { migrateState } from '../../src/state/run/open-state.ts';
import type { RunTable } from '../../src/state/tables.ts';
import { runCounts } from '../support/pipeline/run-counts.ts';

interface MetricsStore {
  readonly address: DatabaseAddress;
  remove(): Promise<void>;
}

const COUNTS = runCounts({ seen: 1, added: 1, missing: null });

/** What every engine answers about the runs of connectors. */
export function describeRunMetricsContract(engine: string, makeStore: () => Promise<MetricsStore>): void {
  describe(`the metrics of runs in ${engine}`, () => {
    let store: MetricsStore;
    let database: StateDatabase;

    beforeEach(async () => {
      store = await makeStore();
      await migrateState(store.address);
      database = { ...(await openDatabase(store.address)), kind: 'connector' };
    });
    afterEach(async () => {
      await database.close();
      await store.remove();
    });

    const at = (hour: number) => `2026-01-02T${String(hour).padStart(2, '0')}:00:00.000Z`;
    const insert = (connectorId: string, hour: number, run: Partial<RunTable>) =>
      database.knex('run_state').insert({
        run_id: `${connectorId}-${hour}`,
        connector_id: connectorId,
        target: 'store',
        status: 'SUCCESS',
        phase: 'commit',
        started_at: at(hour),
        finished_at: at(hour + 1),
        counts: JSON.stringify(COUNTS),
        ...run,
      });

    test('are none before the first run', async () => {
      expect(await runMetrics(database)).toEqual([]);
    });

    test('omit local runs where there are others, which show the state of the index', async () => {
      const target = 'projects/p/locations/global/dataStores/d';
      await insert('hr', 1, { target });
      await insert('hr', 2, { target, status: 'FAILED', counts: null });
      await insert('hr', 4, { target: 'local' });
      const found = await runMetrics(database);
      expect(found).toMatchObject([{ status: 'FAILED', failing: true, lastSuccessAt: at(2) }]);
    });

    test('are those of the latest run and the latest success of each connector, by name', async () => {
      await insert('hr', 1, {});
      await insert('hr', 4, {});
      await insert('hr', 8, { status: 'FAILED', counts: null });
      await insert('hr', 6, { status: 'PARTIAL' });
      await insert('crm', 2, { status: 'RUNNING', finished_at: null, counts: null });
      await insert('wiki', 3, {});
      expect(await runMetrics(database)).toEqual([
        {
          connectorId: 'crm',
          status: 'RUNNING',
          startedAt: at(2),
          finishedAt: null,
          counts: null,
          failing: false,
          committedCounts: null,
          lastSuccessAt: null,
          running: false,
        },
        {
          connectorId: 'hr',
          status: 'FAILED',
          startedAt: at(8),
          finishedAt: at(9),
          counts: null,
          failing: true,
          committedCounts: null,
          lastSuccessAt: at(5),
          running: false,
        },
        {
          connectorId: 'wiki',
          status: 'SUCCESS',
          startedAt: at(3),
          finishedAt: at(4),
          counts: COUNTS,
          failing: false,
          committedCounts: null,
          lastSuccessAt: at(4),
          running: false,
        },
      ]);
    });

    test('keep reporting a failure while the next run is in progress and after a dry run', async () => {
      const held = { ...COUNTS, held: 40 };
      await insert('hr', 1, { status: 'HELD', counts: JSON.stringify(held), committed_at: at(2) });
      await insert('hr', 3, { status: 'FAILED', counts: null });
      await insert('hr', 5, { status: 'DRY_RUN' });
      const wrong = { failing: true, committedCounts: held };
      expect(await runMetrics(database)).toMatchObject([{ status: 'DRY_RUN', ...wrong }]);
      await insert('hr', 7, { status: 'RUNNING', finished_at: null, counts: null });
      expect(await runMetrics(database)).toMatchObject([{ status: 'RUNNING', ...wrong }]);
      await insert('hr', 9, { committed_at: at(10) });
      expect(await runMetrics(database)).toMatchObject([{ failing: false, committedCounts: COUNTS }]);
    });

    test('follow the fences of runs where the clocks of their machines differ', async () => {
      const held = JSON.stringify({ ...COUNTS, held: 40 });
      await insert('hr', 20, { fence: 1, committed_fence: 1, committed_at: at(21), counts: held });
      await insert('hr', 4, { fence: 2, committed_fence: 2, committed_at: at(5) });
      const committedCounts = COUNTS;
      expect(await runMetrics(database)).toMatchObject([
        { startedAt: at(4), failing: false, committedCounts, lastSuccessAt: at(5) },
      ]);
      await insert('hr', 2, { fence: 3, status: 'FAILED', counts: null });
      expect(await runMetrics(database)).toMatchObject([
        { startedAt: at(2), failing: true, committedCounts, lastSuccessAt: at(5) },
      ]);
    });

    test('take runs from before fences were kept for older than all others', async () => {
      await insert('hr', 20, { fence: 0, status: 'FAILED', counts: null });
      await insert('hr', 4, { fence: 1, committed_fence: 1, committed_at: at(5) });
      expect(await runMetrics(database)).toMatchObject([{ startedAt: at(4), failing: false }]);
    });

    test('list the connectors whose lease is held as running', async () => {
      const now = Date.now();
      for (const [connectorId, expiresAt, runId] of [
        ['alive', now + 600_000, 'R'],
        ['dead', now - 600_000, 'R'],
        ['free', now + 600_000, null],
      ] as const) {
        await insert(connectorId, 1, {});
        await database
          .knex('connector_leases')
          .insert({ connector_id: connectorId, fence: 1, run_id: runId, expires_at: expiresAt });
      }
      const running = (await runMetrics(database)).map(({ connectorId, running: is }) => [connectorId, is]);
      expect(Object.fromEntries(running)).toEqual({ alive: true, dead: false, free: false });
    });
  });
}
