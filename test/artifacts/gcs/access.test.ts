import { afterEach, describe, expect, test } from '@jest/globals';
import { gcsAccess } from '../../../src/artifacts/gcs/access.ts';
import { startGcsStandIn, type GcsStandIn } from '../../stand-ins/gcs/gcs-stand-in.ts';
import type { Access } from '../../stand-ins/gcs/iam-api.ts';

const MEMBER = 'serviceAccount:agent@example.com';
let gcs: GcsStandIn;
afterEach(async () => {
  await gcs.close();
});

async function open(access: Partial<Access> = {}, bucket = 'gs://company-sync') {
  gcs = await startGcsStandIn({ buckets: ['company-sync'], access });
  return gcsAccess(bucket, { gcsEndpoint: { url: gcs.url, loopback: true }, requestSeconds: 5 });
}

describe('the permissions of the caller in a bucket', () => {
  test('lacks nothing when it has all that the artifact store needs', async () => {
    await expect((await open()).missing()).resolves.toEqual([]);
  });

  test('lacks what is denied, also when that is everything', async () => {
    await expect((await open({ denied: ['storage.objects.delete'] })).missing()).resolves.toEqual([
      'storage.objects.delete',
    ]);
    await gcs.close();
    const all = ['create', 'get', 'list', 'delete'].map((verb) => `storage.objects.${verb}`);
    await expect((await open({ denied: all })).missing()).resolves.toEqual(all);
  });

  test('cannot be known for a bucket that is not there', async () => {
    await expect((await open({}, 'gs://not-there')).missing()).rejects.toMatchObject({
      code: 'ARTIFACT_BUCKET_MISSING',
    });
  });

  test.each([404, 405, 501])('is not known where the question is answered with %i', async (status) => {
    const access = await open();
    gcs.fail({ fault: { how: 'status', status } });
    await expect(access.missing()).resolves.toBeUndefined();
  });

  test.each([
    [401, 'ARTIFACT_PERMISSION'],
    [403, 'ARTIFACT_PERMISSION'],
    [503, 'ARTIFACT_READ_FAILED'],
  ])('fails with %i as %s, after one attempt', async (status, code) => {
    const access = await open();
    gcs.fail({ fault: { how: 'status', status }, times: 3 });
    await expect(access.missing()).rejects.toMatchObject({ code });
    expect(gcs.requests).toHaveLength(1);
  });
});

describe('the project of a bucket', () => {
  test('is told by its number', async () => {
    await expect((await open({ projectNumber: '77' })).projectNumber()).resolves.toBe('77');
  });

  test('is not known to who may not see it', async () => {
    await expect((await open({ denied: ['storage.buckets.get'] })).projectNumber()).resolves.toBeUndefined();
  });

  test('fails when the connection does', async () => {
    const access = await open();
    gcs.fail({ fault: { how: 'drop before' } });
    await expect(access.projectNumber()).rejects.toMatchObject({ code: 'ARTIFACT_READ_FAILED' });
  });
});

describe('the roles of a member', () => {
  test('are those that the policy gives it without a condition', async () => {
    const condition = { title: 'sometimes', expression: 'false' };
    const access = await open({
      bindings: [
        { role: 'roles/storage.objectViewer', members: ['user:a@example.com', MEMBER] },
        { role: 'roles/storage.objectUser', members: [MEMBER], condition },
        { role: 'roles/storage.admin', members: ['user:a@example.com'] },
        { role: 'roles/storage.objectCreator', members: [MEMBER] },
      ],
    });
    const roles = ['roles/storage.objectViewer', 'roles/storage.objectCreator'];
    await expect(access.rolesOf(MEMBER)).resolves.toEqual(roles);
    // Conditions are shown only to who asks for this version of policies.
    expect(gcs.requests[0]?.url).toContain('optionsRequestedPolicyVersion=3');
  });

  test('are none under a policy without bindings', async () => {
    await expect((await open()).rolesOf(MEMBER)).resolves.toEqual([]);
  });

  test('are not known to who may not see the policy', async () => {
    const access = await open({ denied: ['storage.buckets.getIamPolicy'] });
    await expect(access.rolesOf(MEMBER)).resolves.toBeUndefined();
  });
});
