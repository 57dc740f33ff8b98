import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { keyIdOf } from '../../../src/core/secrets/access-key.ts';
import { openPushQueue } from '../../../src/state/push/queue.ts';
import { openBrowser } from '../../support/server/browser.ts';
import { eventually } from '../../support/eventually.ts';
import { json, startServer, type TestServer } from '../../support/http/http-server.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { pushConnectors, pushHeaders } from '../../support/server/push-server.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { startServe } from '../../support/server/serving.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { connectorOf } from '../../support/files/workplace.ts';

/** Pushes of one key, sent to both at once. */
const ROUNDS = 5;
const SNAPSHOT = '/v1/ops/snapshot';

type Server = Awaited<ReturnType<typeof startServe>>;

interface RunLog {
  readonly finished_at: string | null;
  readonly exit_status: number | null;
  readonly log: string;
}

describe('two servers on one Postgres', () => {
  const folders = temporaryFolders();
  const cwd = folders.make();
  /** Requests of runs that wait for their answer. */
  const held: ServerResponse[] = [];
  let postgres: TestPostgres;
  let api: TestServer;
  let env: Record<string, string>;
  let servers: readonly [Server, Server];
  let adminKey: string;

  beforeAll(async () => {
    postgres = await startPostgres();
    api = await startServer((response) => held.push(response));
    pushConnectors(cwd);
    mkdirSync(join(cwd, 'connectors'), { recursive: true });
    const slow = connectorOf({
      name: 'slow',
      mode: 'rest_pull',
      source: { type: 'http', url: `${api.url}/people`, query: undefined, secretRef: undefined },
      mapping: { contentTemplate: '{{ name }}', metadataFields: [] },
    });
    writeFileSync(join(cwd, 'connectors', 'slow.yaml'), JSON.stringify(slow));
    env = { DATABASE_URL: postgres.url(), GEMINI_INGESTION_DRY_RUN: 'true' };
    await cli('migrate');
    adminKey = await createKey('admin');
    servers = await Promise.all([startServe({ cwd, env }), startServe({ cwd, env })]);
  });

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await api.close();
    await postgres.stop();
    folders.removeAll();
  });

  async function cli(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await runCli(args, { cwd, env });
    if (exitCode !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  const createKey = (right: string) => cli('keys', 'create', '--name', `to ${right}`, '--right', right);
  const revoke = (key: string) => cli('keys', 'revoke', keyIdOf(key) ?? '');
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  /** The answers of both servers, one after the other. */
  const statuses = (ask: (server: Server) => Promise<{ readonly status: number }>) =>
    Promise.all(servers.map(async (server) => (await ask(server)).status));

  test('store a push that both get at once once, and both give the same answer', async () => {
    const body = JSON.stringify([{ op: 'DELETE', doc_id: '1' }]);
    const push = async (server: Server, key: string) => {
      const headers = { ...pushHeaders('application/json', key), ...bearer(adminKey) };
      const answer = await server.request('/v1/connectors/support-push/events', {
        method: 'POST',
        body,
        headers,
      });
      const replayed = answer.headers.get('idempotency-replayed') !== null;
      return { status: answer.status, text: await answer.text(), replayed };
    };
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await Promise.all(servers.map((server) => push(server, `round-${round}`)));
      const [one, other] = answers;
      expect([one?.status, other?.status]).toEqual([202, 202]);
      expect(one?.text).toBe(other?.text);
      expect(answers.filter(({ replayed }) => replayed)).toHaveLength(1);
    }
    const queue = await openPushQueue({ url: postgres.url(), file: 'not-used.db' });
    expect(await queue.depth('support-push')).toMatchObject({ batches: ROUNDS, events: ROUNDS });
    await queue.close();
  });

  /** A browser on each server, with one session, which the first server made. */
  async function session(key: string) {
    const [first, second] = [openBrowser(servers[0]), openBrowser(servers[1])];
    expect((await first.logIn(key)).status).toBe(303);
    for (const [name, value] of first.cookies) second.cookies.set(name, value);
    const opened = async () => [(await first.visit(SNAPSHOT)).status, (await second.visit(SNAPSHOT)).status];
    return { second, opened };
  }
  const ended = (opened: () => Promise<number[]>) => async () =>
    (await opened()).every((status) => status !== 200);

  test('know each other’s sessions, and end them on both when one is asked to', async () => {
    const { second, opened } = await session(await createKey('read'));
    expect(await opened()).toEqual([200, 200]);
    // Leaving deletes the cookie in this browser, and there may be a copy of it.
    const copy = new Map(second.cookies);
    expect((await second.submit('/logout', { _csrf: await second.formToken() })).status).toBe(303);
    for (const [name, value] of copy) second.cookies.set(name, value);
    await eventually('the session is over on both', ended(opened));
  });

  test('open to a key that was just made, and to it and its sessions no more once it is revoked', async () => {
    const key = await createKey('read');
    const asked = () => statuses((server) => server.request(SNAPSHOT, { headers: bearer(key) }));
    expect(await asked()).toEqual([200, 200]);
    const { opened } = await session(key);
    expect(await opened()).toEqual([200, 200]);
    await revoke(key);
    await eventually('the key opens neither', async () => (await asked()).join() === '401,401');
    await eventually('its session is over on both', ended(opened));
    expect(await statuses((server) => server.request(SNAPSHOT, { headers: bearer(adminKey) }))).toEqual([
      200, 200,
    ]);
  });

  test('that both get a request to run one connector run it once, and each can show both logs', async () => {
    const runNow = async (server: Server) => {
      const answer = await server.request('/v1/studio/connectors/slow/run-now', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(adminKey) },
        body: '{}',
      });
      expect(answer.status).toBe(202);
      return String(((await answer.json()) as { run_id?: unknown }).run_id);
    };
    const logOf = async (server: Server, runId: string) => {
      const answer = await server.request(`/v1/ops/runs/${runId}/log`, { headers: bearer(adminKey) });
      return (await answer.json()) as RunLog;
    };
    const runs = await Promise.all(servers.map(runNow));
    /** Each run's log, as the server shows it that did not start it. */
    const fromTheOther = () =>
      Promise.all([logOf(servers[1], runs[0] ?? ''), logOf(servers[0], runs[1] ?? '')]);
    const endedRuns = async () => (await fromTheOther()).filter(({ finished_at }) => finished_at !== null);

    await eventually('one run is in progress, and the other has ended', async () => {
      return held.length > 0 && (await endedRuns()).length === 1;
    });
    const [refused] = await endedRuns();
    expect(refused).toMatchObject({ exit_status: 75, log: expect.stringContaining('LEASE_HELD') });
    expect(held).toHaveLength(1);
    for (const response of held) json(200, [{ id: 1, name: 'Mei' }])(response, NO_REQUEST);
    await eventually('the other run has ended, too', async () => (await endedRuns()).length === 2);

    const logs = await fromTheOther();
    expect(logs.map(({ exit_status }) => exit_status).sort()).toEqual([0, 75]);
    expect(await Promise.all([logOf(servers[0], runs[0] ?? ''), logOf(servers[1], runs[1] ?? '')])).toEqual(
      logs,
    );
    logs.forEach(({ log }, index) => {
      expect(log).toContain(`"runId":"${runs[index] ?? ''}"`);
    });
  });
});

const NO_REQUEST = { method: 'GET', url: '/', headers: {}, body: '' };
