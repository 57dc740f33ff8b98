import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BridgeResult } from '../../../../src/app/run/bridge.ts';
import type { RunOptions } from '../../../../src/app/run/job.ts';
import {
  openTelemetry,
  withTelemetry,
  type TelemetryTiming,
} from '../../../../src/app/run/telemetry/telemetry.ts';
import { reportedConnector } from '../../../../src/app/run/telemetry/reported-connector.ts';
import type { Connector } from '../../../../src/definitions/connector/types.ts';
import { systemClock } from '../../../../src/core/time/clock.ts';
import { BridgeError } from '../../../../src/core/errors.ts';
import { EXIT } from '../../../../src/core/exit-status.ts';
import { silentLogger, type LogFields } from '../../../../src/core/log.ts';
import { parseRunLink } from '../../../../src/core/run-link.ts';
import type { TelemetrySettings } from '../../../../src/telemetry/settings.ts';
import { startSplunk, type SplunkStandIn } from '../../../stand-ins/splunk/splunk-stand-in.ts';
import { startTeams, type TeamsStandIn } from '../../../stand-ins/teams/teams-stand-in.ts';
import { openBlackhole, type Blackhole } from '../../../support/http/blackhole.ts';
import { connectorSpec } from '../../../support/pipeline/connector-spec.ts';
import { hang, json } from '../../../support/http/http-server.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { runCounts } from '../../../support/pipeline/run-counts.ts';
import { runOptions } from '../../../support/pipeline/run-options.ts';

/** Longer than any machine takes. */
const PATIENT: TelemetryTiming = { flushMs: 60_000, settleMs: 30_000, memoryMs: 60_000 };
/** For those that never answer. */
const HURRIED: TelemetryTiming = { flushMs: 200, settleMs: 60_000, memoryMs: 60_000 };

const TOKEN = 'token-of-a-test';
const SECRET = 'hunter2-of-a-source';
const CONNECTOR: Connector = {
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'Connector',
  metadata: { name: 'hr' },
  spec: connectorSpec(),
};
const COUNTS = runCounts({ seen: 9, unchanged: 4, added: 2, changed: 3, missing: 1, deleted: 1 });
const SUCCESS: BridgeResult = {
  runId: 'R1',
  status: 'SUCCESS',
  counts: COUNTS,
  work: 'done',
  holdReason: null,
  manifestName: 'm',
  remarks: {},
  samples: undefined,
  drift: undefined,
  rejected: [],
  artifacts: 'file:///bucket/',
  watermark: '2026-01-02',
};
const HELD: BridgeResult = {
  ...SUCCESS,
  status: 'HELD',
  counts: { ...COUNTS, deleted: 0, held: 40 },
  holdReason: '40 of 90 documents are missing',
};
const UNREACHABLE = new BridgeError('SOURCE_UNREACHABLE', `No route to the host of ${SECRET}.`, {
  hint: 'Look at the network.',
});

const folders = temporaryFolders();
let splunk: SplunkStandIn;
let teams: TeamsStandIn;
let blackhole: Blackhole;
let cwd: string;
let warnings: { readonly message: string; readonly fields: LogFields | undefined }[];

beforeAll(async () => {
  [splunk, teams, blackhole] = await Promise.all([
    startSplunk({ token: TOKEN }),
    startTeams(),
    openBlackhole(),
  ]);
});
afterAll(async () => {
  await Promise.all([splunk.close(), teams.close(), blackhole.close()]);
});
beforeEach(() => {
  cwd = folders.make();
  warnings = [];
  splunk.events.length = 0;
  teams.messages.length = 0;
});
afterEach(() => {
  splunk.fault = undefined;
  teams.fault = undefined;
  folders.removeAll();
});

interface Case {
  readonly options?: Partial<RunOptions>;
  readonly settings?: Partial<TelemetrySettings>;
  readonly timing?: TelemetryTiming;
  readonly databaseUrl?: string;
}

/** A run that passes two phases and ends. */
async function runEnding(
  ending: BridgeResult | BridgeError,
  { options = {}, settings = {}, timing = PATIENT, databaseUrl }: Case = {},
): Promise<void> {
  const telemetry = await openTelemetry(
    reportedConnector(CONNECTOR, { path: 'hr.yaml', cwd }, runOptions(options)),
    {
      settings: {
        splunk: { endpoint: { url: splunk.url, loopback: true }, token: TOKEN },
        teams: {
          webhookUrl: teams.webhookUrl,
          links: { Kestra: parseRunLink('X', 'https://kestra.example.com/{connector_id}/{run_id}') },
        },
        traces: undefined,
        ...settings,
      },
      proxy: { http: undefined, https: undefined, except: undefined },
      databaseUrl,
      cwd,
      clock: systemClock,
      log: { ...silentLogger, warn: (message, fields) => warnings.push({ message, fields }) },
      version: '1.2.3',
      redact: (text) => text.replaceAll(SECRET, '[redacted]'),
      timing,
    },
  );
  const work = () => {
    telemetry.observer.phase('extract');
    telemetry.observer.rows(COUNTS);
    telemetry.observer.phase('publish');
    return ending instanceof BridgeError ? Promise.reject(ending) : Promise.resolve(ending);
  };
  const outcome = await withTelemetry(telemetry, () => EXIT.done, work).catch((thrown: unknown) => thrown);
  expect(outcome).toBe(ending);
}

const headlines = () =>
  teams.messages.map(({ attachments }) => attachments[0].content.body[0]?.inlines[0]?.text);
const texts = (index: number) =>
  (teams.messages[index]?.attachments[0].content.body ?? []).map(({ inlines }) =>
    inlines.map(({ text }) => text).join(''),
  );
const splunkOf = (url: string): Partial<TelemetrySettings> => ({
  splunk: { endpoint: { url, loopback: true }, token: TOKEN },
});

describe('a run that is told to Splunk', () => {
  test('is there from its start to its end', async () => {
    await runEnding(SUCCESS);
    expect(splunk.events.map(({ event }) => [event['event'], event['phase']])).toEqual([
      ['run_started', undefined],
      ['phase_ended', 'extract'],
      ['phase_ended', 'publish'],
      ['run_ended', undefined],
    ]);
    expect(new Set(splunk.events.map(({ sourcetype }) => sourcetype))).toEqual(
      new Set(['gemini_sync_bridge:run']),
    );
    expect(splunk.events.at(-1)?.event).toEqual({
      event: 'run_ended',
      kind: 'connector',
      run_id: 'R1',
      connector: 'hr',
      connector_named_after: 'metadata',
      target: 'projects/my-project/locations/eu/dataStores/hr#NO_CONTENT',
      target_kind: 'data_store',
      mode: 'run',
      version: '1.2.3',
      status: 'SUCCESS',
      exit_status: 0,
      work: 'done',
      duration_ms: expect.any(Number),
      phase_ms: { extract: expect.any(Number), publish: expect.any(Number) },
      counts: COUNTS,
      watermark: '2026-01-02',
      hold_reason: null,
      failed_phase: null,
      error_code: null,
      error_message: null,
      error_hint: null,
      error_retryable: null,
    });
    expect(warnings).toEqual([]);
  });

  test('has the place and the reason of its failure, without secrets', async () => {
    await runEnding(UNREACHABLE);
    expect(splunk.events.at(-1)?.event).toMatchObject({
      status: 'FAILED',
      exit_status: 75,
      work: null,
      counts: { seen: 9, unchanged: 4, added: 2, changed: 3, quarantined: 0 },
      failed_phase: 'publish',
      error_code: 'SOURCE_UNREACHABLE',
      error_message: 'No route to the host of [redacted].',
      error_hint: 'Look at the network.',
      error_retryable: true,
    });
  });

  test.each([
    [{ dryRun: true }, 'dry_run', 'data_store'],
    [{ sends: false }, 'dry_ingestion', 'data_store'],
    [{ local: true }, 'run', 'local'],
  ])('with %j says so', async (options, mode, targetKind) => {
    await runEnding(SUCCESS, { options });
    expect(splunk.events.at(-1)?.event).toMatchObject({ mode, target_kind: targetKind });
  });
});

describe('a connector in trouble', () => {
  test('is announced once while it fails alike, and once when it works again', async () => {
    for (const ending of [
      UNREACHABLE,
      UNREACHABLE,
      HELD,
      UNREACHABLE,
      SUCCESS,
      SUCCESS,
      UNREACHABLE,
      SUCCESS,
    ])
      await runEnding(ending);
    expect(headlines()).toEqual(['hr: failed', 'hr: deletes are held', 'hr: works again']);
    expect(teams.refusals).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test('is announced with what happened, what to do and where to look', async () => {
    await runEnding(HELD);
    await runEnding(UNREACHABLE);
    expect(texts(0)).toEqual(
      expect.arrayContaining([
        'Counts: seen 9, unchanged 4, added 2, changed 3, missing 1, deleted 0, held 40, quarantined 0, rejected 0',
        'Held: 40 of 90 documents are missing',
        expect.stringContaining('--allow-deletes 40'),
      ]),
    );
    expect(texts(1)).toEqual(
      expect.arrayContaining([
        'Error: SOURCE_UNREACHABLE in phase publish',
        'No route to the host of [redacted].',
        'Next: Look at the network.',
      ]),
    );
    expect(teams.messages[0]?.attachments[0].content.actions).toEqual([
      { type: 'Action.OpenUrl', title: 'Run in Kestra', url: 'https://kestra.example.com/hr/R1' },
    ]);
  });

  test('is announced by the next run when Teams did not take it', async () => {
    teams.fault = json(400, { error: { message: `Trouble at ${teams.webhookUrl}` } });
    await runEnding(UNREACHABLE);
    expect(warnings).toEqual([
      {
        message: 'some telemetry of this run was not delivered to Teams',
        fields: {
          undelivered: 1,
          what: 'alert',
          reason: 'the webhook answered 400',
          fix: expect.stringContaining('TEAMS_WEBHOOK_URL'),
        },
      },
    ]);
    teams.fault = undefined;
    await runEnding(UNREACHABLE);
    expect(headlines()).toEqual(['hr: failed']);
  });

  test('is announced in spite of a busy Teams', async () => {
    teams.faults.push(json(429, {}), json(502, {}));
    await runEnding(UNREACHABLE);
    expect(headlines()).toEqual(['hr: failed']);
    expect(warnings).toEqual([]);
  });

  test('is announced each time when the state cannot tell what was said before', async () => {
    const databaseUrl = 'postgres://nobody:x@127.0.0.1:1/nowhere';
    for (const ending of [UNREACHABLE, UNREACHABLE, SUCCESS]) await runEnding(ending, { databaseUrl });
    expect(headlines()).toEqual(['hr: failed', 'hr: failed']);
  });

  test.each<[string, BridgeResult | BridgeError, Partial<RunOptions>]>([
    ['was stopped', new BridgeError('INTERRUPTED', 'Stopped by SIGTERM.'), {}],
    ['found another run in progress', new BridgeError('LEASE_HELD', 'Another run is at work.'), {}],
    ['did its work before', { ...HELD, work: 'repeated' }, {}],
    ['is a dry run', HELD, { dryRun: true }],
    ['is local', UNREACHABLE, { local: true }],
    ['sends nothing', HELD, { sends: false }],
  ])('is not announced by a run that %s', async (_, ending, options) => {
    const before = teams.received.length;
    await runEnding(ending, { options });
    expect(teams.received).toHaveLength(before);
  });
});

describe('a run whose telemetry is not accepted', () => {
  test('ends as it would when neither answers, and says how much was not told', async () => {
    splunk.fault = hang;
    teams.fault = hang;
    await runEnding(HELD, { timing: HURRIED });
    expect(warnings).toHaveLength(2);
    expect(warnings).toEqual(
      expect.arrayContaining([
        {
          message: expect.stringContaining('Splunk'),
          fields: { undelivered: 4, what: 'events', reason: 'no answer in time' },
        },
        {
          message: expect.stringContaining('Teams'),
          fields: { undelivered: 1, what: 'alert', reason: 'no answer in time' },
        },
      ]),
    );
  });

  test('ends as it would when no connection is made', async () => {
    await runEnding(SUCCESS, { timing: HURRIED, settings: splunkOf(blackhole.origin) });
    expect(warnings).toEqual([
      { message: expect.stringContaining('Splunk'), fields: expect.objectContaining({ undelivered: 4 }) },
    ]);
  });

  test('ends as it would when every connection is refused', async () => {
    await runEnding(SUCCESS, { timing: HURRIED, settings: splunkOf('http://127.0.0.1:1') });
    expect(warnings).toEqual([
      { message: expect.stringContaining('Splunk'), fields: expect.objectContaining({ undelivered: 4 }) },
    ]);
  });
});

test('a run without telemetry settings sends nothing', async () => {
  await runEnding(UNREACHABLE, { settings: { splunk: undefined, teams: undefined } });
  expect([warnings, splunk.events, teams.messages]).toEqual([[], [], []]);
});
