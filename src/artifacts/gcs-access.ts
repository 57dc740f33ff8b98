import type { Endpoint } from '../core/endpoint.ts';
import { toBridgeError } from '../core/errors.ts';
import { bucketNameOf } from './gcs-bucket-name.ts';
import { GcsBucket } from './gcs-client.ts';
import { wording } from './gcs-errors.ts';
import { valueIn } from './gcs-failure.ts';
import { retrying, type RetryPolicy } from './gcs-retry.ts';

interface GcsAccessPlace {
  readonly gcsEndpoint: Endpoint | undefined;
  readonly retry: RetryPolicy;
  /** One request ends after this. */
  readonly requestSeconds: number;
}

/** What the store does with objects: it writes, reads, lists, and replaces or clears away. */
const STORE_PERMISSIONS = ['create', 'get', 'list', 'delete'].map((verb) => `storage.objects.${verb}`);

/** Who may do what in a bucket, as far as the caller may know. Writes nothing. Throws BridgeError ARTIFACT_*. */
export interface GcsAccess {
  /** The permissions that the artifact store needs and the caller lacks. */
  missing(): Promise<readonly string[]>;
  /** The number of the bucket's project; undefined if the caller may not see it. */
  projectNumber(): Promise<string | undefined>;
  /**
   * The roles that a member such as `serviceAccount:…` has without a condition by the bucket's own policy; undefined if
   * the caller may not see it. What it has by the policies of the project or above is not there.
   */
  rolesOf(member: string): Promise<readonly string[] | undefined>;
}

/** @throws BridgeError ARTIFACT_SCHEME_UNKNOWN */
export function gcsAccess(bucketUrl: string, place: GcsAccessPlace): GcsAccess {
  const name = bucketNameOf(bucketUrl);
  const bucket = new GcsBucket(name, place.gcsEndpoint, { requestMs: place.requestSeconds * 1_000 });
  const asking = <T>(question: () => Promise<T>) =>
    wording('inspect', `gs://${name}`, () => retrying(question, place.retry));
  return {
    async missing() {
      const granted = await asking(() => bucket.granted(STORE_PERMISSIONS));
      return STORE_PERMISSIONS.filter((permission) => !granted.includes(permission));
    },
    projectNumber: () => ifPermitted(() => asking(() => bucket.projectNumber())),
    async rolesOf(member) {
      const bindings = await ifPermitted(() => asking(() => bucket.bindings()));
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
  const [role, members] = [valueIn(binding, 'role'), valueIn(binding, 'members')];
  const named = Array.isArray(members) && members.includes(member);
  return typeof role === 'string' && named && valueIn(binding, 'condition') === undefined ? [role] : [];
}
