import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bucketFindings, serviceAgentFindings } from '../../../../src/app/doctor/cloud/bucket.ts';
import { startGcsStandIn, type GcsStandIn } from '../../../stand-ins/gcs/gcs-stand-in.ts';
import type { Access } from '../../../stand-ins/gcs/iam-api.ts';
import { folderListing } from '../../../support/files/folder-listing.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';

const never = new AbortController().signal;
const BUCKET = 'gs://company-sync';
const PROJECT = '123456789012';
const AGENT = `service-${PROJECT}@gcp-sa-discoveryengine.iam.gserviceaccount.com`;
const MEMBER = `serviceAccount:${AGENT}`;

const folders = temporaryFolders();
let gcs: GcsStandIn | undefined;
afterEach(async () => {
  await gcs?.close();
  gcs = undefined;
});
afterAll(() => {
  folders.removeAll();
});

async function placeWith(access: Partial<Access> = {}) {
  gcs = await startGcsStandIn({ buckets: ['company-sync'], access });
  return { cwd: '/', gcsEndpoint: { url: gcs.url, loopback: true } };
}

const methods = () => new Set(gcs?.requests.map(({ method }) => method));

describe('a bucket', () => {
  test('in which the caller may do what runs do is fine, and nothing is written', async () => {
    const place = await placeWith();
    await expect(bucketFindings(BUCKET, place, never)).resolves.toMatchObject([
      { subject: 'bucket', status: 'ok' },
    ]);
    expect(gcs?.objects('company-sync')).toEqual([]);
    expect(methods()).toEqual(new Set(['GET']));
  });

  test('in which the caller may do too little fails, and names what is missing', async () => {
    const place = await placeWith({ denied: ['storage.objects.create', 'storage.objects.delete'] });
    await expect(bucketFindings(BUCKET, place, never)).resolves.toEqual([
      {
        subject: 'bucket',
        status: 'fail',
        remedy: { kind: 'grant_bucket' },
        code: 'ARTIFACT_PERMISSION',
        message: `In ${BUCKET} the caller lacks storage.objects.create, storage.objects.delete.`,
        fix: `Grant the caller roles/storage.objectUser on ${BUCKET}.`,
      },
    ]);
  });

  test('that does not exist fails and is not created', async () => {
    const place = await placeWith();
    await expect(bucketFindings('gs://not-there', place, never)).resolves.toMatchObject([
      {
        status: 'fail',
        code: 'ARTIFACT_BUCKET_MISSING',
        fix: expect.stringContaining('buckets create gs://not-there'),
      },
    ]);
    expect(methods()).toEqual(new Set(['GET']));
  });

  test('of an endpoint that does not know the question is a warning', async () => {
    const place = await placeWith();
    gcs?.fail({ fault: { how: 'status', status: 501, reason: 'notImplemented' } });
    await expect(bucketFindings(BUCKET, place, never)).resolves.toMatchObject([
      { status: 'warn', message: expect.stringContaining('does not answer testIamPermissions') },
    ]);
  });
});

describe('a folder for artifacts', () => {
  const at = (cwd: string) => ({ cwd, gcsEndpoint: undefined });

  test('that can be created passes and is not created', async () => {
    const cwd = folders.make();
    await expect(bucketFindings('file://./bucket', at(cwd), never)).resolves.toMatchObject([
      { status: 'ok', message: expect.stringContaining(join(cwd, 'bucket')) },
    ]);
    expect(folderListing(cwd)).toEqual([]);
  });

  test('that cannot be created fails', async () => {
    const cwd = folders.make();
    writeFileSync(join(cwd, 'bucket'), '');
    await expect(bucketFindings('file://./bucket', at(cwd), never)).resolves.toMatchObject([
      { status: 'fail', code: 'ARTIFACT_PERMISSION', message: expect.stringContaining('is not a folder') },
    ]);
  });
});

describe('the service agent', () => {
  const lookAt = async (access: Partial<Access>) => {
    const [finding] = await serviceAgentFindings(BUCKET, PROJECT, await placeWith(access), never);
    return finding;
  };
  const elsewhere = { projectNumber: '999' };
  const holding = (...roles: string[]) => ({
    ...elsewhere,
    bindings: roles.map((role) => ({ role, members: ['user:someone@example.com', MEMBER] })),
  });

  test('has access by its own role when the bucket is in its project', async () => {
    expect(await lookAt({ projectNumber: PROJECT })).toMatchObject({
      status: 'ok',
      message: expect.stringContaining(AGENT),
    });
  });

  test.each([
    [['roles/storage.objectUser']],
    [['roles/storage.objectAdmin']],
    [['roles/storage.admin']],
    [['roles/storage.objectViewer', 'roles/storage.objectCreator']],
  ])('with %j on a bucket of another project passes', async (roles) => {
    expect(await lookAt(holding(...roles))).toMatchObject({ status: 'ok' });
  });

  test('that reads and does not write is a warning: failures would have no names', async () => {
    expect(await lookAt(holding('roles/storage.objectViewer'))).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('which documents failed'),
    });
  });

  test('that the policy does not name is a warning with the command that grants it', async () => {
    expect(await lookAt(elsewhere)).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('does not let'),
      fix: `gcloud storage buckets add-iam-policy-binding ${BUCKET} --member=${MEMBER} --role=roles/storage.objectUser`,
    });
  });

  test('with the role only under a condition, or with another role, counts as lacking it', async () => {
    const condition = { title: 'until', expression: 'request.time < timestamp("2020-01-01T00:00:00Z")' };
    const bindings = [
      { role: 'roles/storage.objectUser', members: [MEMBER], condition },
      { role: 'roles/storage.objectAdmin', members: ['serviceAccount:other@example.com'] },
      { role: 'roles/storage.objectCreator', members: [MEMBER] },
    ];
    expect(await lookAt({ ...elsewhere, bindings })).toMatchObject({ status: 'warn' });
  });

  test('whose access the caller may not see is a warning, not a failure', async () => {
    const denied = ['storage.buckets.get', 'storage.buckets.getIamPolicy'];
    expect(await lookAt({ denied })).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('cannot be seen'),
    });
  });

  test('is not judged by a policy when only the bucket’s project is hidden', async () => {
    const access = { ...holding('roles/storage.objectUser'), denied: ['storage.buckets.get'] };
    expect(await lookAt(access)).toMatchObject({ status: 'ok' });
  });
});
