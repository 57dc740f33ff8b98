import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { quotaExceeded } from '../../stand-ins/discovery-engine/faults.ts';
import { startGoogleStandIn, type GoogleStandIn } from '../../stand-ins/google.ts';
import { writeOldFile } from '../../support/files/file-source.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { runHere } from '../../support/processes/run-here.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { BUCKET, DATA_STORE } from '../../support/files/google-workplace.ts';
import { connectorOf, type RunObject } from '../../support/files/workplace.ts';

const STATES = ['SQLite', 'Postgres'] as const;

const folders = temporaryFolders();
let postgres: TestPostgres;
let google: GoogleStandIn;
let cwd: string;
let databaseUrl: string | undefined;
let databases = 0;
/** Happens once, while the run that asks waits for the answer to its question about the data store. */
let meanwhile: (() => Promise<void>) | undefined;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  folders.removeAll();
});
beforeEach(async () => {
  google = await startGoogleStandIn({
    buckets: [BUCKET],
    dataStores: [DATA_STORE],
    synchronous: true,
    watch: async ({ method, path }, moment) => {
      if (method !== 'GET' || !path.endsWith(`dataStores/${DATA_STORE.id}`) || moment === 'carried out')
        return;
      const work = meanwhile;
      meanwhile = undefined;
      await work?.();
    },
  });
  cwd = folders.make();
});
afterEach(async () => {
  meanwhile = undefined;
  await google.close();
});

/** A connector that reads CSV files and feeds the one data store. */
function connect(name: string, ids: readonly number[], bucket = `gs://${BUCKET}`): void {
  const source = {
    type: 'file',
    secretRef: undefined,
    query: undefined,
    path: join(cwd, name),
    glob: '*.csv',
    format: 'csv',
  };
  const connector = connectorOf({ name, mode: 'file_pull', source, output: { bucket } });
  writeFileSync(join(cwd, `${name}.yaml`), JSON.stringify(connector));
  writeOldFile(
    join(cwd, name),
    'people.csv',
    `id,name,team\n${ids.map((id) => `${id},P ${id},Sales\n`).join('')}`,
  );
}

async function useState(kind: (typeof STATES)[number]): Promise<void> {
  databaseUrl = kind === 'SQLite' ? undefined : await postgres.createDatabase(`state_${(databases += 1)}`);
  if (databaseUrl !== undefined) await migrateState({ url: databaseUrl, file: '' });
}

async function run(name: string, ...args: string[]) {
  const env = {
    ...google.env,
    MAX_RETRIES: '1',
    RETRY_BACKOFF_SECONDS: '0',
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
  };
  const command = ['run', '--connector', `${name}.yaml`, '--json', ...args];
  const { stdout, stderr } = await runHere(command, { cwd, env });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as RunObject;
}

const indexed = () => [...google.engine.documents(DATA_STORE).keys()].sort();
const imports = () =>
  google.engine.requests
    .filter(({ path }) => path.endsWith('documents:import'))
    .map(({ body }) => (body as Record<string, unknown>)['reconciliationMode']);
const REFUSED = {
  status: 'FAILED',
  error: {
    code: 'RECONCILIATION_REFUSED',
    retryable: false,
    message: expect.stringContaining(
      'rb has documents in the same data store, or an open run that may bring some',
    ) as unknown,
  },
};

describe('run --reconcile-full', () => {
  test.each(STATES)(
    'is refused after another connector has come, was it ever so late (state in %s)',
    async (kind) => {
      await useState(kind);
      connect('ra', [1, 2]);
      connect('rb', [1]);
      await run('ra');
      meanwhile = async () => {
        expect(await run('rb')).toMatchObject({ status: 'SUCCESS' });
      };
      expect(await run('ra', '--reconcile-full')).toMatchObject(REFUSED);
      expect(indexed()).toEqual(['ra__1', 'ra__2', 'rb__1']);
      expect(imports()).not.toContain('FULL');
      // What was not sent is not in doubt.
      expect(await run('ra')).toMatchObject({ status: 'SUCCESS', counts: { unchanged: 2 } });
      expect(imports()).toHaveLength(2);
    },
  );

  test('is refused when the other one came while the data store refused to answer', async () => {
    await useState('SQLite');
    connect('ra', [1, 2]);
    connect('rb', [1]);
    await run('ra');
    google.engine.fail({ when: { method: 'GET', path: /dataStores\/people$/ }, how: quotaExceeded('1') });
    meanwhile = async () => {
      meanwhile = async () => {
        await run('rb');
      };
      await Promise.resolve();
    };
    expect(await run('ra', '--reconcile-full')).toMatchObject(REFUSED);
    expect(indexed()).toEqual(['ra__1', 'ra__2', 'rb__1']);
  });

  test.each(STATES)(
    'is refused when the other one has published and not delivered (state in %s)',
    async (kind) => {
      await useState(kind);
      connect('ra', [1, 2]);
      connect('rb', [1]);
      await run('ra');
      meanwhile = async () => {
        const when = { path: 'documents:import' };
        google.engine.fail({ when, how: quotaExceeded('1000') });
        expect(await run('rb')).toMatchObject({ error: { code: 'GEMINI_QUOTA' } });
      };
      expect(await run('ra', '--reconcile-full')).toMatchObject(REFUSED);
      expect(await run('rb')).toMatchObject({ status: 'SUCCESS' });
      expect(indexed()).toEqual(['ra__1', 'ra__2', 'rb__1']);
    },
  );

  test('is refused when the other one is in the middle of its first run', async () => {
    await useState('SQLite');
    connect('ra', [1, 2]);
    connect('rb', [1]);
    await run('ra');
    let other: Promise<RunObject> | undefined;
    let goOn: () => void = () => undefined;
    const wait = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    meanwhile = () =>
      new Promise((arrived) => {
        // Its own question about the data store is held.
        meanwhile = () => {
          arrived();
          return wait;
        };
        other = run('rb');
      });
    expect(await run('ra', '--reconcile-full')).toMatchObject(REFUSED);
    goOn();
    expect(await other).toMatchObject({ status: 'SUCCESS' });
    expect(indexed()).toEqual(['ra__1', 'ra__2', 'rb__1']);
  });

  test('published and not delivered is abandoned by a later run once another connector uses the data store', async () => {
    await useState('SQLite');
    connect('ra', [1, 2]);
    connect('rb', [1]);
    await run('ra');
    google.engine.fail({ when: { path: 'documents:import' }, how: quotaExceeded('1000') });
    expect(await run('ra', '--reconcile-full')).toMatchObject({ error: { code: 'GEMINI_QUOTA' } });
    meanwhile = async () => {
      await run('rb');
    };
    expect(await run('ra')).toMatchObject({ status: 'SUCCESS', counts: { unchanged: 2 } });
    expect(indexed()).toEqual(['ra__1', 'ra__2', 'rb__1']);
    // Alone, and refused by the quota before it had an effect.
    expect(imports().filter((mode) => mode === 'FULL')).toHaveLength(1);
  });

  test('is refused at once where documents would travel inside the requests', async () => {
    await useState('SQLite');
    connect('ra', [1, 2], 'file://./bucket');
    await run('ra');
    const before = google.engine.requests.length;
    expect(await run('ra', '--reconcile-full')).toMatchObject({ error: { code: 'RECONCILIATION_REFUSED' } });
    expect(google.engine.requests).toHaveLength(before);
  });
});
