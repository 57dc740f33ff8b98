import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { json, type Reply } from './http/http-server.ts';

/** An answer of a token server. */
export function tokenReply(token: string): Reply {
  return json(200, {
    access_token: token,
    token_type: 'Bearer',
    expires_in: 3600,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
}

/**
 * Writes a file of credentials for GOOGLE_APPLICATION_CREDENTIALS: a workload identity that gets its tokens from this URL.
 * @param more further fields of the file
 */
export function workloadIdentityFile(
  folder: string,
  tokenUrl: string,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const [file, subject] = [join(folder, 'credentials.json'), join(folder, 'subject')];
  writeFileSync(subject, 'subject-token');
  const credentials = {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: tokenUrl,
    credential_source: { file: subject },
    ...more,
  };
  writeFileSync(file, JSON.stringify(credentials));
  return file;
}
