import { afterEach, describe, expect, it } from '@jest/globals';
import { problemsOf } from '../support/discovery-protos/check.ts';
import { ACL_STORE, Caller, counts, errorOf, plainDocuments } from './discovery-engine/caller.ts';
import type { DiscoveryEngineOptions } from './discovery-engine/options.ts';

let caller: Caller;

async function openWith(
  ids: readonly string[],
  options: Partial<DiscoveryEngineOptions> = {},
): Promise<void> {
  caller = await Caller.open(options);
  await caller.importLines(plainDocuments(...ids));
}

afterEach(() => caller.standIn.close());

const branch = 'projects/123456789012/locations/eu/collections/default_collection/dataStores/hr/branches/0';

function listed(...lines: readonly string[]) {
  const uri = caller.storage.put('gs://bucket/ids.txt', lines);
  return { filter: '*', gcsSource: { inputUris: [uri], dataSchema: 'document_id' } };
}

describe('a purge of the stand-in', () => {
  it('only counts unless it is forced', async () => {
    await openWith(['a', 'b', 'c']);
    const operation = await caller.run('purge', listed('a', 'c', 'a', 'absent'));
    expect(operation['response']).toMatchObject({
      purgeCount: '2',
      purgeSample: [`${branch}/documents/a`, `${branch}/documents/c`],
    });
    expect(problemsOf('google.longrunning.Operation', operation, { answer: true })).toEqual([]);
    expect(caller.ids()).toEqual(['a', 'b', 'c']);
  });

  it('has at most 100 names in its sample', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `d${index}`);
    await openWith(ids);
    const { response } = await caller.run('purge', listed(...ids));
    expect(response).toMatchObject({ purgeCount: '101' });
    expect(response).toHaveProperty('purgeSample.length', 100);
  });

  it('deletes the listed documents when it is forced, and counts those that are not there', async () => {
    await openWith(['a', 'b', 'c']);
    const operation = await caller.run('purge', { ...listed('a', 'c', 'absent'), force: true });
    expect(caller.ids()).toEqual(['b']);
    expect(counts(operation)).toEqual({ successCount: '2', ignoredCount: '1' });
    expect(operation['response']).not.toHaveProperty('purgeSample');
    expect(problemsOf('google.longrunning.Operation', operation, { answer: true })).toEqual([]);
    expect(caller.standIn.violations).toEqual([]);
  });

  it('takes full names inline, with the project’s id or its number', async () => {
    await openWith(['a', 'b', 'c']);
    const byId =
      'projects/my-project/locations/eu/collections/default_collection/dataStores/hr/branches/default_branch';
    const documents = [`${byId}/documents/a`, `${branch}/documents/b`];
    await caller.run('purge', { filter: '*', inlineSource: { documents }, force: true });
    expect(caller.ids()).toEqual(['c']);
    const elsewhere = documents.map((name) => name.replace('/hr/', '/other/'));
    const refused = await caller.post('purge', {
      filter: '*',
      inlineSource: { documents: elsewhere },
      force: true,
    });
    expect(refused.status).toBe(400);
  });

  it('counts lines that are not ids as failures, and writes them as errors', async () => {
    await openWith(['a']);
    const errorConfig = { gcsPrefix: 'gs://bucket/errors/' };
    const operation = await caller.run('purge', {
      ...listed('a', `${branch}/documents/a`),
      errorConfig,
      force: true,
    });
    expect(counts(operation)).toEqual({ successCount: '1', failureCount: '1' });
    expect(caller.storage.text('gs://bucket/errors/errors-00000.jsonl')).toContain('gs://bucket/ids.txt:2');
    expect(caller.standIn.violations).toHaveLength(1);
  });

  it('empties the branch if it names nothing, and tells of it', async () => {
    await openWith(['a', 'b']);
    await caller.run('purge', { filter: '*' });
    expect(caller.ids()).toEqual(['a', 'b']);
    await caller.run('purge', { filter: '*', force: true });
    expect(caller.ids()).toEqual([]);
    expect(caller.standIn.violations).toHaveLength(2);
  });

  it('is refused to who lacks the permission, as the role editor does', async () => {
    await openWith(['a'], { permissions: { purge: false } });
    expect(errorOf(await caller.post('purge', { ...listed('a'), force: true }))).toEqual([
      403,
      'PERMISSION_DENIED',
      expect.stringContaining("Permission 'discoveryengine.documents.purge' denied"),
    ]);
    expect(caller.ids()).toEqual(['a']);
    expect((await caller.send('DELETE', '/branches/0/documents/a')).status).toBe(200);
  });
});

describe('single documents of the stand-in', () => {
  it('are created, read, replaced and deleted', async () => {
    await openWith([]);
    const create = (id: string) =>
      caller.send('POST', `/branches/0/documents?documentId=${id}`, { jsonData: '{}' });
    const created = await create('a');
    expect(created.json).toMatchObject({ name: `${branch}/documents/a`, id: 'a', jsonData: '{}' });
    expect(problemsOf('Document', created.json, { answer: true })).toEqual([]);
    expect(errorOf(await create('a')).slice(0, 2)).toEqual([409, 'ALREADY_EXISTS']);
    expect((await create('b.c')).status).toBe(400);

    const patch = (path: string) =>
      caller.send('PATCH', `/branches/0/documents/${path}`, { structData: { n: 1 } });
    expect(await patch('a')).toMatchObject({ status: 200 });
    expect((await caller.send('GET', '/branches/default_branch/documents/a')).json).toMatchObject({
      structData: { n: 1 },
    });
    expect((await patch('b')).status).toBe(404);
    expect((await patch('b?allowMissing=true')).status).toBe(200);

    expect((await caller.send('DELETE', '/branches/0/documents/a')).json).toEqual({});
    expect((await caller.send('DELETE', '/branches/0/documents/a')).status).toBe(404);
    expect((await caller.send('GET', '/branches/0/documents/a')).status).toBe(404);
    expect(caller.ids()).toEqual(['b']);
  });

  it('are listed in pages, of 100 if nothing is said and 1000 at most', async () => {
    await openWith(Array.from({ length: 1001 }, (_, index) => `d${index}`));
    const list = async (query: string) => {
      const { json } = await caller.send('GET', `/branches/0/documents${query}`);
      const { documents, nextPageToken } = json;
      return { size: Array.isArray(documents) ? documents.length : undefined, token: nextPageToken };
    };
    expect(await list('')).toMatchObject({ size: 100 });
    const first = await list('?pageSize=5000');
    expect(first.size).toBe(1000);
    expect(await list(`?pageSize=1000&pageToken=${String(first.token)}`)).toEqual({
      size: 1,
      token: undefined,
    });
    expect((await caller.send('GET', '/branches/0/documents?pageSize=-1')).status).toBe(400);
  });

  it('cannot be read in a store with access control, but deleted', async () => {
    await openWith([]);
    const aclInfo = { readers: [{ principals: [{ userId: 'mei@x' }] }] };
    await caller.importLines([{ id: 'a', structData: {}, aclInfo }], {}, ACL_STORE);
    const send = async (method: string, path: string) =>
      (await caller.send(method, `/branches/0/documents${path}`, undefined, ACL_STORE)).status;
    expect([await send('GET', ''), await send('GET', '/a'), await send('DELETE', '/a')]).toEqual([
      400, 400, 200,
    ]);
  });
});

describe('the records of the stand-in', () => {
  it('is its data stores and schemas', async () => {
    await openWith([]);
    const plain = await caller.send('GET', '');
    expect(plain.json).toMatchObject({
      name: branch.replace('/branches/0', ''),
      contentConfig: 'NO_CONTENT',
    });
    expect(plain.json).not.toHaveProperty('aclEnabled');
    const acl = await caller.send('GET', '', undefined, ACL_STORE);
    expect(acl.json).toMatchObject({ aclEnabled: true });
    const schema = await caller.send('GET', '/schemas/default_schema');
    expect(problemsOf('DataStore', acl.json, { answer: true })).toEqual([]);
    expect(problemsOf('Schema', schema.json, { answer: true })).toEqual([]);
    expect((await caller.send('GET', '/schemas/other')).status).toBe(404);
  });

  it.each([
    ['a data store that is not there', 'GET', 'projects/my-project/locations/eu/dataStores/none', 404],
    ['a data store elsewhere', 'GET', 'projects/my-project/locations/us/dataStores/hr', 404],
    ['another branch', 'GET', '/branches/1/documents', 404],
    ['an operation that never was', 'GET', '/branches/0/operations/import-documents-1', 404],
    ['an unknown method', 'POST', '/branches/0/documents:drop', 404],
    ['an unknown parameter', 'GET', '/branches/0/documents?page_size=1', 400],
    ['an encoding that is none', 'GET', '/branches/0/documents/%E0%A4', 400],
  ])('does not answer a request for %s', async (_, method, path, status) => {
    await openWith([]);
    expect((await caller.send(method, path)).status).toBe(status);
  });
});
