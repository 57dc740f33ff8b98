import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBlackhole, type Blackhole } from '../../support/http/blackhole.ts';
import { eventually } from '../../support/eventually.ts';
import { writeOldFile } from '../../support/files/file-source.ts';
import { allText } from '../../support/files/folder-listing.ts';
import { hang, startServer, type TestServer } from '../../support/http/http-server.ts';
import { runCli, startCli } from '../../support/processes/run-cli.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { startGoogleStandIn, type GoogleStandIn } from '../../stand-ins/google.ts';
import { startSplunk, type SplunkStandIn } from '../../stand-ins/splunk/splunk-stand-in.ts';
import { startTeams, type TeamsStandIn } from '../../stand-ins/teams/teams-stand-in.ts';

const TOKEN = 'c0ffee-canary-token';
const SIGNATURE = 'canary-signature-0123456789';
const DATA_STORE = { project: 'my-project', location: 'global', id: 'staff', aclEnabled: false } as const;
/** Reached only when a process is kept by what it should have let go; a connection is given up after ten. */
const LETS_GO_WITHIN_MS = 5_000;

const folders = temporaryFolders();
const odd = new Set<string>();
const shown: string[] = [];
let google: GoogleStandIn;
let splunk: SplunkStandIn;
let teams: TeamsStandIn;
let silentApi: TestServer;
let blackhole: Blackhole;
let cwd: string;

beforeAll(async () => {
  google = await startGoogleStandIn({
    buckets: [],
    dataStores: [{ ...DATA_STORE, contentConfig: 'CONTENT_REQUIRED' }],
    errorForm: 'document',
    rejectDocument: ({ id }) => (odd.has(String(id)) ? 'It is odd.' : undefined),
  });
  splunk = await startSplunk({ token: TOKEN });
  teams = await startTeams(SIGNATURE);
  silentApi = await startServer(hang);
  blackhole = await openBlackhole();
});
afterAll(async () => {
  await Promise.all([google, splunk, teams, silentApi, blackhole].map((server) => server.close()));
  folders.removeAll();
});
beforeEach(() => {
  cwd = folders.make();
  odd.clear();
  splunk.events.length = 0;
  splunk.fault = undefined;
  teams.messages.length = 0;
  teams.fault = undefined;
  writeConnector();
  writeStaff(1, 2, 3);
});
afterEach(async () => {
  shown.push(allText(cwd), JSON.stringify(await dumpState(cwd)));
});

function writeConnector(spec: Readonly<Record<string, unknown>> = {}): void {
  const connector = {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'staff' },
    spec: {
      mode: 'file_pull',
      source: { type: 'file', path: 'exports', glob: '*.csv', format: 'csv' },
      mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ name }}' },
      output: { bucket: 'file://./bucket', prefix: 'staff', format: 'ndjson' },
      gemini: { projectId: DATA_STORE.project, location: DATA_STORE.location, dataStoreId: DATA_STORE.id },
      reconciliation: { deletePolicy: 'auto_delete_missing' },
      ...spec,
    },
  };
  writeFileSync(join(cwd, 'staff.yaml'), JSON.stringify(connector));
}

function writeStaff(...ids: number[]): void {
  writeOldFile(
    join(cwd, 'exports'),
    'staff.csv',
    `id,name\n${ids.map((id) => `${id},Name ${id}\n`).join('')}`,
  );
}

const environment = (changes: Readonly<Record<string, string>> = {}) => ({
  ...google.env,
  SPLUNK_HEC_URL: splunk.url,
  SPLUNK_HEC_TOKEN: TOKEN,
  TEAMS_WEBHOOK_URL: teams.webhookUrl,
  SPLUNK_RUN_URL_TEMPLATE: 'https://splunk.example.com/search?q={run_id}',
  LOG_LEVEL: 'debug',
  ...changes,
});

async function run() {
  const { exitCode, stdout, stderr } = await runCli(['run', '--connector', 'staff.yaml', '--json'], {
    cwd,
    env: environment(),
  });
  shown.push(stdout, stderr);
  return { exitCode, warnings: warningsIn(stderr) };
}

function warningsIn(stderr: string): Record<string, unknown>[] {
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => line.includes('"level":"warn"'));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const headlines = () =>
  teams.messages.map(({ attachments }) => attachments[0].content.body[0]?.inlines[0]?.text);

/**
 * Whether the log says that some telemetry was not delivered. With a count, or on a machine that is slow without one, because the
 * second is over; the counts are in test/app/run/telemetry/telemetry.test.ts, where seconds are longer.
 */
const saidOf = (warnings: readonly Record<string, unknown>[], name: string) =>
  warnings.some(({ message }) =>
    new RegExp(
      `^(some telemetry of this run was not delivered to ${name}|${name} may not have received )`,
    ).test(String(message)),
  );

test('a run tells Splunk and Teams how it ended, or says in its log what it could not tell in time', async () => {
  odd.add('staff__2');
  const { exitCode, warnings } = await run();
  expect(exitCode).toBe(4);
  const told = splunk.events.map(({ event }) => event['event']);
  expect(told.length >= 6 || saidOf(warnings, 'Splunk')).toBe(true);
  expect(teams.messages.length === 1 || saidOf(warnings, 'Teams')).toBe(true);
  expect(['staff: partly done', undefined]).toContain(headlines()[0]);
  expect(teams.refusals).toEqual([]);
});

test('a run whose connector file is broken tells Splunk and Teams too, or says that it could not', async () => {
  writeFileSync(join(cwd, 'staff.yaml'), 'metadata: {name: staff');
  const { exitCode, warnings } = await run();
  expect(exitCode).toBe(78);
  expect(splunk.events.length >= 2 || saidOf(warnings, 'Splunk')).toBe(true);
  expect(teams.messages.length === 1 || saidOf(warnings, 'Teams')).toBe(true);
  expect(['staff: failed', undefined]).toContain(headlines()[0]);
});

test('a run ends as it would when Splunk cannot even be connected to and Teams does not answer', async () => {
  rmSync(join(cwd, 'exports'), { recursive: true });
  teams.fault = hang;
  const child = startCli(['run', '--connector', 'staff.yaml', '--json'], {
    cwd,
    env: environment({ SPLUNK_HEC_URL: blackhole.origin }),
  });
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  const doneMs = performance.now();
  const { exitCode, stderr } = await child;
  expect(performance.now() - doneMs).toBeLessThan(LETS_GO_WITHIN_MS);
  expect(exitCode).toBe(78);
  expect(JSON.parse(output.toString())).toMatchObject({ error: { code: 'SOURCE_FOLDER_MISSING' } });
  const warnings = warningsIn(stderr);
  expect(warnings).toHaveLength(2);
  expect(saidOf(warnings, 'Splunk')).toBe(true);
  expect(saidOf(warnings, 'Teams')).toBe(true);
  shown.push(output.toString(), stderr);
});

test('a run that is stopped while both hang ends with the status of its signal and sends no alert', async () => {
  writeConnector({ mode: 'rest_pull', source: { type: 'http', url: silentApi.url } });
  splunk.fault = hang;
  teams.fault = hang;
  const before = silentApi.received.length;
  const child = startCli(['run', '--connector', 'staff.yaml', '--json'], { cwd, env: environment() });
  await eventually('the API is asked', () => silentApi.received.length > before);
  child.kill('SIGTERM');
  const { exitCode, stdout, stderr } = await child;
  expect(exitCode).toBe(143);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'INTERRUPTED' } });
  expect(saidOf(warningsIn(stderr), 'Splunk')).toBe(true);
  expect(teams.messages).toEqual([]);
  shown.push(stdout, stderr);
});

test('nothing that any of these runs said or kept has a token or the address of a webhook in it', () => {
  expect(shown.length).toBeGreaterThan(9);
  const found = shown.filter((text) => text.includes(TOKEN) || text.includes(SIGNATURE));
  expect(found).toEqual([]);
});
