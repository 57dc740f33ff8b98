import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { openServerState, type ServerState } from '../../../src/app/serve/server-state.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { silentLogger, type LogFields } from '../../../src/core/log.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { openState, STATE_FILE } from '../../../src/state/run/open-state.ts';
import type { RunTable } from '../../../src/state/tables.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let folder: string;
let server: ServerState;
let logged: LogFields[];

beforeEach(async () => {
  folder = folders.make();
  const state = await openState({ file: join(folder, STATE_FILE), readOnly: false });
  for (const [index, runId] of ['good', 'bad'].entries()) {
    const startedAt = new Date(Date.UTC(2026, 0, 1, index));
    await state.beginRun({ runId, connectorId: runId, target: 'p/d', startedAt });
    const error = { code: 'SOURCE_LOST', message: 'It was lost.' };
    await state.failRun(runId, { error, finishedAt: systemClock.now(), abandon: true });
  }
  await state.close();
  logged = [];
  const log = {
    ...silentLogger,
    warn: (_: string, fields: LogFields = {}) => void logged.push(fields),
  };
  server = await openServerState({ databaseUrl: undefined, cwd: folder, log });
});
afterEach(async () => {
  await server.close();
  folders.removeAll();
});

/** Writes what this program never would. */
async function damage(columns: Readonly<Record<string, string>>): Promise<void> {
  const database = await openDatabase({ file: join(folder, STATE_FILE) });
  await database.knex<RunTable>('run_state').where({ run_id: 'bad' }).update(columns);
  await database.close();
}
const filter = { since: '2020-01-01T00:00:00.000Z', connectorId: null, status: null };

describe('a row of run_state that cannot be read', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['counts that are not JSON', { counts: '{"seen": 1' }, ['counts']],
    ['counts that are another value', { counts: '[1]' }, ['counts']],
    ['counts without numbers', { counts: '{"seen":"1"}' }, ['counts']],
    ['an error that is not JSON', { error: 'oops' }, ['error']],
    ['an error without a code', { error: '{"message":1}' }, ['error']],
    ['an unknown status and phase', { status: 'DONE', phase: 'rest' }, ['status', 'phase']],
  ])('is shown as unreadable, and the others as they are: %s', async (_, columns, wrong) => {
    await damage(columns);
    const { ops } = server;
    const unreadable = {
      code: 'STATE_ROW_UNREADABLE',
      message: `The row of run bad in run_state cannot be read: ${wrong.join(', ')}.`,
    };
    const expected = { runId: 'bad', status: 'FAILED', counts: null, error: unreadable };
    const page = await ops.pageOfRuns(filter, { limit: 10, offset: 0 });
    expect(page).toMatchObject([expected, { runId: 'good', error: { code: 'SOURCE_LOST' } }]);
    expect(await ops.historyOf('bad', 5)).toMatchObject([expected]);
    expect((await ops.newestRuns(['bad', 'good'])).get('bad')?.last).toMatchObject(expected);
    expect((await ops.runDetail('bad', { rejected: 5 }))?.run).toMatchObject(expected);
    expect(await server.runMetrics()).toMatchObject([
      { connectorId: 'bad', status: 'FAILED', counts: null },
      { connectorId: 'good', status: 'FAILED' },
    ]);
    expect(logged).toEqual([{ run: 'bad', columns: wrong }]);
  });

  test('has no phase times that cannot be read', async () => {
    await damage({ phase_times: '{"extract":' });
    expect((await server.ops.runDetail('bad', { rejected: 5 }))?.run.phaseTimes).toEqual({});
    await damage({ phase_times: '{"extract":"yesterday","rest":"2026-01-01T00:00:00Z","publish":7}' });
    expect((await server.ops.runDetail('bad', { rejected: 5 }))?.run.phaseTimes).toEqual({});
  });
});
