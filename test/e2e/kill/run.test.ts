import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { runBridge } from '../../../src/app/run/bridge.ts';
import { loadConnector } from '../../../src/definitions/connector/load.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { openState } from '../../../src/state/run/open-state.ts';
import { changeHrRows, createHrTable } from '../../../scripts/hr-table.ts';
import { startedByNode } from '../../support/processes/built.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { replay } from '../../support/pipeline/replay.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { NO_MANAGED_SECRETS } from '../../support/secrets/no-managed-secrets.ts';

const CONNECTOR = fileURLToPath(new URL('../../../connectors/hr-employees.yaml', import.meta.url));
const KILLABLE = startedByNode('killable-run.ts');
const ROWS = 2_500;
const RUNS = join('local-bucket', 'connectors', 'hr-employees', 'runs');
const LATEST = join('local-bucket', 'connectors', 'hr-employees', 'latest', 'manifest.json');
const quiet = { phase: () => undefined, rows: () => undefined };

/**
 * Where a run of this table can be killed, in this order: at each phase, and before and after everything that it writes. A
 * test below fails when a run passes a point that is not here, so the list is always complete.
 */
const POINTS = [
  'begin: before 1',
  'begin: after 1',
  'phase extract 1',
  'batch 1',
  'batch 2',
  'phase publish 1',
  'stage: before 1',
  'stage: after 1',
  'write upserts.ndjson: before 1',
  'write upserts.ndjson: after 1',
  'finish upserts.ndjson: before 1',
  'finish upserts.ndjson: after 1',
  'write upserts.discovery.ndjson: before 1',
  'write upserts.discovery.ndjson: after 1',
  'finish upserts.discovery.ndjson: before 1',
  'finish upserts.discovery.ndjson: after 1',
  'write deletes.ndjson: before 1',
  'write deletes.ndjson: after 1',
  'finish deletes.ndjson: before 1',
  'finish deletes.ndjson: after 1',
  'write deletes.discovery.txt: before 1',
  'write deletes.discovery.txt: after 1',
  'finish deletes.discovery.txt: before 1',
  'finish deletes.discovery.txt: after 1',
  'write manifest.json: before 1',
  'write manifest.json: after 1',
  'finish manifest.json: before 1',
  'finish manifest.json: after 1',
  'published: before 1',
  'published: after 1',
  'phase ingest 1',
  'deliver: before 1',
  'replace import-documents.json: before 1',
  'replace import-documents.json: after 1',
  'replace purge-documents.json: before 1',
  'replace purge-documents.json: after 1',
  'deliver: after 1',
  'phase commit 1',
  'commit: before 1',
  'commit: after 1',
  'replace latest: before 1',
  'replace latest: after 1',
];

/**
 * Points between which nothing is written are represented by one: the state after a write is the state before the next one. The
 * files are the same whatever the state is in, so with Postgres it is killed only where phases and the state change.
 */
const CHOSEN = {
  sqlite: POINTS.filter((point) => /: after |^phase |^batch 2$|^(begin|commit): before /.test(point)),
  postgres: POINTS.filter((point) => /^(begin|phase|stage|published|commit|replace latest)\b/.test(point)),
};

let source: TestPostgres;
let expected: Map<string, string>;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPostgres();
  await createHrTable(source.url(), ROWS);
});

afterAll(async () => {
  await source.stop();
  folders.removeAll();
});

function run(cwd: string, databaseUrl: string | undefined, runId: string, dryRun = false) {
  return loadConnector(CONNECTOR).then((connector) =>
    runBridge(
      connector,
      {
        runId,
        local: true,
        dryRun,
        full: false,
        resend: false,
        reconcile: false,
        sends: true,
        allowDeletes: undefined,
      },
      {
        databaseUrl,
        cwd,
        gcsEndpoint: undefined,
        discoveryEngineEndpoint: undefined,
        proxy: { http: undefined, https: undefined, except: undefined },
        policyFile: undefined,
        oracleClientLibDir: undefined,
        retry: { retries: 0, backoffSeconds: 0 },
        log: silentLogger,
        observer: quiet,
        secret: () => source.url(),
        similarSecret: () => undefined,
        ...NO_MANAGED_SECRETS,
        redact: (text) => text,
      },
      new AbortController().signal,
    ),
  );
}

/** Runs the child to its end, or to the point where it kills itself. */
function killable(cwd: string, databaseUrl: string | undefined, point: string) {
  const env = {
    PATH: process.env['PATH'],
    SECRET_HR_DB_CREDENTIALS: source.url(),
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  };
  return new Promise<{ signal: string | null; passed: string[] }>((resolve) => {
    const child = execFile(
      process.execPath,
      [...KILLABLE, CONNECTOR, point, 'run-2'],
      { cwd, env },
      (_error, stdout) => {
        resolve({ signal: child.signalCode, passed: stdout.trimEnd().split('\n') });
      },
    );
  });
}

describe.each(['sqlite', 'postgres'] as const)('with the state in %s', (engine) => {
  let base: string;
  let changed = false;

  beforeAll(async () => {
    base = folders.make();
    if (changed) return;
    await createHrTable(source.url(), ROWS);
    await run(base, await stateUrl('base'), 'run-1');
    await changeHrRows(source.url(), { change: 40, remove: 20, add: 10 });
    const fresh = folders.make();
    await run(fresh, undefined, 'all');
    expected = await replay(join(fresh, RUNS), ['all']);
    changed = true;
  });

  /** A state database of its own for each test, made from the one of the base. */
  async function stateUrl(name: string): Promise<string | undefined> {
    if (engine === 'sqlite') return undefined;
    if (name === 'base') {
      const url = await source.createDatabase(`state_base`);
      const state = await openState({ url, file: '', readOnly: false, migrate: true });
      await state.close();
      return url;
    }
    const client = new pg.Client(source.url());
    await client.connect();
    await client.query(`CREATE DATABASE ${name} TEMPLATE state_base`);
    await client.end();
    return source.url(name);
  }

  async function place(name: string): Promise<{ cwd: string; databaseUrl: string | undefined }> {
    const cwd = folders.make();
    await cp(base, cwd, { recursive: true });
    return { cwd, databaseUrl: await stateUrl(name) };
  }

  test('the points of the list are all that a run passes, one after the other', async () => {
    const { cwd, databaseUrl } = await place('state_list');
    const { passed } = await killable(cwd, databaseUrl, 'list');
    expect(passed).toEqual(POINTS);
  });

  test.each(CHOSEN[engine].map((point, number) => [point, number] as const))(
    'a run killed at “%s” is made good by the next one',
    async (point, number) => {
      const { cwd, databaseUrl } = await place(`state_${number}`);
      const { signal } = await killable(cwd, databaseUrl, point);
      expect(signal).toBe('SIGKILL');

      const next = await run(cwd, databaseUrl, 'run-3');
      expect(next.status).toBe('SUCCESS');

      const state = await openState({
        ...(databaseUrl === undefined ? {} : { url: databaseUrl }),
        file: join(cwd, '.gemini-sync-bridge', 'state.db'),
        readOnly: true,
      });
      const committed: string[] = [];
      for (const runId of ['run-1', 'run-2', 'run-3']) {
        const row = await state.findRun(runId);
        if (typeof row?.committedAt === 'string') committed.push(runId);
      }
      expect(await state.unfinishedRuns('hr-employees')).toEqual([]);
      await state.close();

      expect(await replay(join(cwd, RUNS), committed)).toEqual(expected);
      const again = await run(cwd, databaseUrl, 'dry', true);
      expect(again.counts).toMatchObject({
        unchanged: expected.size,
        added: 0,
        changed: 0,
        deleted: 0,
        held: 0,
      });
      const latest = JSON.parse(await readFile(join(cwd, LATEST), 'utf8')) as { runId: string };
      expect(latest.runId).toBe('run-3');
      expect((await readdir(join(cwd, RUNS))).filter((runId) => !committed.includes(runId))).toEqual([]);
    },
  );
});
