import { textAt, valueAt } from './draft.ts';
import type { Finding } from './problem.ts';
import { isCredentialHeader } from './rules-plaintext.ts';
import { looksLikeSecret } from './secrets.ts';

export const SECRET_PATHS = ['spec.source.secretRef', 'spec.source.oauth.clientSecretRef'] as const;

/** Names of the secrets that a connector refers to. */
export function secretRefsOf(connector: unknown): string[] {
  return SECRET_PATHS.flatMap((path) => textAt(connector, path) ?? []);
}

const URL_PATHS = ['spec.source.url', 'spec.source.oauth.tokenUrl'] as const;

/** Secrets stay out of the file. The messages never repeat the value: it may be the secret. */
export function secretFindings(connector: unknown): Finding[] {
  return [
    ...SECRET_PATHS.flatMap((path) => referenceFindings(path, textAt(connector, path))),
    ...URL_PATHS.flatMap((path) => urlFindings(path, textAt(connector, path))),
    ...headerFindings(valueAt(connector, 'spec.source.headers')),
  ];
}

function referenceFindings(path: string, ref: string | undefined): Finding[] {
  if (ref === undefined || ref === '') return [];
  if (looksLikeSecret(ref)) {
    return [
      {
        code: 'secret_in_file',
        path,
        message:
          'This looks like the secret itself; here goes its name only. If the file was shared, change the secret.',
        fix: 'a name such as hr-db-credentials, and the value in SECRET_HR_DB_CREDENTIALS',
      },
    ];
  }
  if (/^[A-Za-z0-9._-]+$/.test(ref)) return [];
  return [
    {
      severity: 'warning',
      code: 'secret_name',
      path,
      message: 'No environment variable can have this name, so only the managed store can hold this secret.',
      fix: 'letters, digits, . _ and - only',
    },
  ];
}

function urlFindings(path: string, url: string | undefined): Finding[] {
  if (url === undefined || !/^[a-z]+:\/\/[^/?#]*@/i.test(url)) return [];
  return [
    {
      code: 'secret_in_file',
      path,
      message: 'The address carries a user name or password.',
      fix: 'the address without them, and secretRef for the credentials',
    },
  ];
}

function headerFindings(headers: unknown): Finding[] {
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.keys(headers)
    .filter(isCredentialHeader)
    .map((name) => ({
      severity: 'warning',
      code: 'secret_in_file',
      path: `spec.source.headers.${name}`,
      message: `The header ${name} usually carries a secret, and everybody who reads this file reads it.`,
      fix: 'secretRef or oauth in place of the header',
    }));
}
