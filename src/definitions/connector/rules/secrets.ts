import { textAt, valueAt } from '../../draft.ts';
import { displayPath, type FieldFinding } from '../../problem.ts';
import { MAIN_SECRET_PATH, secretReferences } from '../secrets/secret-references.ts';
import { secretTexts, type SecretText } from '../secrets/secret-texts.ts';
import { isCredentialHeader } from './plaintext.ts';
import { looksLikeSecret } from '../secrets/secrets.ts';

const URL_PATHS = [
  ...['spec.source.url', 'spec.source.oauth.tokenUrl', 'spec.source.login.url'],
  ...['spec.source.parents.url', 'spec.source.detail.url'],
  ...['spec.source.job.start.url', 'spec.source.job.poll.url'],
];

/** A file must not contain secrets. The messages never repeat the value, because it may be the secret. */
export function secretFindings(connector: unknown): FieldFinding[] {
  const own = [
    ...secretReferences(connector).flatMap(({ path, ref }) => referenceFindings(path, ref)),
    ...URL_PATHS.flatMap((path) => addressSecretFindings(path, textAt(connector, path))),
  ];
  const known = new Set(own.filter(({ status }) => status !== 'warn').map(({ path }) => path));
  const texts = secretTexts(connector).filter(({ path }) => !known.has(path));
  const isOneOfSeveral = texts.length > 1 || textAt(connector, MAIN_SECRET_PATH) !== undefined;
  const found = new Set(texts.map(({ path }) => path));
  return [
    ...own,
    ...texts.map((text) => textFinding(text, isOneOfSeveral)),
    ...headerFindings(valueAt(connector, 'spec.source.headers')).filter(({ path }) => !found.has(path)),
  ];
}

function textFinding(
  { path, segments, kind, lineInText }: SecretText,
  isOneOfSeveral: boolean,
): FieldFinding {
  return {
    code: 'secret_in_file',
    path,
    lineInText,
    message: `This looks like a secret (${kind}). A connector file must not contain one; if the file was shared, change the secret.`,
    fix: `${placeFor(segments)}${isOneOfSeveral && isRequestPart(segments) ? SEVERAL : ''}`,
  };
}

/** A hint for an API that needs two keys. */
const SEVERAL =
  '. For further secrets in headers, use secretHeaders: {NAME-OF-THE-HEADER: name-of-the-secret}';

function isRequestPart(segments: readonly (string | number)[]): boolean {
  return segments[1] === 'source' && ['url', 'headers', 'payload'].includes(String(segments[2]));
}

/** The correct place for a secret, as a fix. */
function placeFor(segments: readonly (string | number)[]): string {
  const [, section, field, name = ''] = segments;
  if (section !== 'source') return 'the text without the secret';
  if (field === 'headers') {
    return /^(?:proxy-)?authorization$/i.test(String(name))
      ? 'no such header; secretRef: name-of-the-secret, which is sent as Authorization: Bearer …, or as auth: {type: basic} says'
      : `no such header; secretRef: name-of-the-secret and auth: {type: api_key, in: header, name: ${String(name)}}`;
  }
  if (field === 'url') {
    return 'the address without it; secretRef: name-of-the-secret and auth: {type: api_key, in: query, name: …}';
  }
  if (field === 'payload') {
    return 'the payload without it; secretRef: name-of-the-secret and auth, which send it in a header or in the query';
  }
  if (field === 'oauth')
    return 'clientSecretRef, refreshTokenRef, passwordRef or privateKeyRef: name-of-the-secret, and no secret in other fields of oauth';
  if (field === 'secretHeaders') return `${String(name)}: name-of-the-secret`;
  if (field === 'login') return 'secretRef: name-of-the-secret, and no secret in other fields of login';
  return 'the text without it; credentials belong in the secret that secretRef names';
}

/** @param ref the name of a secret, or a mistake in its place */
export function referenceFindings(path: string, ref: string): FieldFinding[] {
  if (ref === '') return [];
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
      status: 'warn',
      code: 'secret_name',
      path,
      message: 'No environment variable can have this name, so only the managed store can hold this secret.',
      fix: 'letters, digits, . _ and - only',
    },
  ];
}

/** An address that contains credentials. */
export function addressSecretFindings(path: string, url: string | undefined): FieldFinding[] {
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

function headerFindings(headers: unknown): FieldFinding[] {
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.keys(headers)
    .filter(isCredentialHeader)
    .map((name) => ({
      status: 'warn',
      code: 'secret_in_file',
      path: displayPath(['spec', 'source', 'headers', name]),
      message: `The header ${name} usually carries a secret, and everyone who can read this file can read it.`,
      fix: 'secretRef or oauth in place of the header',
    }));
}
