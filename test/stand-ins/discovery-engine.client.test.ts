import { DataStoreServiceClient, DocumentServiceClient } from '@google-cloud/discoveryengine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Caller, PLAIN_STORE, plainDocuments } from './discovery-engine/caller.ts';
import type { DiscoveryEngineOptions } from './discovery-engine/options.ts';

// That Google's own code understands the answers of the stand-in is what shows that they have Google's form.

let caller: Caller;
let client: DocumentServiceClient;
const parent =
  'projects/my-project/locations/eu/collections/default_collection/dataStores/hr/branches/default_branch';
const numbered = parent.replace('my-project', '123456789012').replace('default_branch', '0');

/** REST, over plain HTTP. A key keeps the client from looking for credentials on this machine. */
function clientOptions() {
  const { hostname, port } = new URL(caller.standIn.url);
  const place = { protocol: 'http', apiEndpoint: hostname, port: Number(port) };
  return { fallback: true, ...place, projectId: PLAIN_STORE.project, apiKey: 'none' };
}

async function open(options: Partial<DiscoveryEngineOptions> = {}): Promise<void> {
  caller = await Caller.open(options);
  client = new DocumentServiceClient(clientOptions());
}

afterEach(async () => {
  await client.close();
  await caller.standIn.close();
});

describe('Google’s client on the stand-in', () => {
  it('imports inline, with the data as a Struct', async () => {
    await open({ pollsUntilDone: 2 });
    const [operation] = await client.importDocuments({
      parent,
      inlineSource: {
        documents: [
          { id: 'a', structData: { fields: { title: { stringValue: 'Mei' }, years: { numberValue: 3 } } } },
          { id: 'b', jsonData: '{"title":"Li"}' },
        ],
      },
    });
    const [response, metadata] = await operation.promise();
    expect(response.errorSamples).toEqual([]);
    expect([metadata.successCount, metadata.failureCount, metadata.totalCount].map(String)).toEqual([
      '2',
      '0',
      '2',
    ]);
    expect(metadata.createTime?.seconds).toBeDefined();
    const documents = caller.standIn.documents(PLAIN_STORE);
    expect([...documents.values()].map(({ data }) => data)).toEqual([
      { title: 'Mei', years: 3 },
      { title: 'Li' },
    ]);
    expect(caller.standIn.operations).toMatchObject([{ polls: 2 }]);
    expect(caller.standIn.violations).toEqual([]);
  });

  it('imports from files, and is told of each failure', async () => {
    // Google's client of this version fails on details that say which document it was: it lacks their descriptors.
    await open({ errorForm: 'anonymous' });
    const uri = caller.storage.put('gs://bucket/a.ndjson', [...plainDocuments('a'), { id: 'b' }]);
    const errorConfig = { gcsPrefix: 'gs://bucket/errors/' };
    const [operation] = await client.importDocuments({
      parent,
      gcsSource: { inputUris: [uri], dataSchema: 'document' },
      reconciliationMode: 'INCREMENTAL',
      errorConfig,
    });
    const progress = await client.checkImportDocumentsProgress(operation.name ?? '');
    expect(progress.done).toBe(true);
    expect(progress.metadata).toMatchObject({
      successCount: expect.anything(),
      failureCount: expect.anything(),
    });
    const [response, metadata] = await operation.promise();
    expect([metadata.successCount, metadata.failureCount].map(String)).toEqual(['1', '1']);
    expect(response.errorConfig).toMatchObject(errorConfig);
    expect(response.errorSamples).toMatchObject([
      { code: 3, message: 'one of structData and jsonData is needed' },
    ]);
  });

  it('reconciles in FULL mode, which it sends as a number', async () => {
    await open();
    await caller.importLines(plainDocuments('a', 'b'));
    const uri = caller.storage.put('gs://bucket/full.ndjson', plainDocuments('b'));
    const [operation] = await client.importDocuments({
      parent,
      gcsSource: { inputUris: [uri] },
      reconciliationMode: 'FULL',
    });
    await operation.promise();
    expect(
      caller.standIn.requests.some(({ body }) =>
        JSON.stringify(body ?? '').includes('"reconciliationMode":2'),
      ),
    ).toBe(true);
    expect(caller.ids()).toEqual(['b']);
  });

  it('purges, first to count and then to delete', async () => {
    await open();
    await caller.importLines(plainDocuments('a', 'b', 'c'));
    const uri = caller.storage.put('gs://bucket/ids.txt', ['a', 'b', 'absent']);
    const gcsSource = { inputUris: [uri], dataSchema: 'document_id' };
    const [dry] = await client.purgeDocuments({ parent, filter: '*', gcsSource });
    const [counted] = await dry.promise();
    expect(String(counted.purgeCount)).toBe('2');
    expect(counted.purgeSample).toEqual([`${numbered}/documents/a`, `${numbered}/documents/b`]);
    expect(caller.ids()).toEqual(['a', 'b', 'c']);

    const [forced] = await client.purgeDocuments({ parent, filter: '*', gcsSource, force: true });
    const [, metadata] = await forced.promise();
    expect([metadata.successCount, metadata.failureCount, metadata.ignoredCount].map(String)).toEqual([
      '2',
      '0',
      '1',
    ]);
    const inlineSource = { documents: [`${parent}/documents/c`] };
    const [inline] = await client.purgeDocuments({ parent, filter: '*', inlineSource, force: true });
    await inline.promise();
    expect(caller.ids()).toEqual([]);
    expect(caller.standIn.violations).toEqual([]);
  });

  it('reads, lists, writes and deletes single documents', async () => {
    await open();
    await caller.importLines(plainDocuments('a', 'b', 'c'));
    const name = `${parent}/documents/a`;
    const [document] = await client.getDocument({ name });
    expect(document).toMatchObject({
      name: `${numbered}/documents/a`,
      structData: { fields: { title: { stringValue: 'Title of a' } } },
    });
    const [all] = await client.listDocuments({ parent });
    expect(all.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    const [twoOfThem] = await client.listDocuments({ parent, pageSize: 2 }, { autoPaginate: false });
    expect(twoOfThem).toHaveLength(2);

    await client.createDocument({ parent, documentId: 'd', document: { jsonData: '{}' } });
    await client.updateDocument({
      document: { name: `${parent}/documents/e`, jsonData: '{}' },
      allowMissing: true,
    });
    await client.deleteDocument({ name });
    expect(caller.ids()).toEqual(['b', 'c', 'd', 'e']);
    // In REST mode this client gives HTTP's number, not that of gRPC.
    await expect(client.deleteDocument({ name })).rejects.toMatchObject({
      code: 404,
      message: expect.stringContaining('not found'),
    });
  });

  it('reads a data store', async () => {
    await open();
    const dataStores = new DataStoreServiceClient(clientOptions());
    const [store] = await dataStores.getDataStore({ name: parent.replace(/\/branches.*/, '-acl') });
    expect(store).toMatchObject({
      name: numbered.replace('/branches/0', '-acl'),
      aclEnabled: true,
      contentConfig: 'NO_CONTENT',
      industryVertical: 'GENERIC',
    });
    await dataStores.close();
  });

  it('is told how an operation failed', async () => {
    await open();
    const [operation] = await client.importDocuments({
      parent,
      gcsSource: { inputUris: ['gs://bucket/none'] },
    });
    await expect(operation.promise()).rejects.toMatchObject({
      code: 5,
      message: expect.stringContaining('No file matches gs://bucket/none.'),
    });
  });

  it('is told which permission it lacks', async () => {
    await open({ permissions: { purge: false } });
    const purge = client.purgeDocuments({
      parent,
      filter: '*',
      inlineSource: { documents: [`${parent}/documents/a`] },
    });
    await expect(purge).rejects.toMatchObject({
      code: 403,
      message: expect.stringContaining('discoveryengine.documents.purge'),
    });
  });
});
