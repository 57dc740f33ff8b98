import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDatabase } from '../../../src/database/database.ts';
import { migrateState, openState, STATE_FILE } from '../../../src/state/run/open-state.ts';
import { openPushQueue } from '../../../src/state/push/queue.ts';
import { pushBatch } from '../../contracts/push-queue.contract.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import {
  DATA_STORE,
  openGoogleWorkplace,
  type GoogleWorkplace,
} from '../../support/files/google-workplace.ts';
import { writeOldFile } from '../../support/files/file-source.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { connectorOf, type ConnectorChanges, type RunObject } from '../../support/files/workplace.ts';
import { runHere } from '../../support/processes/run-here.ts';

interface RetireObject extends RunObject {
  readonly release: { readonly command: string } | null;
}

const folders = temporaryFolders();
let postgres: TestPostgres | undefined;
let databases = 0;
afterAll(async () => {
  await postgres?.stop();
  folders.removeAll();
});

let place: GoogleWorkplace;
let env: Record<string, string>;

async function open(engine: 'SQLite' | 'Postgres'): Promise<void> {
  env = { MAX_RETRIES: '0' };
  if (engine === 'Postgres') {
    postgres ??= await startPostgres();
    const url = await postgres.createDatabase(`retire_${databases++}`);
    await migrateState({ url, file: '' });
    env['DATABASE_URL'] = url;
  }
  place = await openGoogleWorkplace(folders.make(), { env });
}

const FILES = { type: 'file', glob: '*.csv', format: 'csv', query: undefined, secretRef: undefined };

function connect(changes: ConnectorChanges = {}): void {
  const source = { ...FILES, path: join(place.cwd, 'exports') };
  place.writeConnector({ mode: 'file_pull', source, ...changes });
}

/** Replaces the rows of the source. */
function rows(...ids: readonly number[]): void {
  const folder = join(place.cwd, 'exports');
  mkdirSync(folder, { recursive: true });
  writeOldFile(folder, 'people.csv', `id,name,team\n${ids.map((id) => `${id},Name ${id},red\n`).join('')}`);
}

const ids = () => [...place.google.engine.documents(DATA_STORE).keys()].sort();

async function run(args: readonly string[] = []): Promise<RunObject> {
  return (await place.runJson(args)).result;
}

async function retire(args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await runHere(
    ['retire', '--connector', 'people.yaml', '--json', ...args],
    {
      cwd: place.cwd,
      env: { ...place.google.env, ...env, ...more },
    },
  );
  if (stdout === '') throw new Error(stderr);
  return { exitCode, result: JSON.parse(stdout) as RetireObject, stderr };
}

const state = () => dumpState(place.cwd, env['DATABASE_URL']);

async function auditOf(): Promise<{ outcome: string; actor: string; details: Record<string, unknown> }[]> {
  const database = await openDatabase({ url: env['DATABASE_URL'], file: join(place.cwd, STATE_FILE) });
  try {
    const events = await database.knex('audit_events').where({ action: 'connector.retire' }).orderBy('id');
    return events.map(({ outcome, actor_kind, actor_name, object_name, details }) => ({
      outcome,
      actor: `${actor_kind} ${actor_name} ${object_name}`,
      details: JSON.parse(details) as Record<string, unknown>,
    }));
  } finally {
    await database.close();
  }
}

/** A document in the same data store, of another program. */
async function addForeign(id: string): Promise<void> {
  const { project, location, id: store } = DATA_STORE;
  const path = `projects/${project}/locations/${location}/collections/default_collection/dataStores/${store}`;
  const url = `${place.google.engine.url}/v1/${path}/branches/default_branch/documents?documentId=${id}`;
  const body = JSON.stringify({ jsonData: '{}', content: { mimeType: 'text/plain', rawBytes: 'eA==' } });
  await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

describe.each(['SQLite', 'Postgres'] as const)('retire with the state in %s', (engine) => {
  beforeEach(() => open(engine));
  afterEach(() => place.close());

  test('deletes every document only with the exact number, and a later run sends them again', async () => {
    connect();
    rows(1, 2, 3);
    await run();
    await addForeign('people-2__4');
    const before = await state();
    const sent = place.google.engine.requests.length;

    const asked = await retire();
    expect(asked).toMatchObject({
      exitCode: 3,
      result: { status: 'HELD', work: 'planned', counts: { deleted: 0, held: 3 }, artifacts: null },
    });
    expect(asked.result.release?.command).toBe(
      'gemini-sync-bridge retire --connector people.yaml --allow-deletes 3',
    );
    for (const wrong of ['2', '4']) {
      const { exitCode, result } = await retire(['--allow-deletes', wrong]);
      expect(exitCode).toBe(3);
      expect(result.holdReason).toContain(
        `3 documents, and retire requires this exact number; --allow-deletes ${wrong}`,
      );
    }
    expect(place.google.engine.requests.length).toBe(sent);
    expect(await state()).toEqual(before);

    const done = await retire(['--allow-deletes', '3', '--run-id', 'once']);
    expect(done).toMatchObject({
      exitCode: 0,
      result: { runId: 'retire-once', status: 'SUCCESS', work: 'done', counts: { deleted: 3, held: 0 } },
    });
    expect(ids()).toEqual(['people-2__4']);
    expect((await state()).record_state).toEqual([]);
    expect(place.google.engine.violations).toEqual([]);

    const repeated = await retire(['--allow-deletes', '3', '--run-id', 'once']);
    expect(repeated).toMatchObject({ exitCode: 0, result: { work: 'repeated', counts: { deleted: 3 } } });
    expect(await retire()).toMatchObject({ exitCode: 0, result: { status: 'SUCCESS', counts: { held: 0 } } });

    expect(await run()).toMatchObject({ status: 'SUCCESS', counts: { added: 3 } });
    expect(ids()).toEqual(['people-2__4', 'people__1', 'people__2', 'people__3']);
  });

  test('records who retired the connector, what was refused, and the outcome', async () => {
    connect();
    rows(1, 2);
    await run();
    await retire();
    expect(await auditOf()).toEqual([]);
    await retire(['--allow-deletes', '7']);
    const { stderr } = await retire(['--allow-deletes', '2']);
    expect(stderr.match(/"audit":"connector.retire"/g)).toHaveLength(2);
    const actor = `command_line ${userInfo().username} people`;
    expect(await auditOf()).toMatchObject([
      { outcome: 'refused', actor, details: { documents: 2, allowed: 7 } },
      { outcome: 'started', actor, details: { documents: 2, run_id: expect.stringMatching(/^retire-/) } },
      { outcome: 'ok', actor, details: { deleted: 2, rejected: 0, work: 'done' } },
    ]);
  });

  test('keeps the records of documents whose deletes were rejected, and deletes them with the new number', async () => {
    connect();
    rows(1, 2, 3);
    await run();
    fail('POST', 'documents:purge', 403, 'PERMISSION_DENIED');
    fail('DELETE', /people__2$/, 400, 'INVALID_ARGUMENT');
    const partial = await retire(['--allow-deletes', '3']);
    expect(partial).toMatchObject({ exitCode: 4, result: { counts: { deleted: 3, rejected: 1 } } });
    expect(ids()).toEqual(['people__2']);
    expect(await retire()).toMatchObject({ exitCode: 3, result: { counts: { held: 1 } } });
  });

  test('finishes a retirement whose delivery failed, and the run after it sends everything', async () => {
    connect();
    rows(1, 2);
    await run();
    fail('POST', 'documents:purge', 429, 'RESOURCE_EXHAUSTED');
    expect((await retire(['--allow-deletes', '2'])).exitCode).toBe(75);
    expect(await auditOf()).toMatchObject([{ outcome: 'started' }, { outcome: 'failed' }]);
    expect(await retire(['--allow-deletes', '2'])).toMatchObject({
      exitCode: 0,
      result: { counts: { deleted: 0 } },
    });
    expect(ids()).toEqual([]);
    expect(await run()).toMatchObject({ counts: { added: 2 } });
  });

  test('holds the deletes with the right number when an earlier run that it finishes changed the number', async () => {
    connect();
    rows(1, 2);
    await run();
    rows(1, 2, 3);
    fail('POST', 'documents:import', 429, 'RESOURCE_EXHAUSTED');
    expect((await place.runJson()).exitCode).toBe(75);
    const held = await retire(['--allow-deletes', '2']);
    expect(held).toMatchObject({ exitCode: 3, result: { status: 'HELD', counts: { held: 3, deleted: 0 } } });
    expect(ids()).toEqual(['people__1', 'people__2', 'people__3']);
    expect(await retire(['--allow-deletes', '3'])).toMatchObject({ exitCode: 0 });
    expect(ids()).toEqual([]);
  });

  test('refuses while pushed events wait, and keeps them', async () => {
    connect({ mode: 'rest_push', source: { type: 'http', query: undefined, secretRef: 'people-token' } });
    const queue = await openPushQueue({ url: env['DATABASE_URL'], file: join(place.cwd, STATE_FILE) });
    try {
      const push = (id: number) => queue.enqueue(pushBatch({ connectorId: 'people', events: [pushed(id)] }));
      await push(1);
      await run();
      await push(2);
      const refused = await retire(['--allow-deletes', '1']);
      expect(refused).toMatchObject({ exitCode: 75, result: { error: { code: 'RETIRE_PUSHES_WAITING' } } });
      expect(ids()).toEqual(['people__1']);
      await run();
      expect(await retire(['--allow-deletes', '2'])).toMatchObject({
        exitCode: 0,
        result: { counts: { deleted: 2 } },
      });
      expect(ids()).toEqual([]);
      await push(2);
      await run();
      expect(ids()).toEqual(['people__2']);
    } finally {
      await queue.close();
    }
  });
});

/** The next such request gets this answer. */
function fail(method: string, path: string | RegExp, httpStatus: number, status: string): void {
  const body = JSON.stringify({ error: { code: httpStatus, message: 'No.', status } });
  const how = { kind: 'answer' as const, httpStatus, headers: {}, body };
  place.google.engine.fail({ when: { method, path }, how });
}

function pushed(id: number) {
  const docId = `people:${id}`;
  const document = JSON.stringify({ doc_id: docId, title: `T${id}`, content: 'c', metadata: {} });
  return { docId, op: 'UPSERT' as const, document };
}

describe('retire', () => {
  beforeEach(() => open('SQLite'));
  afterEach(() => place.close());

  test('needs neither the source nor its secret', async () => {
    connect();
    rows(1, 2);
    await run();
    rmSync(join(place.cwd, 'exports'), { recursive: true });
    place.writeConnector({ source: { secretRef: 'no-such-secret' } });
    expect(await retire(['--allow-deletes', '2'])).toMatchObject({
      exitCode: 0,
      result: { counts: { deleted: 2 } },
    });
    expect(ids()).toEqual([]);
  });

  test('deletes also what the policies never_delete and soft_delete_only keep', async () => {
    connect({ reconciliation: { deletePolicy: 'soft_delete_only' } });
    rows(1, 2, 3);
    await run();
    rows(1, 2);
    await run();
    expect(ids()).toHaveLength(3);
    connect({ reconciliation: { deletePolicy: 'never_delete' } });
    expect(await retire(['--allow-deletes', '3'])).toMatchObject({
      exitCode: 0,
      result: { counts: { deleted: 3 } },
    });
    expect(ids()).toEqual([]);
  });

  test('writes nothing with --dry-run, and sends nothing with GEMINI_INGESTION_DRY_RUN', async () => {
    connect();
    rows(1, 2);
    await run();
    const before = await state();
    expect(await retire(['--dry-run', '--allow-deletes', '2'])).toMatchObject({
      exitCode: 0,
      result: { work: 'planned', counts: { deleted: 2 } },
    });
    expect(await retire(['--dry-run'])).toMatchObject({ exitCode: 0, result: { counts: { held: 2 } } });
    expect(await state()).toEqual(before);
    const written = await retire(['--allow-deletes', '2'], { GEMINI_INGESTION_DRY_RUN: 'true' });
    expect(written).toMatchObject({ exitCode: 0, result: { work: 'written' } });
    expect(ids()).toHaveLength(2);
    expect((await state()).record_state).toHaveLength(2);
  });

  test('deletes with --local only the documents of local runs', async () => {
    connect();
    rows(1, 2);
    await run();
    rows(1, 2, 3);
    await run(['--local']);
    expect(await retire(['--local', '--allow-deletes', '3'])).toMatchObject({ exitCode: 0 });
    expect(ids()).toHaveLength(2);
    expect((await state()).record_state).toHaveLength(2);
  });

  test('is refused while another file defines the same connector for the same target', async () => {
    connect();
    rows(1, 2);
    await run();
    const connectors = join(place.cwd, 'connectors');
    mkdirSync(connectors);
    const write = (file: string, text: string) => {
      writeFileSync(join(connectors, file), text);
    };
    const twin = (changes: ConnectorChanges = {}) => JSON.stringify(connectorOf(changes));
    const refused = async () => (await retire(['--allow-deletes', '2'])).result.error?.code;

    write('other.yaml', twin());
    const { exitCode, result } = await retire();
    expect({ exitCode, code: result.error?.code }).toEqual({ exitCode: 78, code: 'RETIRE_SHARED_SCOPE' });
    expect(result.error?.message).toContain('other.yaml');
    write('other.yaml', twin({ mode: 'no such mode' }));
    expect(await refused()).toBe('RETIRE_SHARED_SCOPE');
    rmSync(join(connectors, 'other.yaml'));
    write('people.yaml', '{ not: [yaml');
    expect(await refused()).toBe('RETIRE_SHARED_SCOPE');
    expect(ids()).toHaveLength(2);

    write('people.yaml', twin({ gemini: { dataStoreId: 'another' } }));
    write('neighbour.yaml', twin({ name: 'people-2' }));
    write('broken.yaml', '{ not: [yaml');
    expect(await retire(['--allow-deletes', '2'])).toMatchObject({ exitCode: 0 });
    expect(ids()).toEqual([]);
  });

  test('is refused under the policy of the operator', async () => {
    connect();
    rows(1);
    await run();
    const policy = {
      apiVersion: 'sync.gemini.io/v1alpha1',
      kind: 'Policy',
      rules: [{ connectors: ['hr-*'] }],
    };
    writeFileSync(join(place.cwd, 'policy.yaml'), JSON.stringify(policy));
    const { exitCode, result } = await retire(['--allow-deletes', '1'], { POLICY_FILE: 'policy.yaml' });
    expect({ exitCode, code: result.error?.code }).toEqual({ exitCode: 77, code: 'POLICY_REFUSED' });
    expect(ids()).toHaveLength(1);
  });

  test('waits for its turn: another run of the connector holds the lease', async () => {
    connect();
    rows(1);
    await run();
    const held = await openState({ file: join(place.cwd, STATE_FILE), readOnly: false });
    const lease = await held.lease('people', { runId: 'other', host: 'elsewhere', pid: 1 });
    try {
      expect(await retire(['--allow-deletes', '1'])).toMatchObject({
        exitCode: 75,
        result: { error: { code: 'LEASE_HELD' } },
      });
      expect(ids()).toHaveLength(1);
    } finally {
      await lease.release();
      await held.close();
    }
  });

  test('reports no documents when the state does not exist yet', async () => {
    connect();
    expect(await retire()).toMatchObject({ exitCode: 0, result: { counts: { held: 0 } } });
    expect(await retire(['--allow-deletes', '5'])).toMatchObject({
      exitCode: 0,
      result: { counts: { deleted: 0 } },
    });
  });

  test('has ids of runs of its own', async () => {
    connect();
    rows(1);
    expect(await run(['--run-id', 'x'])).toMatchObject({ runId: 'x' });
    expect(await retire(['--run-id', 'x', '--allow-deletes', '1'])).toMatchObject({
      exitCode: 0,
      result: { runId: 'retire-x', work: 'done', counts: { deleted: 1 } },
    });
    expect((await place.run(['--run-id', 'retire-x'])).exitCode).toBe(2);
  });

  test('says in text how many documents there are and which command deletes them', async () => {
    connect();
    rows(1, 2);
    await run();
    const { stdout, exitCode } = await runHere(['retire', '--connector', 'people.yaml'], {
      cwd: place.cwd,
      env: { ...place.google.env, ...env },
    });
    expect(exitCode).toBe(3);
    expect(stdout).toContain('2 deletes would be held: the connector has 2 documents');
    expect(stdout).toContain('Nothing was deleted.');
    expect(stdout).toContain('gemini-sync-bridge retire --connector people.yaml --allow-deletes 2');
  });
});
