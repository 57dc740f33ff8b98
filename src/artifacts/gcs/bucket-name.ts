import { BridgeError } from '../../core/errors.ts';

const BUCKET_URL = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/?$/;

/** The bucket that `gs://name` names. @throws BridgeError ARTIFACT_SCHEME_UNKNOWN */
export function bucketNameOf(bucketUrl: string): string {
  const name = BUCKET_URL.exec(bucketUrl.replace(/^gs:/i, 'gs:'))?.[1];
  if (name !== undefined) return name;
  throw new BridgeError('ARTIFACT_SCHEME_UNKNOWN', `${JSON.stringify(bucketUrl)} names no bucket.`, {
    hint: 'Write `gs://` and the name of a bucket; folders inside it belong to `output.prefix`.',
  });
}
