import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../../src/core/time/clock.ts';
import { ALERT_CLAIM_SECONDS } from '../../../src/state/limits.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { sleep, type Wait } from '../../../src/core/retry.ts';
import { openAlertState } from '../../../src/state/server/alert-state.ts';
import type { RunEnd, RunSubject } from '../../../src/telemetry/run-report.ts';
import { teamsChannel } from '../../../src/telemetry/teams/channel.ts';
import { startTeams, type TeamsStandIn } from '../../stand-ins/teams/teams-stand-in.ts';
import { json } from '../../support/http/http-server.ts';
import { ManualTime } from '../../support/pipeline/manual-time.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const SUBJECT: RunSubject = {
  runId: 'R1',
  kind: 'connector',
  connector: 'hr',
  namedAfterFile: false,
  file: 'hr.yaml',
  target: 'store',
  targetKind: 'data_store',
  mode: 'run',
  version: '1.2.3',
  startedAt: new Date('2026-01-02T03:04:05.678Z'),
};
const SUCCESS: RunEnd = {
  status: 'SUCCESS',
  exitStatus: 0,
  work: 'done',
  counts: {},
  watermark: null,
  holdReason: null,
  error: null,
  phases: [],
  durationMs: 1_000,
  finishedAt: new Date('2026-01-02T03:05:05.678Z'),
};
const FAILED: RunEnd = {
  ...SUCCESS,
  status: 'FAILED',
  exitStatus: 75,
  work: null,
  error: { code: 'SOURCE_LOST', message: 'It broke off.', hint: null, retryable: true },
};
/** Longer than any machine takes. */
const PATIENT_MS = 60_000;

const folders = temporaryFolders();
let teams: TeamsStandIn;
let folder: string;
beforeAll(async () => {
  teams = await startTeams();
});
afterAll(async () => {
  await teams.close();
  folders.removeAll();
});
beforeEach(() => {
  folder = folders.make();
  teams.messages.length = 0;
  teams.fault = undefined;
});

interface Case {
  readonly webhookUrl?: string;
  /** Ends the time that telemetry has. */
  readonly over?: AbortController;
  readonly wait?: Wait;
  /** By which a claim ends. */
  readonly clock?: Clock;
}

/** The end of a run as a process of its own tells it. @returns why it was not told */
async function tell(
  end: RunEnd,
  { webhookUrl, over = new AbortController(), wait = sleep, clock = systemClock }: Case = {},
) {
  const channel = teamsChannel({ webhookUrl: webhookUrl ?? teams.webhookUrl, links: {} }, SUBJECT, {
    openMemory: () => openAlertState({ url: undefined, file: join(folder, 'state.db') }, clock),
    memoryMs: PATIENT_MS,
    settleMs: PATIENT_MS,
    proxy: { http: undefined, https: undefined, except: undefined },
    clock: systemClock,
    wait,
    log: silentLogger,
  });
  return (await channel.finish(end, over.signal))?.reason;
}

/** Teams has the message, and the time is over before it answers. */
async function tellSlowTeams(end: RunEnd): Promise<void> {
  const over = new AbortController();
  teams.fault = () => {
    over.abort();
  };
  expect(await tell(end, { over })).toBe('no answer in time');
  teams.fault = undefined;
}

const headlines = () =>
  teams.messages.map(({ attachments }) => attachments[0].content.body[0]?.inlines[0]?.text);

test('an alert that a slow Teams took is not said again by the next run, and its end is', async () => {
  await tellSlowTeams(FAILED);
  expect(await tell(FAILED)).toBeUndefined();
  expect(headlines()).toEqual([]);
  expect(await tell(SUCCESS)).toBeUndefined();
  expect(headlines()).toEqual(['hr: works again']);
});

test('a recovery that a slow Teams took is not said again', async () => {
  await tell(FAILED);
  await tellSlowTeams(SUCCESS);
  await tell(SUCCESS);
  expect(headlines()).toEqual(['hr: failed']);
});

test('an alert for which Teams could not be reached is said by the next run', async () => {
  const over = new AbortController();
  const wait: Wait = () => {
    over.abort();
    return Promise.reject(new Error('The time is over.'));
  };
  expect(await tell(FAILED, { webhookUrl: 'http://127.0.0.1:1/', over, wait })).toMatch(/^no connection/);
  expect(await tell(FAILED)).toBeUndefined();
  expect(headlines()).toEqual(['hr: failed']);
});

test('an alert is not said by a run that was suspended for longer than its claim on it', async () => {
  teams.faults.push(json(503, {}));
  const time = new ManualTime();
  const wait: Wait = () => {
    time.stepWallClock(ALERT_CLAIM_SECONDS * 1_000);
    return Promise.resolve();
  };
  expect(await tell(FAILED, { wait, clock: time.clock })).toMatch(/^the run was suspended/);
  expect(headlines()).toEqual([]);
  expect(await tell(FAILED)).toBeUndefined();
  expect(headlines()).toEqual(['hr: failed']);
});
