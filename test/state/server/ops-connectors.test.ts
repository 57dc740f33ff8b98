import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import fc from 'fast-check';
import type { RunStatus } from '../../../src/pipeline/ports/state-port.ts';
import { openDatabase } from '../../../src/database/database.ts';
import type { StateDatabase } from '../../../src/state/state-database.ts';
import { migrate } from '../../../src/database/migrations.ts';
import { newestRuns } from '../../../src/state/server/ops-connectors.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

interface Run {
  readonly id: string;
  readonly connector: string;
  readonly status: RunStatus;
  /** By the next run, before that one commits itself. */
  readonly finishedLater: boolean;
  /** By `--local`, which changes nothing in the index. */
  readonly local: boolean;
  /** How far the clock of its machine is ahead, in hours. */
  readonly ahead: number;
}

const STATUSES: readonly RunStatus[] = ['RUNNING', 'SUCCESS', 'HELD', 'PARTIAL', 'FAILED', 'DRY_RUN'];

const histories = fc.array(
  fc.array(
    fc.record({
      status: fc.constantFrom(...STATUSES),
      finishedLater: fc.boolean(),
      local: fc.boolean(),
      ahead: fc.integer({ min: -3, max: 3 }),
    }),
    { maxLength: 5 },
  ),
  { minLength: 1, maxLength: 6 },
);

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['SQLite', 'Postgres'] as const)('the newest runs of connectors, on %s', (engine) => {
  const folders = temporaryFolders();
  let database: StateDatabase;

  beforeAll(async () => {
    const url = engine === 'Postgres' ? postgres.url() : undefined;
    database = {
      ...(await openDatabase({ url, file: join(folders.make(), 'state.db') })),
      kind: 'connector',
    };
    await migrate(database);
  });
  afterAll(async () => {
    await database.close();
    folders.removeAll();
  });

  test('are the last started run of each kind, and local runs only without others, regardless of clocks', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (drawn) => {
        const runs = drawn.flatMap((history, index) =>
          history.map((run, hour): Run => ({ ...run, id: `R${index}-${hour}`, connector: `c${index}` })),
        );
        await database.knex('run_state').delete();
        if (runs.length > 0) await database.knex('run_state').insert(runs.map(rowOf));
        const connectors = drawn.map((_, index) => `c${index}`);
        const found = await newestRuns(database, connectors);
        for (const connector of connectors) {
          const all = runs.filter((run) => run.connector === connector);
          const delivering = all.filter(({ local }) => !local);
          const own = delivering.some(({ status }) => status !== 'DRY_RUN') ? delivering : all;
          const last = (is: (run: Run) => boolean) => own.findLast(is)?.id;
          const newest = found.get(connector);
          expect({
            last: newest?.last?.runId,
            finished: newest?.finished?.runId,
            committed: newest?.committed?.runId,
            success: newest?.success?.runId,
          }).toEqual({
            last: last(({ status }) => status !== 'DRY_RUN'),
            finished: last(({ status }) => status !== 'DRY_RUN' && status !== 'RUNNING'),
            committed: last(isCommitted),
            success: last(({ status }) => status === 'SUCCESS'),
          });
        }
      }),
      { numRuns: 40 },
    );
  });
});

function isCommitted({ status }: Run): boolean {
  return status === 'SUCCESS' || status === 'HELD' || status === 'PARTIAL';
}

function rowOf(run: Run) {
  const hour = Number(run.id.split('-')[1]);
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, hour + run.ahead, minute)).toISOString();
  const fence = hour + 1;
  return {
    run_id: run.id,
    connector_id: run.connector,
    target: run.local ? 'local' : 'projects/p/locations/global/dataStores/d',
    status: run.status,
    phase: isCommitted(run) ? ('commit' as const) : ('extract' as const),
    started_at: at(0),
    fence,
    committed_fence: isCommitted(run) ? fence + Number(run.finishedLater) : 0,
    finished_at: run.status === 'RUNNING' ? null : at(30),
    committed_at: isCommitted(run) ? at(run.finishedLater ? 61 : 30) : null,
  };
}
