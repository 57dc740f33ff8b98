import { describe, expect, it } from '@jest/globals';
import { branchOf, endpointOf, importRequests, purgeRequests } from '../../../src/gemini/api/requests.ts';
import type { ManifestFile } from '../../../src/pipeline/ports/ports.ts';

const dataStore = { projectId: 'my-project', location: 'eu', dataStoreId: 'hr-ds' };
const branch =
  'https://eu-discoveryengine.googleapis.com/v1/projects/my-project/locations/eu/collections/default_collection' +
  '/dataStores/hr-ds/branches/default_branch';

function files(count: number, kind: ManifestFile['kind'], rows = 1): ManifestFile[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `R1/${kind}-${index + 1}`;
    return { kind, name, uri: `gs://b/${name}`, rows, bytes: rows, crc32c: 'AAAAAA==' };
  });
}

describe('the endpoint of a location', () => {
  it.each([
    ['global', 'https://discoveryengine.googleapis.com'],
    ['us', 'https://us-discoveryengine.googleapis.com'],
    ['eu', 'https://eu-discoveryengine.googleapis.com'],
    ['asia-northeast1', 'https://discoveryengine.asia-northeast1.rep.googleapis.com'],
    ['europe-west2', 'https://discoveryengine.europe-west2.rep.googleapis.com'],
  ])('of %s is %s', (location, endpoint) => {
    expect(endpointOf(location)).toBe(endpoint);
  });

  it.each(['', 'EU', 'evil.example/', 'a.b', 'eu@evil', 'eu\n'])(
    'refuses %j, which would lead elsewhere',
    (location) => {
      expect(() => endpointOf(location)).toThrow(expect.objectContaining({ code: 'CONNECTOR_INVALID' }));
    },
  );
});

describe('a branch', () => {
  it('is named by project, location and data store, whatever characters they have', () => {
    expect(branchOf({ projectId: 'example.com:p', location: 'us', dataStoreId: 'a/b' })).toBe(
      'projects/example.com%3Ap/locations/us/collections/default_collection/dataStores/a%2Fb/branches/default_branch',
    );
  });
});

describe('an import', () => {
  it('inserts and updates the documents of all files, and deletes nothing', () => {
    expect(
      importRequests(dataStore, files(2, 'upserts.discovery'), 'INCREMENTAL', 'gs://b/R1/errors/'),
    ).toEqual([
      {
        method: 'POST',
        url: `${branch}/documents:import`,
        body: {
          gcsSource: {
            inputUris: ['gs://b/R1/upserts.discovery-1', 'gs://b/R1/upserts.discovery-2'],
            dataSchema: 'document',
          },
          reconciliationMode: 'INCREMENTAL',
          errorConfig: { gcsPrefix: 'gs://b/R1/errors/import-1/' },
        },
      },
    ]);
  });

  it('is one request for each hundred files, each with errors of its own', () => {
    const sent = files(201, 'upserts.discovery');
    const requests = importRequests(dataStore, sent, 'INCREMENTAL', 'gs://b/e/');
    expect(requests.map((request) => request.body.gcsSource.inputUris.length)).toEqual([100, 100, 1]);
    expect(requests.flatMap((request) => request.body.gcsSource.inputUris)).toEqual(
      sent.map((file) => file.uri),
    );
    expect(new Set(requests.map((request) => request.body.errorConfig?.gcsPrefix)).size).toBe(3);
    expect(
      importRequests(dataStore, files(100, 'upserts.discovery'), 'INCREMENTAL', 'gs://b/e/'),
    ).toHaveLength(1);
  });

  it('is not made for nothing', () => {
    expect(importRequests(dataStore, [], 'INCREMENTAL', 'gs://b/e/')).toEqual([]);
    expect(importRequests(dataStore, files(2, 'upserts.discovery', 0), 'INCREMENTAL', 'gs://b/e/')).toEqual(
      [],
    );
  });
});

describe('a purge', () => {
  it('deletes the listed ids', () => {
    expect(purgeRequests(dataStore, files(1, 'deletes.discovery'), 'gs://b/R1/errors/')).toEqual([
      {
        method: 'POST',
        url: `${branch}/documents:purge`,
        body: {
          filter: '*',
          gcsSource: { inputUris: ['gs://b/R1/deletes.discovery-1'], dataSchema: 'document_id' },
          force: true,
          errorConfig: { gcsPrefix: 'gs://b/R1/errors/purge-1/' },
        },
      },
    ]);
  });

  it('is never made without ids, which would empty the data store', () => {
    expect(purgeRequests(dataStore, [], 'gs://b/e/')).toEqual([]);
    expect(purgeRequests(dataStore, files(3, 'deletes.discovery', 0), 'gs://b/e/')).toEqual([]);
    for (const count of [1, 100, 101, 200]) {
      for (const request of purgeRequests(dataStore, files(count, 'deletes.discovery'), 'gs://b/e/')) {
        expect(request.body.gcsSource.inputUris.length).toBeGreaterThan(0);
      }
    }
  });
});
