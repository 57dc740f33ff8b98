import { textAt, valueAt } from '../../draft.ts';
import { displayPath } from '../../problem.ts';
import type { SecretReference } from '../../uses.ts';

/** What receives a secret: the API and everything that is obtained for it, the token endpoint, or the login. */
export type SecretReceiver = 'api' | 'token' | 'login';

/** The secret of every kind of source; for a database, it is its connection string. */
export const MAIN_SECRET_PATH = 'spec.source.secretRef';

const TOKEN_PATHS = ['clientSecretRef', 'refreshTokenRef', 'passwordRef', 'privateKeyRef'].map(
  (key) => `spec.source.oauth.${key}`,
);
const LOGIN_PATHS = ['spec.source.login.secretRef'];
const HEADERS_PATH = 'spec.source.secretHeaders';

/**
 * Returns the secrets that a connector names.
 * @param receiver only those that this receiver gets. The API gets all of them, because a token or session that was obtained with
 *   a secret needs the same protection as the secret.
 */
export function secretReferences(connector: unknown, receiver: SecretReceiver = 'api'): SecretReference[] {
  if (receiver === 'token') return textsOf(connector, TOKEN_PATHS);
  if (receiver === 'login') return textsOf(connector, LOGIN_PATHS);
  return [
    ...textsOf(connector, [
      MAIN_SECRET_PATH,
      ...TOKEN_PATHS,
      ...LOGIN_PATHS,
      'spec.source.signing.secretRef',
    ]),
    ...headerReferences(connector),
  ];
}

/** The names of the secrets that a connector refers to. */
export function secretRefsOf(connector: unknown, receiver: SecretReceiver = 'api'): string[] {
  return secretReferences(connector, receiver).map(({ ref }) => ref);
}

function textsOf(connector: unknown, paths: readonly string[]): SecretReference[] {
  return paths.flatMap((path) => {
    const ref = textAt(connector, path);
    return ref === undefined ? [] : [{ path, ref }];
  });
}

/** The names of headers may contain dots, so they are not parts of a path to read. */
function headerReferences(connector: unknown): SecretReference[] {
  const headers = valueAt(connector, HEADERS_PATH);
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.entries(headers).flatMap(([name, ref]: [string, unknown]) =>
    typeof ref === 'string' ? [{ path: displayPath(['spec', 'source', 'secretHeaders', name]), ref }] : [],
  );
}
