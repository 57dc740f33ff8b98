import type { ErrorCode } from '../../core/error-kinds.ts';
import { BridgeError } from '../../core/errors.ts';
import { failedRequest } from '../../net/failed-request.ts';
import {
  networkHint,
  networkWords,
  PROXY_LOGIN_HINT,
  type NetworkHints,
} from '../../net/network-error-text.ts';
import { endingOf } from './retry.ts';
import { CredentialsFailure, failureOf, isTransient, type GcsFailure } from './failure.ts';

/** Each action as messages name it, and the permission that it needs. */
const ACTIONS = {
  write: { verb: 'write', permission: 'storage.objects.create' },
  replace: { verb: 'replace', permission: 'storage.objects.create` and `storage.objects.delete' },
  read: { verb: 'read', permission: 'storage.objects.get' },
  list: { verb: 'list', permission: 'storage.objects.list' },
  inspect: { verb: 'inspect', permission: 'storage.objects.create' },
  remove: { verb: 'remove', permission: 'storage.objects.delete' },
} as const;

export type GcsAction = keyof typeof ACTIONS;

const READING: ReadonlySet<GcsAction> = new Set(['read', 'list', 'inspect']);
/** A 404 to these actions always means that the bucket is missing. */
const OF_THE_BUCKET: ReadonlySet<GcsAction> = new Set(['list', 'write', 'replace']);
const NO_BUCKET = /bucket does not exist/i;
const CHECKSUM = /crc32c|hash/i;

/** Runs a function on an object or a folder, and translates errors of Cloud Storage. */
export async function withGcsErrors<T>(action: GcsAction, uri: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw gcsError(action, uri, error);
  }
}

/**
 * Translates errors of Cloud Storage, the network and the credentials to ARTIFACT_*; any other error is a bug and is returned
 * unchanged. The original error is not kept as the cause: errors of the library contain tokens and the URIs of upload sessions.
 */
export function gcsError(action: GcsAction, uri: string, error: unknown): unknown {
  if (error instanceof BridgeError) return error;
  const failure = failureOf(error);
  if (failure === undefined) return error;
  const failed = READING.has(action) ? 'ARTIFACT_READ_FAILED' : 'ARTIFACT_WRITE_FAILED';
  const [code, hint, prefix = ''] =
    error instanceof CredentialsFailure
      ? aboutCredentials(failure, failed)
      : about(action, uri, failure, failed);
  const words = failure.network === undefined ? failure.words : networkWords(failure.network);
  // A problem with the bucket or the credentials does not depend on the action that was tried first, such as clearing a folder.
  const isGeneral = code === 'ARTIFACT_BUCKET_MISSING' || error instanceof CredentialsFailure;
  const tried = isGeneral ? `use ${bucketOf(uri)}` : `${ACTIONS[action].verb} ${uri}`;
  const message = `Cannot ${tried}: ${prefix}${words}`;
  return failedRequest({ code, message, hint, lasting: false }, endingOf(error));
}

type Told = readonly [code: ErrorCode, hint: string, prefix?: string];

const LATER = 'Run again later; nothing was committed.';
const HINTS: NetworkHints = {
  name: 'the host name in GCS_ENDPOINT if it is set',
  server: 'the network, HTTPS_PROXY, and GCS_ENDPOINT if it is set',
  proxied: true,
  lost: LATER,
  slow: LATER,
  untrusted: 'If a proxy opens TLS here, name the file of its authority in NODE_EXTRA_CA_CERTS.',
  otherName: 'If a proxy opens TLS here, let it show a certificate of the host that is asked for.',
  client: 'Google wants none: check HTTPS_PROXY and GCS_ENDPOINT.',
};

const PROXY_LOGIN = 'the proxy asks for a password: ';
const LOG_IN =
  'Run `gcloud auth application-default login`, let GOOGLE_APPLICATION_CREDENTIALS name a key file, ' +
  'or give the workload an identity.';

function bucketOf(uri: string): string {
  return /^gs:\/\/[^/]+/.exec(uri)?.[0] ?? uri;
}

function aboutCredentials(failure: GcsFailure, failed: ErrorCode): Told {
  const prefix = 'no token could be had: ';
  if (failure.network !== undefined) return [failed, networkHint(failure.network, HINTS), prefix];
  if (isTransient(failure)) return [failed, 'Can this machine reach Google? Run again later.', prefix];
  if (failure.status === 407) return ['ARTIFACT_PERMISSION', PROXY_LOGIN_HINT, PROXY_LOGIN];
  return ['ARTIFACT_CREDENTIALS', LOG_IN, 'Google gives no token: '];
}

function about(action: GcsAction, uri: string, failure: GcsFailure, failed: ErrorCode): Told {
  const bucket = bucketOf(uri);
  const { status, network, words } = failure;
  const later = action === 'inspect' ? 'Look again later.' : LATER;
  if (network !== undefined) {
    const hint = networkHint(network, { ...HINTS, lost: later, slow: later });
    return [failed, hint, 'Cloud Storage cannot be reached: '];
  }
  if (isTransient(failure)) {
    const prefix =
      status === undefined ? 'Cloud Storage gave no usable answer: ' : `Cloud Storage answers ${status}: `;
    return [failed, later, prefix];
  }
  if (status === 407) return ['ARTIFACT_PERMISSION', PROXY_LOGIN_HINT, PROXY_LOGIN];
  if (status === 404 && (OF_THE_BUCKET.has(action) || NO_BUCKET.test(words))) {
    return [
      'ARTIFACT_BUCKET_MISSING',
      `Create it with \`gcloud storage buckets create ${bucket}\`, or correct \`output.bucket\`.`,
    ];
  }
  if (status === 404) {
    return ['ARTIFACT_MISSING', 'Was it removed? A run whose artifacts are gone must be run again.'];
  }
  if (status === 401) return ['ARTIFACT_PERMISSION', LOG_IN];
  if (status === 403) {
    const { permission } = ACTIONS[action];
    return [
      'ARTIFACT_PERMISSION',
      `Grant \`roles/storage.objectUser\` on ${bucket} to the account that runs this, or at least \`${permission}\`.`,
    ];
  }
  if (status === 400 && CHECKSUM.test(words)) {
    return [failed, 'Run again: the content was damaged on its way, so Cloud Storage refused it.'];
  }
  return [failed, 'Nothing was committed. If running again does not help, its words say what to change.'];
}
