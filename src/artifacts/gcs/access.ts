import type { Endpoint } from '../../core/endpoint.ts';
import { toBridgeError } from '../../core/errors.ts';
import { HeldLeases } from '../../pipeline/held-leases.ts';
import { bucketNameOf } from './bucket-name.ts';
import { GcsBucket } from './client.ts';
import { gcsError, withGcsErrors } from './errors.ts';
import { failureOf } from './failure.ts';
import { propertyOf } from '../../core/thrown.ts';

interface GcsAccessPlace {
  readonly gcsEndpoint: Endpoint | undefined;
  /** The timeout of one request. Requests are not retried. */
  readonly requestSeconds: number;
}

/** The permissions that the store needs: it writes, reads, lists, replaces and deletes objects. */
const STORE_PERMISSIONS = ['create', 'get', 'list', 'delete'].map((verb) => `storage.objects.${verb}`);

/** The statuses with which an endpoint other than Google's rejects an unknown method. */
const NO_SUCH_METHOD = new Set([404, 405, 501]);

/** Reads the permissions on a bucket, as far as the caller may see them. Writes nothing. Throws BridgeError ARTIFACT_*. */
export interface GcsAccess {
  /**
   * The permissions that the artifact store needs and the caller lacks; undefined if the endpoint does not support the request.
   */
  missing(): Promise<readonly string[] | undefined>;
  /** The number of the bucket's project; undefined if the caller may not see it. */
  projectNumber(): Promise<string | undefined>;
  /**
   * The roles that a member such as `serviceAccount:…` has without a condition in the bucket's own policy; undefined if the
   * caller may not read the policy. Roles from the policies of the project or above are not included.
   */
  rolesOf(member: string): Promise<readonly string[] | undefined>;
}

/** @throws BridgeError ARTIFACT_SCHEME_UNKNOWN */
export function gcsAccess(bucketUrl: string, { gcsEndpoint, requestSeconds }: GcsAccessPlace): GcsAccess {
  const uri = `gs://${bucketNameOf(bucketUrl)}`;
  const bucket = new GcsBucket(bucketNameOf(bucketUrl), gcsEndpoint, new HeldLeases(), {
    requestMs: requestSeconds * 1_000,
  });
  return {
    async missing() {
      try {
        const granted = await bucket.granted(STORE_PERMISSIONS);
        return STORE_PERMISSIONS.filter((permission) => !granted.includes(permission));
      } catch (thrown) {
        const error = toBridgeError(gcsError('inspect', uri, thrown));
        const unknown = NO_SUCH_METHOD.has(failureOf(thrown)?.status ?? 0);
        if (unknown && error.code !== 'ARTIFACT_BUCKET_MISSING') return undefined;
        throw error;
      }
    },
    projectNumber: () => ifPermitted(() => withGcsErrors('inspect', uri, () => bucket.projectNumber())),
    async rolesOf(member) {
      const bindings = await ifPermitted(() => withGcsErrors('inspect', uri, () => bucket.bindings()));
      return bindings?.flatMap((binding) => rolesIn(binding, member));
    },
  };
}

async function ifPermitted<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (thrown) {
    if (toBridgeError(thrown).code === 'ARTIFACT_PERMISSION') return undefined;
    throw thrown;
  }
}

function rolesIn(binding: unknown, member: string): string[] {
  const [role, members] = [propertyOf(binding, 'role'), propertyOf(binding, 'members')];
  const named = Array.isArray(members) && members.includes(member);
  return typeof role === 'string' && named && propertyOf(binding, 'condition') === undefined ? [role] : [];
}
