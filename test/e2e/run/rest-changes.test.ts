import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { FeedApi, graphDelta } from '../../support/http/feed-api.ts';
import { json, type TestServer } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { startedByNode } from '../../support/processes/built.ts';
import { runHere } from '../../support/processes/run-here.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import type { RunObject } from '../../support/files/workplace.ts';

const KILLABLE = startedByNode('killable-run.ts');
const servers = new RestServers();
const folders = temporaryFolders();
afterEach(() => servers.close());
afterAll(() => {
  folders.removeAll();
});

/** A working directory with one connector, and its runs. */
function place(source: object, deletePolicy = 'auto_delete_missing') {
  const cwd = folders.make();
  const file = join(cwd, 'feed.yaml');
  const connector = {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'feed' },
    spec: {
      mode: 'rest_pull',
      source: { type: 'http', ...source },
      mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ name }}' },
      output: { bucket: 'gs://company-sync', prefix: 'feed', format: 'ndjson' },
      gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'feed-ds' },
      reconciliation: { deletePolicy },
    },
  };
  writeFileSync(file, JSON.stringify(connector));
  const run = async (...args: readonly string[]) => {
    const { stdout } = await runHere(['run', '--connector', file, '--local', '--json', ...args], { cwd });
    const result = JSON.parse(stdout) as RunObject;
    expect(result.error).toBeUndefined();
    return result;
  };
  /** Runs in a process of its own that kills itself at this point. */
  const killedAt = (point: string) =>
    new Promise<string | null>((resolve) => {
      const env = { PATH: process.env['PATH'] };
      const child = execFile(process.execPath, [...KILLABLE, file, point, 'killed'], { cwd, env }, () => {
        resolve(child.signalCode);
      });
    });
  return { run, killedAt };
}

const graph = (server: TestServer, changes: object = {}) => ({
  url: `${server.url}/delta`,
  pagination: { type: 'next_url', nextUrlPath: '@odata.nextLink' },
  changes: { deletedPath: '@removed', nextPath: '@odata.deltaLink', ...changes },
});

const named = (name: string, ...ids: readonly string[]) => ids.map((id) => ({ id, name }));
const gone = (id: string) => ({ id, name: '', deleted: true });

describe('a feed whose checkpoint is a link', () => {
  const start = async (deletePolicy?: string) => {
    const api = new FeedApi();
    const server = await servers.answering(graphDelta(api));
    return { api, server, ...place(graph(server), deletePolicy) };
  };

  test('applies changes and reported deletes, and after a reset also deletes that nobody reported', async () => {
    const { api, run, server } = await start();
    api.change(...named('one', 'a', 'b', 'c', 'd', 'e'));
    expect((await run()).counts).toMatchObject({ seen: 5, added: 5, missing: 0 });

    api.change(...named('two', 'a'), gone('b'), gone('unknown'));
    const second = await run();
    expect(second).toMatchObject({
      status: 'SUCCESS',
      samples: { changed: ['feed:a'], deleted: ['feed:b'] },
    });
    expect(second.counts).toMatchObject({ seen: 3, changed: 1, deleted: 1, unchanged: 1, missing: null });
    expect(server.received.at(-2)?.url).toBe('/delta?$deltatoken=5');

    // The deletes of c are in the part of the feed that the API no longer knows.
    api.change(gone('c'), ...named('one', 'f'));
    api.expired.add('8');
    const third = await run();
    expect(third).toMatchObject({ status: 'SUCCESS', samples: { added: ['feed:f'], deleted: ['feed:c'] } });
    expect(third.counts).toMatchObject({ seen: 4, unchanged: 3, missing: 1 });

    api.change(gone('a'));
    expect(await run()).toMatchObject({ samples: { deleted: ['feed:a'] }, counts: { seen: 1 } });
    expect((await run()).counts).toMatchObject({ seen: 0 });
  });

  test('starts again while deletes of a reset are held, so that they are not forgotten', async () => {
    const { api, run } = await start();
    const ids = Array.from({ length: 60 }, (_, index) => `id${index}`);
    api.change(...named('one', ...ids));
    await run();
    api.change(...ids.slice(0, 50).map(gone));
    api.expired.add('60');
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await run()).toMatchObject({ status: 'HELD', counts: { held: 50, seen: 10 } });
    }
    expect(await run('--allow-deletes', '50')).toMatchObject({ status: 'SUCCESS', counts: { deleted: 50 } });
    expect((await run()).counts).toMatchObject({ seen: 0, missing: null });
  });

  test('under never_delete keeps documents, and continues all the same', async () => {
    const { api, run } = await start('never_delete');
    api.change(...named('one', 'a', 'b', 'c'));
    await run();
    api.change(gone('a'));
    expect((await run()).counts).toMatchObject({ seen: 1, deleted: 0, unchanged: 1 });
    api.change(gone('b'));
    api.expired.add('4');
    expect((await run()).counts).toMatchObject({ seen: 1, missing: 2, deleted: 0 });
    expect((await run()).counts).toMatchObject({ seen: 0, missing: null });
  });

  test('loses and skips nothing when a run is killed after it published its changes', async () => {
    const { api, run, killedAt, server } = await start();
    api.change(...named('one', 'a', 'b'));
    await run();
    api.change(...named('two', 'a'), gone('b'));
    expect(await killedAt('published: after 1')).toBe('SIGKILL');
    api.change(...named('one', 'c'));
    // This run first finishes the killed one, and continues where that one stopped.
    const next = await run();
    expect(server.received.at(-1)?.url).toBe('/delta?$deltatoken=4');
    expect(next).toMatchObject({ counts: { seen: 1, added: 1 } });
    api.change(gone('a'));
    expect(await run()).toMatchObject({ counts: { seen: 1, deleted: 1 } });
  });

  test('reads the same changes again when a run is killed before it published them', async () => {
    const { api, run, killedAt, server } = await start();
    api.change(...named('one', 'a', 'b'));
    await run();
    api.change(gone('b'));
    expect(await killedAt('published: before 1')).toBe('SIGKILL');
    expect(await run()).toMatchObject({ samples: { deleted: ['feed:b'] } });
    expect(server.received.at(-1)?.url).toBe('/delta?$deltatoken=2');
  });
});

describe('a listing of changes by watermark that reports deletes', () => {
  /** `queryAll` of Salesforce: deleted records are in it, with IsDeleted. */
  const queryAll = async () => {
    const records: object[] = [];
    const server = await servers.answering((response, request) => {
      json(200, { done: true, totalSize: records.length, records })(response, request);
    });
    const source = {
      url: `${server.url}/queryAll?q=SystemModstamp%20%3E%20:watermark`,
      watermarkField: 'at',
      watermarkFormat: '%Y-%m-%dT%H:%M:%SZ',
      changes: { deletedPath: 'IsDeleted' },
    };
    return { records, source };
  };
  const record = (id: string, minute: number, IsDeleted = false) => ({
    id,
    at: `2024-01-02T03:${String(minute).padStart(2, '0')}:00.000+0000`,
    IsDeleted,
    // Only the id of a deleted record is needed.
    ...(!IsDeleted && { name: 'one' }),
  });

  test('deletes by the version of a record that is latest by its watermark', async () => {
    const { records, source } = await queryAll();
    const { run } = place(source);
    records.push(record('a', 1), record('b', 1), record('c', 1));
    expect((await run()).counts).toMatchObject({ added: 3 });
    records.splice(0, 3, record('a', 3, true), record('a', 2), record('b', 2, true), record('b', 4));
    expect(await run()).toMatchObject({
      status: 'SUCCESS',
      counts: { seen: 2, deleted: 1, unchanged: 1, quarantined: 0 },
      samples: { deleted: ['feed:a'] },
    });
  });

  test('soft-deletes under soft_delete_only, and brings the document back when its record is back', async () => {
    const { records, source } = await queryAll();
    const { run } = place(source, 'soft_delete_only');
    records.push(record('a', 1));
    await run();
    records.splice(0, 1, record('a', 2, true));
    expect((await run()).counts).toMatchObject({ deleted: 1 });
    expect((await run()).counts).toMatchObject({ deleted: 0, unchanged: 1 });
    records.splice(0, 1, record('a', 3));
    expect((await run()).counts).toMatchObject({ changed: 1 });
  });
});

test('a full listing leaves out records that say that they are deleted, so their documents are missing', async () => {
  const items = ['a', 'b', 'c'].map((id) => ({ id, name: 'one', archived: false }));
  const server = await servers.answering((response, request) => {
    json(200, { items, total: items.length })(response, request);
  });
  const { run } = place({ url: server.url, changes: { deletedPath: 'archived' } });
  expect((await run()).counts).toMatchObject({ seen: 3, added: 3 });
  items.splice(1, 1, { id: 'b', name: 'one', archived: true });
  expect(await run()).toMatchObject({ status: 'SUCCESS', counts: { seen: 2, missing: 1, deleted: 1 } });
});
