import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  connectorWork,
  exitStatusOf,
  type ConnectorSurroundings,
} from '../../../src/app/run/connector-work.ts';
import { runOnce, type RunSurroundings } from '../../../src/app/run/run-once.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import { FileSource } from '../../../src/sources/file/source.ts';
import { PostgresSource } from '../../../src/sources/postgres/source.ts';
import { startSplunk, type SplunkStandIn } from '../../stand-ins/splunk/splunk-stand-in.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { writeFileConnector } from '../../support/files/file-connector.ts';
import { parsedObject } from '../../support/files/json.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { connectorOf } from '../../support/files/workplace.ts';
import { runOptions } from '../../support/pipeline/run-options.ts';
import { NO_MANAGED_SECRETS } from '../../support/secrets/no-managed-secrets.ts';

const TOKEN = 'token-of-a-test';
const LONG_AGO = new Date('2020-01-01T00:00:00Z');
const OPTIONS = runOptions({ local: true });

/** Signals reach it as they reach a process; it never ends. */
class SignalledProcess extends EventEmitter {
  readonly exit = () => undefined;
}

const folders = temporaryFolders();
let splunk: SplunkStandIn;
let cwd: string;
let fake: SignalledProcess;

beforeAll(async () => {
  splunk = await startSplunk({ token: TOKEN });
});
afterAll(async () => {
  await splunk.close();
  folders.removeAll();
});
beforeEach(() => {
  cwd = folders.make();
  fake = new SignalledProcess();
  splunk.events.length = 0;
  writeFileConnector(cwd);
  mkdirSync(join(cwd, 'exports'));
  const file = join(cwd, 'exports', 'staff.csv');
  writeFileSync(file, 'id,name,team\n1,Ada,Sales\n2,Bo,Support\n');
  // A file that was just written may still grow, so it is not read.
  utimesSync(file, LONG_AGO, LONG_AGO);
  writeFileSync(join(cwd, 'people.yaml'), JSON.stringify(connectorOf({})));
});
afterEach(() => {
  jest.restoreAllMocks();
});

function run(path: string, secret: RunSurroundings['secret'] = () => undefined) {
  const surroundings: RunSurroundings & ConnectorSurroundings = {
    settings: {
      splunk: { endpoint: { url: splunk.url, loopback: true }, token: TOKEN },
      teams: undefined,
      traces: undefined,
    },
    proxy: { http: undefined, https: undefined, except: undefined },
    policyFile: undefined,
    oracleClientLibDir: undefined,
    gcsEndpoint: undefined,
    discoveryEngineEndpoint: undefined,
    retry: { retries: 0, backoffSeconds: 0 },
    databaseUrl: undefined,
    cwd,
    clock: systemClock,
    log: silentLogger,
    version: '1.2.3',
    stop: fake,
    observer: { phase: () => undefined, rows: () => undefined },
    redactor: createRedactor(),
    secret,
    similarSecret: () => undefined,
    ...NO_MANAGED_SECRETS,
    // Longer than any machine takes.
    timing: { flushMs: 60_000, settleMs: 30_000, memoryMs: 60_000 },
  };
  return runOnce(connectorWork(path, OPTIONS, surroundings), surroundings);
}

const lastEvent = () => splunk.events.at(-1)?.event;

/** The rows of `run_state`, with their errors read. */
async function recordedRuns() {
  const rows = (await dumpState(cwd)).run_state.map((row) => parsedObject(row) ?? {});
  return rows.map(({ run_id, status, error }) => ({ run_id, status, error: parsedObject(String(error)) }));
}

describe('a run of a connector', () => {
  test('writes its artifacts and its state, closes its source and reports success', async () => {
    const close = jest.spyOn(FileSource.prototype, 'close');
    const { definition, result, exitStatus } = await run('staff.yaml');
    expect([definition.metadata.name, result.status, result.counts.added, exitStatus]).toEqual([
      'staff',
      'SUCCESS',
      2,
      0,
    ]);
    const upserts = readFileSync(join(fileURLToPath(result.artifacts ?? ''), 'upserts.ndjson'), 'utf8');
    expect(upserts.trimEnd().split('\n')).toHaveLength(2);
    expect(await recordedRuns()).toEqual([{ run_id: 'R1', status: 'SUCCESS', error: undefined }]);
    expect(lastEvent()).toMatchObject({ event: 'run_ended', status: 'SUCCESS', exit_status: 0 });
    expect(close).toHaveBeenCalledTimes(1);
    expect(fake.eventNames()).toEqual([]);
  });

  test('opens no source and reports the failure when the state cannot be opened', async () => {
    const close = jest.spyOn(FileSource.prototype, 'close');
    writeFileSync(join(cwd, '.gemini-sync-bridge'), 'a file where the folder of the state should be');
    await expect(run('staff.yaml')).rejects.toMatchObject({ code: 'STATE_FAILED' });
    expect(close).not.toHaveBeenCalled();
    expect(lastEvent()).toMatchObject({ status: 'FAILED', error_code: 'STATE_FAILED' });
  });

  test('stops before it reads when a signal comes while it opens, closes its source and frees the connector', async () => {
    const close = jest.spyOn(PostgresSource.prototype, 'close');
    const failed = run('people.yaml', () => {
      fake.emit('SIGTERM', 'SIGTERM');
      return 'postgres://reader:hunter2@127.0.0.1:1/hr';
    });
    await expect(failed).rejects.toMatchObject({ code: 'INTERRUPTED', exit: 143 });
    expect(close).toHaveBeenCalled();
    expect(await recordedRuns()).toEqual([
      { run_id: 'R1', status: 'FAILED', error: expect.objectContaining({ code: 'INTERRUPTED' }) },
    ]);
    const [lease = '{}'] = (await dumpState(cwd)).connector_leases;
    expect(parsedObject(lease)).toMatchObject({ connector_id: 'people', run_id: null });
    expect(lastEvent()).toMatchObject({ error_code: 'INTERRUPTED', exit_status: 143 });
    expect(fake.eventNames()).toEqual([]);
  });

  test('is recorded with its hint when its secret is not set', async () => {
    await expect(run('people.yaml')).rejects.toMatchObject({ code: 'SECRET_MISSING' });
    expect(await recordedRuns()).toEqual([
      {
        run_id: 'R1',
        status: 'FAILED',
        error: {
          code: 'SECRET_MISSING',
          message: expect.any(String),
          hint: expect.stringContaining('SECRET_PEOPLE_DB'),
        },
      },
    ]);
  });
});

test.each([
  ['SUCCESS', 'done', 0],
  ['HELD', 'done', 3],
  ['PARTIAL', 'done', 4],
  ['HELD', 'repeated', 3],
  ['HELD', 'planned', 0],
  ['PARTIAL', 'planned', 0],
] as const)('a run that ended %s, %s, exits with %i', (status, work, expected) => {
  expect(exitStatusOf({ status, work })).toBe(expected);
});
