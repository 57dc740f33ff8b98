import { describe, expect, it } from '@jest/globals';
import { importRequests, purgeRequests } from '../../../src/gemini/api/requests.ts';
import type { ManifestFile } from '../../../src/pipeline/ports/ports.ts';
import { importRequestProblems, purgeRequestProblems } from '../../support/discovery-protos/requests.ts';

const dataStore = { projectId: 'my-project', location: 'eu', dataStoreId: 'hr-ds' };

function files(count: number, kind: ManifestFile['kind']): ManifestFile[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `R1/${kind}-${index + 1}`;
    return { kind, name, uri: `gs://bucket/${name}`, rows: 1, bytes: 1, crc32c: 'AAAAAA==' };
  });
}

describe('requests compared with Google’s descriptors', () => {
  it.each([1, 100, 250])('is a correct import of %i files', (count) => {
    const requests = importRequests(
      dataStore,
      files(count, 'upserts.discovery'),
      'INCREMENTAL',
      'gs://bucket/errors/',
    );
    expect(requests).toHaveLength(Math.ceil(count / 100));
    expect(requests.flatMap(({ body }) => importRequestProblems(body))).toEqual([]);
  });

  it.each([1, 100, 250])('is a correct purge by %i files', (count) => {
    const requests = purgeRequests(dataStore, files(count, 'deletes.discovery'), 'gs://bucket/errors/');
    expect(requests).toHaveLength(Math.ceil(count / 100));
    expect(requests.flatMap(({ body }) => purgeRequestProblems(body))).toEqual([]);
  });
});
