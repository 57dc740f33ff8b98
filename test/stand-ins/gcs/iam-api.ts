import type { Bucket } from './bucket.ts';
import { Refusal, type Answer, type Call } from './exchange.ts';

/** Who may do what, as far as the stand-in is told: it answers questions about it, and lets everybody in otherwise. */
export interface Access {
  /** What the caller may not do; all else it may. `storage.buckets.get` and `.getIamPolicy` are needed for what they say. */
  readonly denied: readonly string[];
  /** The number of the project that all buckets belong to. */
  readonly projectNumber: string;
  /** The policy of each bucket. */
  readonly bindings: readonly Binding[];
}

interface Binding {
  readonly role: string;
  readonly members: readonly string[];
  readonly condition?: { readonly expression: string; readonly title: string };
}

/** The number that the stand-in for Discovery Engine has for its project. */
export const OPEN_ACCESS: Access = { denied: [], projectNumber: '123456789012', bindings: [] };

/** `GET /storage/v1/b/{bucket}/iam/testPermissions`, for which no permission is needed. None is left out of a list that is empty. */
export function testPermissions(call: Call, { denied }: Access): Answer {
  const asked = call.query.getAll('permissions');
  const ofProject = asked.find((name) => /^storage\.buckets\.(list|create)$/.test(name));
  if (ofProject !== undefined) throw new Refusal(400, 'invalid', `${ofProject} is a permission on projects.`);
  const permissions = asked.filter((name) => !denied.includes(name));
  const kind = 'storage#testIamPermissionsResponse';
  return { status: 200, json: permissions.length > 0 ? { kind, permissions } : { kind } };
}

/** `GET /storage/v1/b/{bucket}/iam` */
export function getPolicy(bucket: Bucket, access: Access): Answer {
  requirePermission('storage.buckets.getIamPolicy', bucket, access);
  const { bindings } = access;
  const json = {
    kind: 'storage#policy',
    resourceId: `projects/_/buckets/${bucket.name}`,
    version: 3,
    etag: 'CAE=',
  };
  return { status: 200, json: bindings.length > 0 ? { ...json, bindings } : json };
}

/** `GET /storage/v1/b/{bucket}` */
export function getBucket(bucket: Bucket, access: Access): Answer {
  requirePermission('storage.buckets.get', bucket, access);
  const { name } = bucket;
  return {
    status: 200,
    json: { kind: 'storage#bucket', id: name, name, projectNumber: access.projectNumber },
  };
}

function requirePermission(permission: string, { name }: Bucket, { denied }: Access): void {
  if (!denied.includes(permission)) return;
  throw new Refusal(
    403,
    'forbidden',
    `The caller does not have ${permission} access to the Google Cloud Storage bucket. Permission '${permission}' denied on resource '${name}' (or it may not exist).`,
  );
}
