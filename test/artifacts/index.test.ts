import { describe, expect, it } from '@jest/globals';
import { openArtifactStore } from '../../src/artifacts/index.ts';

describe('the artifact store of a bucket URL', () => {
  it('is a folder for file URLs, relative ones starting at the working directory', async () => {
    expect((await openArtifactStore('file:///data/bucket', '/here')).root).toBe('file:///data/bucket/');
    expect((await openArtifactStore('FILE://./bucket', '/here')).root).toBe('file:///here/bucket/');
  });

  it('is not there yet for gs URLs, and says what to do for now', async () => {
    await expect(openArtifactStore('gs://bucket', '/')).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      message: expect.stringContaining('gs://bucket'),
      hint: expect.stringMatching(/--local.*file:\/\//),
    });
  });

  it.each(['s3://bucket', '/data/bucket', '', 'constructor://x', 'toString:x', '://'])(
    'does not exist for %j, and the known schemes are listed',
    async (url) => {
      await expect(openArtifactStore(url, '/')).rejects.toMatchObject({
        code: 'ARTIFACT_SCHEME_UNKNOWN',
        message: expect.stringContaining(JSON.stringify(url)),
        hint: expect.stringContaining('file:// or gs://'),
      });
    },
  );
});
