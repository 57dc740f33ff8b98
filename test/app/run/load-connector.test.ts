import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BridgeResult } from '../../../src/app/run/bridge.ts';
import type { RunOptions } from '../../../src/app/run/job.ts';
import { loadConnectorOrReport } from '../../../src/app/run/load-connector.ts';
import type { PolicyPlace } from '../../../src/app/catalog/policy.ts';
import { openTelemetry, withTelemetry, type TelemetryContext } from '../../../src/app/run/telemetry.ts';
import { reportedConnector } from '../../../src/app/run/reported-connector.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { EXIT } from '../../../src/core/exit-status.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { startSplunk, type SplunkStandIn } from '../../stand-ins/splunk/splunk-stand-in.ts';
import { startTeams, type TeamsStandIn } from '../../stand-ins/teams/teams-stand-in.ts';
import { connectorSpec } from '../../support/pipeline/connector-spec.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const TOKEN = 'token-of-a-test';
const FILE = 'connectors/hr-file.yaml';
const OPTIONS: RunOptions = {
  runId: 'R1',
  local: false,
  dryRun: false,
  full: false,
  resend: false,
  reconcile: false,
  sends: true,
  allowDeletes: undefined,
};
const VALID = {
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'Connector',
  metadata: { name: 'hr' },
  spec: connectorSpec(),
};
const SUCCESS: BridgeResult = {
  runId: 'R1',
  status: 'SUCCESS',
  counts: {
    seen: 1,
    unchanged: 1,
    added: 0,
    changed: 0,
    missing: 0,
    deleted: 0,
    held: 0,
    quarantined: 0,
    rejected: 0,
  },
  work: 'done',
  holdReason: null,
  manifestName: 'm',
  remarks: {},
  samples: undefined,
  drift: undefined,
  rejected: [],
  artifacts: 'file:///bucket/',
  watermark: null,
};

const folders = temporaryFolders();
let splunk: SplunkStandIn;
let teams: TeamsStandIn;
let cwd: string;

beforeAll(async () => {
  [splunk, teams] = await Promise.all([startSplunk({ token: TOKEN }), startTeams()]);
});
afterAll(async () => {
  await Promise.all([splunk.close(), teams.close()]);
  folders.removeAll();
});
beforeEach(() => {
  cwd = folders.make();
  mkdirSync(join(cwd, 'connectors'));
  splunk.events.length = 0;
  teams.messages.length = 0;
});

const write = (content: unknown, file = FILE) => {
  writeFileSync(join(cwd, file), typeof content === 'string' ? content : JSON.stringify(content));
};

function context(): TelemetryContext & PolicyPlace {
  return {
    settings: {
      splunk: { endpoint: { url: splunk.url, loopback: true }, token: TOKEN },
      teams: { webhookUrl: teams.webhookUrl, links: {} },
      traces: undefined,
    },
    proxy: { http: undefined, https: undefined, except: undefined },
    policyFile: undefined,
    databaseUrl: undefined,
    cwd,
    clock: systemClock,
    log: silentLogger,
    version: '1.2.3',
    redact: (text) => text,
    // Longer than any machine takes.
    timing: { flushMs: 60_000, settleMs: 30_000, memoryMs: 60_000 },
  };
}

/** A run of the file, which is a success if the file loads. */
async function run(options: Partial<RunOptions> = {}, path = FILE): Promise<unknown> {
  const all = { ...OPTIONS, ...options };
  try {
    const connector = await loadConnectorOrReport(path, all, context());
    const telemetry = await openTelemetry(reportedConnector(connector, { path, cwd }, all), all, context());
    return await withTelemetry(
      telemetry,
      () => EXIT.done,
      () => Promise.resolve(SUCCESS),
    );
  } catch (thrown) {
    return thrown;
  }
}

const texts = () =>
  teams.messages.map(({ attachments }) =>
    attachments[0].content.body.map(({ inlines }) => inlines.map(({ text }) => text).join('')),
  );
const headlines = () => texts().map(([headline]) => headline);

describe('a connector file that does not load', () => {
  test('is told to Splunk as a failed run, with the name of the connector', async () => {
    write({ ...VALID, spec: { ...VALID.spec, mode: 'pull' } });
    expect(await run()).toMatchObject({ code: 'CONNECTOR_INVALID' });
    expect(splunk.events.map(({ event }) => event['event'])).toEqual(['run_started', 'run_ended']);
    expect(splunk.events.at(-1)?.event).toMatchObject({
      run_id: 'R1',
      connector: 'hr',
      connector_named_after: 'metadata',
      target: null,
      mode: 'run',
      status: 'FAILED',
      exit_status: 78,
      error_code: 'CONNECTOR_INVALID',
      error_message: expect.stringContaining('spec.mode'),
      error_hint: expect.stringContaining('validate'),
    });
  });

  test.each([
    ['is missing', undefined, 'CONNECTOR_FILE_UNREADABLE'],
    ['is not YAML', 'metadata: {name: hr', 'CONNECTOR_INVALID'],
    ['has a name that is none', { ...VALID, metadata: { name: 'H R' } }, 'CONNECTOR_INVALID'],
    ['has no name', { kind: 'Connector' }, 'CONNECTOR_INVALID'],
  ])('and %s is announced by the name of its file', async (_, content, code) => {
    if (content !== undefined) write(content);
    expect(await run()).toBeInstanceOf(BridgeError);
    expect(headlines()).toEqual(['hr-file: failed']);
    expect(texts()[0]).toEqual(
      expect.arrayContaining([
        'Connector: hr-file (file name; metadata.name could not be read)',
        'Status: FAILED, exit status 78',
        `Error: ${code}`,
      ]),
    );
    expect(texts()[0]?.some((text) => text.startsWith('Target'))).toBe(false);
    expect(splunk.events.at(-1)?.event).toMatchObject({
      connector: 'hr-file',
      connector_named_after: 'file',
    });
    expect(teams.refusals).toEqual([]);
  });

  test('is announced once while it stays so, and once that the connector works again', async () => {
    write('metadata: {name: hr');
    await run();
    await run({}, join(cwd, FILE));
    write(VALID);
    await run();
    await run();
    expect(headlines()).toEqual(['hr-file: failed', 'hr: works again']);
  });

  test('is another one than that of the same name in another folder', async () => {
    mkdirSync(join(cwd, 'other'));
    for (const file of [FILE, 'other/hr-file.yaml']) {
      write('metadata: {name: hr', file);
      await run({}, file);
    }
    write(VALID);
    await run();
    await run({}, 'other/hr-file.yaml');
    expect(headlines()).toEqual(['hr-file: failed', 'hr-file: failed', 'hr: works again']);
    write(VALID, 'other/hr-file.yaml');
    await run({}, 'other/hr-file.yaml');
    expect(headlines()).toHaveLength(4);
  });

  test.each([[{ dryRun: true }], [{ local: true }], [{ sends: false }]])(
    'is not announced by a run with %j',
    async (options) => {
      await run(options);
      expect(teams.messages).toEqual([]);
      expect(splunk.events).toHaveLength(2);
    },
  );

  test('is not announced with a password that somebody wrote into the wrong field', async () => {
    const source = { ...VALID.spec.source, type: 'postgres://reader:hunter2@db/hr' };
    write({ ...VALID, spec: { ...VALID.spec, source } });
    await run();
    expect(JSON.stringify([teams.messages, splunk.events])).not.toContain('hunter2');
    expect(texts()[0]?.join('\n')).toContain('spec.source.type: type is an address with a user name');
  });
});
