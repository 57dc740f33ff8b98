import { describe, expect, it } from '@jest/globals';
import { openArtifactStore } from '../../src/artifacts/index.ts';
import { ALWAYS_HELD } from '../support/pipeline/always-held.ts';

const place = {
  cwd: '/here',
  gcsEndpoint: undefined,
  retry: { retries: 0, backoffSeconds: 0 },
  leases: ALWAYS_HELD,
};

describe('the artifact store of a bucket URL', () => {
  it('is a folder for file URLs, relative ones starting at the working directory', async () => {
    expect((await openArtifactStore('file:///data/bucket', place)).root).toBe('file:///data/bucket/');
    expect((await openArtifactStore('FILE://./bucket', place)).root).toBe('file:///here/bucket/');
  });

  it('is a bucket for gs URLs', async () => {
    expect((await openArtifactStore('gs://company-sync', place)).root).toBe('gs://company-sync/');
    expect((await openArtifactStore('GS://company-sync/', place)).root).toBe('gs://company-sync/');
  });

  it.each(['gs://bucket/with/path', 'gs://', 'gs:bucket', 'gs://Bucket', 'gs://b?x=1', 'gs://user@bucket'])(
    'refuses %j as a bucket, and the hint says where folders go',
    async (url) => {
      await expect(openArtifactStore(url, place)).rejects.toMatchObject({
        code: 'ARTIFACT_SCHEME_UNKNOWN',
        message: `${JSON.stringify(url)} names no bucket.`,
        hint: expect.stringContaining('output.prefix'),
      });
    },
  );

  it.each(['s3://bucket', '/data/bucket', '', 'constructor://x', 'toString:x', '://'])(
    'does not exist for %j, and the known schemes are listed',
    async (url) => {
      await expect(openArtifactStore(url, place)).rejects.toMatchObject({
        code: 'ARTIFACT_SCHEME_UNKNOWN',
        message: expect.stringContaining(JSON.stringify(url)),
        hint: expect.stringContaining('file:// or gs://'),
      });
    },
  );
});
