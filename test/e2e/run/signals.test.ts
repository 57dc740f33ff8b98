import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SIGNAL_REPEAT_MS } from '../../../src/app/limits.ts';
import { eventually } from '../../support/eventually.ts';
import { folderContents } from '../../support/files/folder-listing.ts';
import { closeGate, GATED_QUERY, type Gate } from '../../support/processes/gate.ts';
import { peopleTable, somePeople } from '../../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { dumpRecords, dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { workplace, type RunObject, type Workplace } from '../../support/files/workplace.ts';

/** The design's promise; reached only when it is broken, for a signal takes a tenth of a second. */
const ENDS_WITHIN_MS = 10_000;

let source: TestPostgres;
let place: Workplace;
let gate: Gate;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPostgres();
  await source.query(peopleTable(somePeople(40)));
  gate = await closeGate(source);
});
afterAll(async () => {
  await gate.open();
  await source.stop();
  folders.removeAll();
});
beforeEach(() => {
  place = workplace(folders.make(), { SECRET_PEOPLE_DB: source.url() });
  place.writeConnector();
});

const bucket = () => folderContents(join(place.cwd, 'local-bucket'));

/** Awaits a child that has been told to end, and how long it took. */
async function ending(child: ReturnType<Workplace['start']>) {
  const startedMs = performance.now();
  const { exitCode, signal, stdout, stderr } = await child;
  return { exitCode, signal, stdout, stderr, tookMs: performance.now() - startedMs };
}

describe.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s', (signal, status) => {
  test(`in the middle of a run ends it with ${status}, commits nothing and frees the connector`, async () => {
    expect((await place.runJson()).exitCode).toBe(0);
    const before = [await dumpRecords(place.cwd), bucket()];
    place.writeConnector({ source: { query: GATED_QUERY }, mapping: { contentTemplate: '{{ name }}' } });
    const child = place.start(['--json', '--run-id', 'stopped']);
    await gate.reached();
    child.kill(signal);
    const { exitCode, stdout, tookMs } = await ending(child);
    expect(exitCode).toBe(status);
    expect(tookMs).toBeLessThan(ENDS_WITHIN_MS);
    const result = JSON.parse(stdout) as RunObject;
    expect(result).toMatchObject({ status: 'FAILED', exitStatus: status, error: { code: 'INTERRUPTED' } });
    expect(result.error?.message).toContain(signal);
    expect(result.error?.hint).toContain('run the same command again');

    expect([await dumpRecords(place.cwd), bucket()]).toEqual(before);
    const { connector_leases: leases, run_state: runs } = await dumpState(place.cwd);
    expect(leases).toEqual([expect.stringContaining('"run_id":null')]);
    expect(runs).toContainEqual(expect.stringMatching(/"run_id":"stopped".*"status":"FAILED"/));
    // The server takes a moment to see it.
    await eventually('the query is gone', async () => !(await gate.isWaitedFor()));
    const alive = await source.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'gemini-sync-bridge' AND state = 'active'`,
    );
    expect(alive).toEqual([]);

    place.writeConnector({ mapping: { contentTemplate: '{{ name }}' } });
    const next = await place.runJson(['--run-id', 'stopped']);
    expect(next.exitCode).toBe(0);
    expect(next.result.counts).toMatchObject({ changed: 40 });
  });
});

describe('a source that takes the connection and never answers', () => {
  let silent: Server;
  let connected: Promise<unknown>;
  let env: Readonly<Record<string, string>>;

  beforeEach(async () => {
    silent = createServer();
    connected = once(silent, 'connection');
    silent.on('connection', (socket) => socket.on('error', () => undefined));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    env = { SECRET_PEOPLE_DB: `postgres://me:secret@127.0.0.1:${port}/db` };
  });

  test('is given up at SIGTERM', async () => {
    const child = place.start(['--json'], env);
    await connected;
    child.kill('SIGTERM');
    const { exitCode, stdout, tookMs } = await ending(child);
    silent.close();
    expect(exitCode).toBe(143);
    expect(tookMs).toBeLessThan(ENDS_WITHIN_MS);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'INTERRUPTED' } });
    expect((await place.runJson()).exitCode).toBe(0);
  });

  test('is given up when its time is over', async () => {
    place.writeConnector({ source: { connectTimeoutSeconds: 1 } });
    const { exitCode, result } = await place.runJson([], env);
    silent.close();
    expect({ exitCode, ...result.error }).toMatchObject({ exitCode: 75, code: 'SOURCE_TIMEOUT' });
    expect(result.error?.hint).toContain('connectTimeoutSeconds');
  });
});

test('a second SIGINT ends a run at once that cannot end by itself', async () => {
  // The state's server is stopped in its tracks: what the run wants to write down there never comes to an end.
  const stuck = await startPostgres();
  const { migrateState } = await import('../../../src/state/run/open-state.ts');
  const DATABASE_URL = await stuck.createDatabase('state');
  await migrateState({ url: DATABASE_URL, file: '' });
  place.writeConnector({ source: { query: GATED_QUERY } });
  const child = place.start(['--json'], { DATABASE_URL });
  await gate.reached();
  const backends = await stuck.query(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'gemini-sync-bridge'`,
  );
  const pids = [stuck.pid, ...backends.map(({ pid }) => Number(pid))];
  try {
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    child.kill('SIGINT');
    await sleep(SIGNAL_REPEAT_MS * 2);
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    const { exitCode, stdout } = await ending(child);
    expect(exitCode).toBe(130);
    // Ended at once means without a word: nothing that could be taken for a result.
    expect(stdout).toBe('');
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    await stuck.stop();
  }
});
