import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resolve } from 'node:path';
import type { SyncRunner } from '../../../../src/app/sync/sync-runner.ts';
import { migrateState } from '../../../../src/state/run/open-state.ts';
import { findCrm, runnerStandIn, SYNCED } from '../../../support/apps/app-stand-in.ts';
import { ADMIN, SHORT_TIMING } from '../../../support/apps/short-jobs.ts';
import { startPostgres, type TestPostgres } from '../../../support/databases/postgres.ts';
import { eventually } from '../../../support/eventually.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { startScript } from '../../../support/processes/run-script.ts';
import { NO_ACCESS, NO_SYNC, startBridgeServer } from '../../../support/server/bridge-server.ts';

const folders = temporaryFolders();
let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  folders.removeAll();
});

const HEADERS = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' };

async function place(engine: string): Promise<{ cwd: string; databaseUrl: string | undefined }> {
  const cwd = folders.make();
  if (engine === 'SQLite') return { cwd, databaseUrl: undefined };
  const url = await postgres.createDatabase(`killed_${Date.now()}`);
  await migrateState({ url, file: `${cwd}/state.db` });
  return { cwd, databaseUrl: url };
}

/** Starts a server in a process of its own, and kills it as soon as a sync has begun. */
async function killDuringSync(
  { cwd, databaseUrl }: Awaited<ReturnType<typeof place>>,
  request: (url: string) => Promise<unknown>,
): Promise<void> {
  const child = startScript('test/support/apps/sync-server-child.ts', cwd, {
    // Its working directory has no configuration, which says how pages are compiled.
    TSX_TSCONFIG_PATH: resolve('tsconfig.json'),
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
  });
  let printed = '';
  child.stdout.on('data', (piece: Buffer) => {
    printed += piece.toString();
  });
  try {
    await eventually('the server listens', async () => {
      if (child.exitCode !== null) throw new Error(`The server ended: ${(await child).stderr}`);
      return printed.includes('http:');
    });
    await request(/http:\S+/.exec(printed)?.[0] ?? '');
    await eventually('a sync begins', () => printed.includes('begun'));
  } finally {
    child.kill('SIGKILL');
    await child;
  }
}

function startServer({ cwd, databaseUrl }: Awaited<ReturnType<typeof place>>, runner: SyncRunner) {
  return startBridgeServer({
    cwd,
    databaseUrl,
    access: { ...NO_ACCESS, adminKey: ADMIN },
    sync: { ...NO_SYNC, jobTiming: SHORT_TIMING, runner, findApp: findCrm },
  });
}

async function post(url: string): Promise<string> {
  const answer = await fetch(`${url}/v1/sync`, {
    method: 'POST',
    headers: HEADERS,
    body: '{"app_key":"crm"}',
  });
  const body: unknown = await answer.json();
  if (typeof body === 'object' && body !== null && 'job_id' in body) return String(body.job_id);
  throw new Error(`No job: ${JSON.stringify(body)}`);
}

async function statusOf(server: Awaited<ReturnType<typeof startServer>>, id: string): Promise<unknown> {
  const answer = await server.request(`/v1/sync/jobs/${id}`, { headers: HEADERS });
  return (await answer.json()) as unknown;
}

describe.each(['SQLite', 'Postgres'])('a server on %s that is killed during a requested sync', (engine) => {
  test('leaves the job to the next servers, of which one does it, once', async () => {
    const where = await place(engine);
    let id = '';
    await killDuringSync(where, async (url) => {
      id = await post(url);
    });
    const standIn = runnerStandIn(() => SYNCED);
    // SQLite in one process is one writer; both servers compete for the job.
    const servers = await Promise.all([
      startServer(where, standIn.runner),
      startServer(where, standIn.runner),
    ]);
    const [server] = servers;
    try {
      await eventually('the job ends', async () => {
        const job = await statusOf(server, id);
        return JSON.stringify(job).includes('completed"');
      });
      expect(await statusOf(server, id)).toMatchObject({ status: 'completed', created: 3 });
      expect(standIn.orders).toHaveLength(1);
    } finally {
      await Promise.all(servers.map((each) => each.stop()));
    }
  });

  test('lets the job wait, and does it later, when it is stopped in order', async () => {
    const where = await place(engine);
    const hanging = runnerStandIn(
      (_options, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
          });
        }),
    );
    const first = await startServer(where, hanging.runner);
    const id = await post(first.url);
    await eventually('the sync begins', () => hanging.orders.length === 1);
    await first.stop();
    const standIn = runnerStandIn(() => SYNCED);
    const server = await startServer(where, standIn.runner);
    try {
      await eventually('the job ends', async () =>
        JSON.stringify(await statusOf(server, id)).includes('completed"'),
      );
      expect(standIn.orders).toHaveLength(1);
    } finally {
      await server.stop();
    }
  });
});

test('a server fails a requested sync when its process and the next one were killed', async () => {
  const where = await place('SQLite');
  let id = '';
  await killDuringSync(where, async (url) => {
    id = await post(url);
  });
  await killDuringSync(where, () => Promise.resolve());
  const standIn = runnerStandIn(() => SYNCED);
  const server = await startServer(where, standIn.runner);
  try {
    await eventually('the job fails', async () =>
      JSON.stringify(await statusOf(server, id)).includes('failed'),
    );
    expect(await statusOf(server, id)).toMatchObject({ error: { code: 'INTERRUPTED' } });
    expect(standIn.orders).toEqual([]);
  } finally {
    await server.stop();
  }
});
