import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ownProgramArguments } from '../../../../src/app/run/process/own-program.ts';
import type { BridgeError } from '../../../../src/core/errors.ts';
import { statusOf } from '../../../../src/server/studio/preview/preview-failures.ts';
import { startPostgres, type TestPostgres } from '../../../support/databases/postgres.ts';
import { eventually } from '../../../support/eventually.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { AUTHOR, draftText, previewPlace } from '../../../support/studio/preview-place.ts';

const folders = temporaryFolders();
const HOSTS = ['127.0.0.0/8', '::1'];
let server: TestPostgres;

beforeAll(async () => {
  server = await startPostgres();
  await server.query(`
    CREATE TABLE people (id int, title text, body text, readers text[], dept text, salary numeric);
    INSERT INTO people SELECT n, 'Person ' || n, '<img src=x onerror=alert(1)> ' || n, ARRAY['a@example.com', 'b@example.com'],
      'hr', 12345678901234567890.12 FROM generate_series(1, 50) n;
    INSERT INTO people VALUES (0, NULL, '', ARRAY[]::text[], NULL, NULL);`);
});

afterAll(async () => {
  await server.stop();
  folders.removeAll();
});

const WAITING =
  "SELECT 1 FROM pg_stat_activity WHERE application_name = 'gemini-sync-bridge' AND wait_event_type = 'Lock'";
const never = () => new AbortController().signal;
const source = (query: string) => `{ type: postgres, secretRef: people-db, query: ${JSON.stringify(query)} }`;
const MAPPING =
  "{ idField: id, titleField: title, contentTemplate: '{{ body }}', aclUsersField: readers, metadataFields: [dept, salary] }";

function place(query: string, secondsMax?: number) {
  const folder = folders.make();
  const merged = { 'people.yaml': draftText({ source: source('SELECT 1 AS id, 2 AS title, 3 AS body') }) };
  const variables = { SECRET_PEOPLE_DB: server.url() };
  const settings = { allowedHosts: HOSTS };
  const opened = previewPlace({ folder, merged, variables, settings, ...(secondsMax && { secondsMax }) });
  return { ...opened, folder, text: draftText({ source: source(query), mapping: MAPPING }) };
}

function failureOf(work: Promise<unknown>): Promise<BridgeError> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (thrown: unknown) => thrown as BridgeError,
  );
}

async function backends(): Promise<number> {
  const rows = await server.query(
    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'gemini-sync-bridge' OR query LIKE '%pg_sleep(_00)%' AND pid <> pg_backend_pid()",
  );
  return rows.length;
}

describe('a Postgres source', () => {
  test('show the documents that a local run writes, byte for byte', async () => {
    const { previews, folder, text } = place('SELECT * FROM people ORDER BY id DESC LIMIT 10');
    const preview = await previews.documents(text, AUTHOR, never());
    writeFileSync(join(folder, 'draft.yaml'), text);
    const { stdout } = await execa(
      process.execPath,
      ownProgramArguments(['run', '--connector', 'draft.yaml', '--local', '--json']),
      {
        cwd: folder,
        env: { SECRET_PEOPLE_DB: server.url(), PATH: process.env['PATH'] ?? '' },
        extendEnv: false,
        reject: false,
      },
    );
    expect(stdout).toContain('SUCCESS');
    const bucket = join(folder, 'local-bucket');
    const [upserts = ''] = readdirSync(bucket, { recursive: true })
      .map(String)
      .filter((name) => /(?:^|\/)upserts\.ndjson$/.test(name));
    const lines = readFileSync(join(bucket, upserts), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(preview.documents).toHaveLength(10);
    expect(
      preview.documents.map(({ id, checksum, title, content }) => [id, checksum, title, content]),
    ).toEqual(lines.map((line) => [line['doc_id'], line['checksum'], line['title'], line['content']]));
    expect(preview.documents[0]?.readers).toEqual(
      (lines[0]?.['acl_users'] as string[]).map((name) => ({ kind: 'user', name })),
    );
    expect(preview.limitedBy).toBeNull();
    await eventually('the backends', async () => (await backends()) === 0);
  });

  test('show the first 20 rows, name the rows that would be set aside, and keep no connection', async () => {
    const { previews, text } = place('SELECT p.* FROM people p, generate_series(1, 20000) ORDER BY p.id');
    const { documents, quarantined, limitedBy, columns } = await previews.documents(
      text.replace('idField: id,', 'idField: [id, dept],'),
      AUTHOR,
      never(),
    );
    expect(documents.length + quarantined.length).toBeGreaterThan(0);
    expect(limitedBy).toBe('documents');
    expect(columns.map(({ name }) => name)).toEqual(['id', 'title', 'body', 'readers', 'dept', 'salary']);
    expect(quarantined.length).toBeLessThanOrEqual(20);
    await eventually('the backends', async () => (await backends()) === 0);
  });

  test('has a test of the connection for a draft whose mapping is not written yet', async () => {
    const { previews, text } = place('SELECT id, title AS name FROM people');
    const draft = text.replace(/ {2}mapping: .*\n/, '');
    const { columns } = await previews.columns(draft, AUTHOR, never());
    expect(columns).toEqual([
      { name: 'id', kind: 'integer' },
      { name: 'name', kind: 'text' },
    ]);
  });

  test('stop a query that does not end, leave no backend, and say what was waited for', async () => {
    const { previews, text } = place(
      'SELECT id, title, body, readers, dept, salary, pg_sleep(100) FROM people',
      6,
    );
    const error = await failureOf(previews.documents(text, AUTHOR, never()));
    expect(error.code).toBe('PREVIEW_TIMEOUT');
    expect(error.message).toContain('an answer of the source');
    expect(await backends()).toBe(0);
  });

  test('stop a test of the connection that waits for a lock, and leave no backend', async () => {
    const { previews, text } = place('SELECT * FROM locked');
    const locker = new pg.Client({ connectionString: server.url() });
    await locker.connect();
    await locker.query('CREATE TABLE locked (id int)');
    await locker.query('BEGIN; LOCK TABLE locked');
    try {
      const gone = new AbortController();
      const test = failureOf(previews.columns(text, AUTHOR, gone.signal));
      const waiting = async () => (await server.query(WAITING)).length;
      await eventually('the lock is waited for', async () => (await waiting()) === 1);
      gone.abort(new Error('the client went away'));
      expect((await test).message).toBe('the client went away');
      expect(await waiting()).toBe(0);
    } finally {
      await locker.end();
    }
  });

  test('let the database itself end a query, should the process be killed', async () => {
    const { previews, text } = place(
      "SELECT id, current_setting('statement_timeout') AS title, body, readers, dept, salary FROM people WHERE id = 1",
    );
    const { documents } = await previews.documents(text, AUTHOR, never());
    expect(documents[0]?.title).toBe('30s');
  });

  test('stop when the caller goes away, and allow the next preview then', async () => {
    const { previews, text } = place(
      'SELECT id, title, body, readers, dept, salary, pg_sleep(100) FROM people',
    );
    const gone = new AbortController();
    const first = failureOf(previews.documents(text, AUTHOR, gone.signal));
    await eventually('the backends', async () => (await backends()) > 0);
    const second = await failureOf(previews.documents(text, AUTHOR, never()));
    expect(second.code).toBe('PREVIEW_BUSY');
    gone.abort(new Error('the client went away'));
    expect((await first).message).toBe('the client went away');
    expect(await backends()).toBe(0);
    const { text: quick } = place('SELECT * FROM people LIMIT 1');
    expect((await previews.documents(quick, AUTHOR, never())).documents).toHaveLength(1);
  });

  test('count what a run would change, only for operators', async () => {
    const { previews, text, events } = place('SELECT * FROM people WHERE id <= 40');
    const refused = await failureOf(previews.counts(text, AUTHOR, never()));
    expect(refused.code).toBe('RIGHT_MISSING');
    const counts = await previews.counts(text, { ...AUTHOR, right: 'operate' }, never());
    expect(counts).toMatchObject({ seen: 41, added: 40, changed: 0, deleted: 0, quarantined: 1 });
    expect(events.map(({ action }) => action)).toEqual(['source.count', 'source.count']);
    const twice = text
      .replace('id <= 40', 'id = 1 OR id = 2')
      .replace('SELECT *', 'SELECT 7 AS id, title, body, readers, dept, salary');
    const failed = await failureOf(previews.counts(twice, { ...AUTHOR, right: 'operate' }, never()));
    expect([failed.code, statusOf(failed.code)]).toEqual(['DUPLICATE_ID', 422]);
  });

  test('name a query that the database refuses, without the connection string', async () => {
    const { previews, text } = place('SELECT nothing FROM people');
    const error = await failureOf(previews.columns(text, AUTHOR, never()));
    expect(error.code).toBe('SOURCE_QUERY_INVALID');
    expect(`${error.message} ${error.hint}`).not.toContain(server.password);
  });

  test('refuse the database of another connector', async () => {
    const { previews, text } = place('SELECT * FROM people');
    const error = await failureOf(previews.columns(text.replaceAll('people }', 'others }'), AUTHOR, never()));
    expect(error.code).toBe('PREVIEW_SECRET_REFUSED');
  });
});

describe('a source that does not answer', () => {
  test('ends the preview, and its process', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const { previews } = previewPlace({
      folder: folders.make(),
      settings: { allowedHosts: HOSTS },
      secondsMax: 6,
    });
    const text = draftText({ mode: 'rest_pull', source: `{ type: http, url: 'http://127.0.0.1:${port}/' }` });
    const error = await failureOf(previews.documents(text, AUTHOR, never()));
    expect(error.code).toBe('PREVIEW_TIMEOUT');
    expect(sockets.length).toBeGreaterThan(0);
    for (const socket of sockets) if (!socket.destroyed) await once(socket.resume(), 'close');
    await new Promise((done) => silent.close(done));
  });
});

describe('samples', () => {
  test('become the documents of a push connector, and refused events are named', async () => {
    const { previews } = previewPlace({ folder: folders.make() });
    const text = draftText({ mode: 'rest_push', source: '{ type: http, secretRef: push-token }' });
    const events = [
      { id: 1, title: 'One', body: 'Text', op: 'UPSERT' },
      { doc_id: 'people:2', title: 'Two', content: 'Ready', op: 'UPSERT' },
      { id: 3 },
    ];
    const { documents, quarantined } = await previews.samples(text, JSON.stringify(events), AUTHOR, never());
    expect(documents.map(({ id, title }) => [id, title])).toEqual([
      ['people:1', 'One'],
      ['people:2', 'Two'],
    ]);
    expect(quarantined.map(({ row }) => row)).toEqual([3]);
    const error = await failureOf(previews.samples(text, '{ broken', AUTHOR, never()));
    expect(error.code).toBe('PREVIEW_EVENTS_INVALID');
  });
});
