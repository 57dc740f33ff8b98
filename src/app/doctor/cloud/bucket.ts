import { directoryOf } from '../../../artifacts/file/location.ts';
import type { GcsAccess } from '../../../artifacts/gcs/access.ts';
import type { Endpoint } from '../../../core/endpoint.ts';
import { BridgeError, toBridgeError } from '../../../core/errors.ts';
import { DOCTOR_REQUEST_SECONDS_MAX } from '../../limits.ts';
import { exposedFolder, unlessExposed } from '../exposed-paths.ts';
import { check, fail, checkAdvisory, ok, warn, withRemedy, type DoctorFinding } from '../finding.ts';
import { whyNotWritable } from '../writable-folder.ts';

interface BucketPlace {
  readonly cwd: string;
  readonly gcsEndpoint: Endpoint | undefined;
}

/** Whether the caller may write, read, list and replace artifacts. This check writes nothing. */
export function bucketFindings(
  bucket: string,
  place: BucketPlace,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  return check('bucket', signal, async () => [
    isInCloud(bucket) ? await cloudFinding(bucket, place) : await folderFinding(bucket, place),
  ]);
}

export function isInCloud(bucket: string): boolean {
  return /^gs:/i.test(bucket);
}

async function folderFinding(bucket: string, { cwd }: BucketPlace): Promise<DoctorFinding> {
  const folder = directoryOf(bucket, cwd);
  const reason = await whyNotWritable(folder);
  if (reason === undefined) {
    const found = ok('bucket', `${folder} can be written. Documents travel inside requests.`);
    return unlessExposed(found, await exposedFolder(folder));
  }
  const hint = 'Let the user of this process write there, or choose another `output.bucket`.';
  const message = `Artifacts cannot be kept in ${folder}: ${reason}.`;
  return fail('bucket', new BridgeError('ARTIFACT_PERMISSION', message, { hint }));
}

async function cloudFinding(bucket: string, place: BucketPlace): Promise<DoctorFinding> {
  const access = await openAccess(bucket, place);
  let missing: readonly string[] | undefined;
  try {
    missing = await access.missing();
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.code !== 'ARTIFACT_BUCKET_MISSING') throw error;
    return withRemedy(fail('bucket', error), { kind: 'create_bucket' });
  }
  if (missing === undefined) {
    const what = `What the caller may do in ${bucket} cannot be seen: GCS_ENDPOINT does not answer testIamPermissions.`;
    return warn('bucket', what, 'Nothing, if runs succeed; their first artifact shows it.');
  }
  if (missing.length === 0)
    return ok('bucket', `The caller may write, read, list and replace objects in ${bucket}.`);
  const message = `In ${bucket} the caller lacks ${missing.join(', ')}.`;
  const hint = `Grant the caller roles/storage.objectUser on ${bucket}.`;
  const found = fail('bucket', new BridgeError('ARTIFACT_PERMISSION', message, { hint }));
  return withRemedy(found, { kind: 'grant_bucket' });
}

const READING_ROLES = new Set(['objectViewer', 'objectUser', 'objectAdmin', 'admin'].map(storageRole));
const WRITING_ROLES = new Set(['objectCreator', 'objectUser', 'objectAdmin', 'admin'].map(storageRole));

function storageRole(name: string): string {
  return `roles/storage.${name}`;
}

/**
 * Whether Discovery Engine can read artifacts and write its error files, as far as the caller can see: a grant on the
 * bucket's project or above is not visible.
 */
export function serviceAgentFindings(
  bucket: string,
  projectNumber: string,
  place: BucketPlace,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  return checkAdvisory('service agent', signal, async () => [
    await agentFinding(bucket, projectNumber, place),
  ]);
}

async function agentFinding(
  bucket: string,
  projectNumber: string,
  place: BucketPlace,
): Promise<DoctorFinding> {
  const access = await openAccess(bucket, place);
  const agent = `service-${projectNumber}@gcp-sa-discoveryengine.iam.gserviceaccount.com`;
  const member = `serviceAccount:${agent}`;
  const fix = `gcloud storage buckets add-iam-policy-binding ${bucket} --member=${member} --role=roles/storage.objectUser`;
  if ((await access.projectNumber()) === projectNumber) {
    return ok(
      'service agent',
      `${bucket} is in the data store's project, where ${agent} has access by its own role.`,
    );
  }
  const roles = await access.rolesOf(member);
  if (roles === undefined) {
    return warn(
      'service agent',
      `Whether ${agent} may read ${bucket} cannot be seen.`,
      `Unless the bucket is in the data store's project: ${fix}`,
    );
  }
  const reads = roles.some((role) => READING_ROLES.has(role));
  if (reads && roles.some((role) => WRITING_ROLES.has(role))) {
    return ok('service agent', `${agent} may read and write in ${bucket}.`);
  }
  const what = reads
    ? `${agent} may read ${bucket}, and by its policy not write there, so imports cannot say which documents failed.`
    : `The policy of ${bucket} does not let ${agent} read there. A custom role, a condition or a grant on its project may.`;
  return withRemedy(warn('service agent', what, fix), { kind: 'grant_bucket', member });
}

/** Loads the cloud client only for a connector that requires it. */
async function openAccess(bucket: string, { gcsEndpoint }: BucketPlace): Promise<GcsAccess> {
  const { gcsAccess } = await import('../../../artifacts/gcs/access.ts');
  return gcsAccess(bucket, { gcsEndpoint, requestSeconds: DOCTOR_REQUEST_SECONDS_MAX });
}
