import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BridgeResult } from '../../../src/app/run/bridge.ts';
import type { RunOptions } from '../../../src/app/run/job.ts';
import { connectorWork, type ConnectorSurroundings } from '../../../src/app/run/connector-work.ts';
import { runOnce, type RunSurroundings, type WorkTools } from '../../../src/app/run/run-once.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import { startSplunk, type SplunkStandIn } from '../../stand-ins/splunk/splunk-stand-in.ts';
import { startTeams, type TeamsStandIn } from '../../stand-ins/teams/teams-stand-in.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { parsedObject } from '../../support/files/json.ts';
import { connectorSpec } from '../../support/pipeline/connector-spec.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';
import { runOptions } from '../../support/pipeline/run-options.ts';
import { NO_MANAGED_SECRETS } from '../../support/secrets/no-managed-secrets.ts';

const TOKEN = 'token-of-a-test';
const SECRET = 'hunter2-of-a-source';
const FILE = 'connectors/hr-file.yaml';
const OPTIONS = runOptions();
const VALID = {
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'Connector',
  metadata: { name: 'hr' },
  spec: connectorSpec(),
};
const SUCCESS: BridgeResult = {
  runId: 'R1',
  status: 'SUCCESS',
  counts: runCounts({ seen: 1, unchanged: 1 }),
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

let names: string[];
beforeEach(() => {
  names = [];
});

function surroundings(): RunSurroundings & ConnectorSurroundings {
  const redactor = createRedactor();
  return {
    settings: {
      splunk: { endpoint: { url: splunk.url, loopback: true }, token: TOKEN },
      teams: { webhookUrl: teams.webhookUrl, links: {} },
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
    stop: new AbortController().signal,
    observer: { phase: () => undefined, rows: () => undefined },
    redactor,
    secret: () => {
      redactor.add(SECRET);
      return SECRET;
    },
    similarSecret: () => undefined,
    ...NO_MANAGED_SECRETS,
    loaded: (name) => names.push(name),
    // Longer than any machine takes.
    timing: { flushMs: 60_000, settleMs: 30_000, memoryMs: 60_000 },
  };
}

/** Runs the file. @param perform in place of what connectors do, which would take a database and a data store */
async function run(
  options: Partial<RunOptions> = {},
  path = FILE,
  perform: (tools: WorkTools) => Promise<BridgeResult> = () => Promise.resolve(SUCCESS),
): Promise<unknown> {
  const place = surroundings();
  const work = connectorWork(path, { ...OPTIONS, ...options }, place);
  return runOnce({ ...work, perform: (_, tools) => perform(tools) }, place).catch(
    (thrown: unknown) => thrown,
  );
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
  ])('because it %s is announced by the name of its file', async (_, content, code) => {
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

  test('is not announced with a password that is in the wrong field', async () => {
    const source = { ...VALID.spec.source, type: 'postgres://reader:hunter2@db/hr' };
    write({ ...VALID, spec: { ...VALID.spec, source } });
    await run();
    expect(JSON.stringify([teams.messages, splunk.events])).not.toContain('hunter2');
    expect(texts()[0]?.join('\n')).toContain('spec.source.type: type is an address with a user name');
  });
});

describe('runOnce', () => {
  test('returns the definition, the result and the exit status of work that ends', async () => {
    write(VALID);
    const held = { ...SUCCESS, status: 'HELD', holdReason: '40 of 90 documents are missing' } as const;
    expect(await run({}, FILE, () => Promise.resolve(held))).toEqual({
      definition: VALID,
      result: held,
      exitStatus: 3,
    });
    expect(names).toEqual(['hr']);
    expect(splunk.events.at(-1)?.event).toMatchObject({ status: 'HELD', exit_status: 3 });
  });

  test('records and reports a failure before the run has a row, with its hint and without secrets', async () => {
    write(VALID);
    const failed = await run({}, FILE, (tools) => {
      const message = `The login with ${tools.secret('SECRET_HR_DB') ?? ''} failed.`;
      throw new BridgeError('SOURCE_PERMISSION', message, { hint: `Change ${SECRET}.` });
    });
    expect(failed).toMatchObject({ code: 'SOURCE_PERMISSION' });
    const [row = '', ...others] = (await dumpState(cwd)).run_state;
    expect(others).toEqual([]);
    const recorded = parsedObject(row) ?? {};
    expect(recorded).toMatchObject({ run_id: 'R1', connector_id: 'hr', status: 'FAILED' });
    expect(parsedObject(String(recorded['error']))).toEqual({
      code: 'SOURCE_PERMISSION',
      message: 'The login with [redacted] failed.',
      hint: 'Change [redacted].',
    });
    expect(splunk.events.at(-1)?.event).toMatchObject({
      error_message: 'The login with [redacted] failed.',
      error_hint: 'Change [redacted].',
    });
  });

  test('records no failure of a dry run, and reports it', async () => {
    write(VALID);
    await run({ dryRun: true }, FILE, () => Promise.reject(new BridgeError('SOURCE_PERMISSION', 'No.')));
    expect((await dumpState(cwd)).run_state).toEqual([]);
    expect(splunk.events.at(-1)?.event).toMatchObject({ mode: 'dry_run', status: 'FAILED' });
  });

  test('names the connector and reports nothing when the options do not fit it', async () => {
    write(VALID);
    expect(await run({ pushRunId: 'P1' })).toMatchObject({ code: 'USAGE' });
    expect(names).toEqual(['hr']);
    expect(splunk.events).toEqual([]);
    expect((await dumpState(cwd)).run_state).toEqual([]);
  });
});
