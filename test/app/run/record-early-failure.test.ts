import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { recordEarlyFailure } from '../../../src/app/run/record-early-failure.ts';
import type { ErrorCode } from '../../../src/core/error-kinds.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { openState, STATE_FILE } from '../../../src/state/run/open-state.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const STARTED = new Date('2026-11-21T03:00:00.000Z');
const OWNER = { runId: 'other', host: 'worker-2', pid: 4711 };

const folders = temporaryFolders();
let cwd: string;

beforeEach(() => {
  cwd = folders.make();
});
afterAll(() => {
  folders.removeAll();
});

function record(code: ErrorCode = 'SECRET_MISSING', message = 'The secret people-db is not set.') {
  const error = new BridgeError(code, message, { hint: 'Set SECRET_PEOPLE_DB.' });
  const run = {
    kind: 'connector' as const,
    runId: 'unbegun',
    connectorId: 'people',
    target: 'local',
    startedAt: STARTED,
  };
  const redact = (text: string) => text.replaceAll('hunter2', '…');
  return recordEarlyFailure(error, run, { databaseUrl: undefined, cwd, log: silentLogger, redact });
}

const open = () => openState({ url: undefined, file: join(cwd, STATE_FILE), readOnly: false });

async function found() {
  const state = await open();
  const run = await state.findRun('unbegun');
  await state.close();
  return run;
}

describe('a run that fails before it has a row', () => {
  test('is a failed run with its error, without secrets, and its connector is free again', async () => {
    await record('SECRET_INVALID', 'postgres://me:hunter2@db is no address.');
    expect(await found()).toMatchObject({
      connectorId: 'people',
      status: 'FAILED',
      startedAt: STARTED.toISOString(),
      error: {
        code: 'SECRET_INVALID',
        message: 'postgres://me:…@db is no address.',
        hint: 'Set SECRET_PEOPLE_DB.',
      },
    });
    const state = await open();
    await (await state.lease('people', OWNER)).release();
    await state.close();
  });

  test('leaves the row alone that its id has', async () => {
    const state = await open();
    await state.beginRun({ runId: 'unbegun', connectorId: 'people', target: 'local', startedAt: STARTED });
    await state.close();
    await record();
    expect(await found()).toMatchObject({ status: 'RUNNING', error: null });
  });

  test('records nothing while another run of the connector is in progress', async () => {
    const state = await open();
    const lease = await state.lease('people', OWNER);
    await record();
    await lease.release();
    await state.close();
    expect((await dumpState(cwd)).run_state).toEqual([]);
  });

  test.each(['INTERRUPTED', 'LEASE_HELD', 'LEASE_LOST', 'STATE_UNREACHABLE'] as const)(
    'because of %s is none that the connector failed',
    async (code) => {
      await record(code);
      expect((await dumpState(cwd)).run_state).toEqual([]);
    },
  );

  test('fails no further when the state cannot be written', async () => {
    writeFileSync(join(cwd, '.gemini-sync-bridge'), 'in the way');
    await expect(record()).resolves.toBeUndefined();
  });
});
