import { textAt, valueAt } from '../../../draft.ts';
import { displayPath, type FieldFinding } from '../../../problem.ts';
import { OWN_HEADERS } from '../http.ts';
import { has, misplaced, missing } from '../key-findings.ts';

const SOURCE = 'spec.source';
const OAUTH = `${SOURCE}.oauth`;
const LOGIN = `${SOURCE}.login`;
const AUTH = `${SOURCE}.auth`;

/** The grants that each of these keys is valid for; the other keys are valid for all. */
const KEYS_OF_GRANTS: Readonly<Record<string, string>> = {
  refreshTokenRef: 'refresh_token',
  username: 'password',
  passwordRef: 'password',
  privateKeyRef: 'jwt_bearer',
  issuer: 'jwt_bearer',
  subject: 'jwt_bearer',
  assertionAudience: 'jwt_bearer',
  keyId: 'jwt_bearer',
};
/** The parameters of token requests that are secrets, with the key that names the secret. */
const SECRET_PARAMETERS: Readonly<Record<string, string>> = {
  client_secret: 'clientSecretRef',
  password: 'passwordRef',
  refresh_token: 'refreshTokenRef',
  assertion: 'privateKeyRef',
  client_assertion: 'privateKeyRef',
};

/** Headers that the address and the body determine. */
const REQUEST_HEADERS = /^(?:content-type|host)$/i;

/** Rules about `oauth`, `login` and `secretHeaders`, and about headers that two of the credentials would set. */
export function restAuthorizationFindings(connector: unknown): FieldFinding[] {
  if (textAt(connector, `${SOURCE}.type`) !== 'http') return [];
  return [...oauthFindings(connector), ...loginFindings(connector), ...headerFindings(connector)];
}

function oauthFindings(connector: unknown): FieldFinding[] {
  const grant = textAt(connector, `${OAUTH}.grantType`);
  if (grant === undefined) return [];
  const unfit = Object.entries(KEYS_OF_GRANTS)
    .filter(([key, wanted]) => has(connector, `${OAUTH}.${key}`) && grant !== wanted)
    .map(([key, wanted]) =>
      misplaced(
        `${OAUTH}.${key}`,
        `${key} is for the grant ${wanted} only, and grantType is ${grant}.`,
        `no ${key}, or grantType: ${wanted}`,
      ),
    );
  const hasSecret = has(connector, `${OAUTH}.clientSecretRef`);
  const unnamed =
    hasSecret && grant !== 'client_credentials' && !has(connector, `${OAUTH}.clientId`)
      ? [missing(`${OAUTH}.clientId`, 'clientId is missing, which clientSecretRef needs.', 'clientId: …')]
      : [];
  const method = `${OAUTH}.clientAuthMethod`;
  const useless =
    has(connector, method) && !hasSecret && grant !== 'client_credentials'
      ? [
          misplaced(
            method,
            'clientAuthMethod has no use without clientSecretRef.',
            'clientSecretRef: …, or no clientAuthMethod',
          ),
        ]
      : [];
  return [...unfit, ...unnamed, ...useless, ...parameterFindings(connector)];
}

function parameterFindings(connector: unknown): FieldFinding[] {
  return keysAt(connector, `${OAUTH}.parameters`).flatMap((name): FieldFinding[] => {
    const field = SECRET_PARAMETERS[name.toLowerCase()];
    if (field === undefined) return [];
    return [
      {
        code: 'secret_in_file',
        path: displayPath(['spec', 'source', 'oauth', 'parameters', name]),
        message: `The parameter ${name} is a secret, which a connector file must not contain.`,
        fix: `no ${name}; ${field}: name-of-the-secret`,
      },
    ];
  });
}

function loginFindings(connector: unknown): FieldFinding[] {
  if (!has(connector, LOGIN)) return [];
  const isCookie = !has(connector, `${LOGIN}.tokenPath`);
  const unfit = ['header', 'scheme']
    .filter((key) => isCookie && has(connector, `${LOGIN}.${key}`))
    .map((key) =>
      misplaced(
        `${LOGIN}.${key}`,
        `${key} is for a token, and the login sends cookies, because tokenPath is missing.`,
        `no ${key}, or tokenPath: …`,
      ),
    );
  const unnamed =
    has(connector, `${LOGIN}.usernameField`) && !has(connector, `${LOGIN}.username`)
      ? [missing(`${LOGIN}.username`, 'username is missing, which usernameField needs.', 'username: …')]
      : [];
  const twice: FieldFinding[] = has(connector, OAUTH)
    ? [
        {
          code: 'auth_twice',
          path: LOGIN,
          message: 'oauth and login both provide the credentials of the requests.',
          fix: 'one of the two',
        },
      ]
    : [];
  return [...unfit, ...unnamed, ...twice, ...(isCookie ? originFindings(connector) : [])];
}

/** The cookies of a server are never sent to another one. */
function originFindings(connector: unknown): FieldFinding[] {
  const [login, api] = [`${LOGIN}.url`, `${SOURCE}.url`].map((path) => originAt(connector, path));
  if (login === undefined || api === undefined || login === api) return [];
  const message = `The cookies of ${login} are not sent to ${api}, which is another origin.`;
  return [
    {
      code: 'wrong_value',
      path: `${LOGIN}.url`,
      message,
      fix: `an address that begins with ${api}, or tokenPath for a token`,
    },
  ];
}

function originAt(connector: unknown, path: string): string | undefined {
  const url = textAt(connector, path);
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;
}

/** A header with the field that sets it. */
interface SetHeader {
  readonly name: string;
  readonly path: string;
}

/** A header has one value, so the later of two fields that set it is reported. */
function headerFindings(connector: unknown): FieldFinding[] {
  const secretHeaders = keysAt(connector, `${SOURCE}.secretHeaders`).map((name) => ({
    name,
    path: displayPath(['spec', 'source', 'secretHeaders', name]),
  }));
  const signing = ['header', 'timestampHeader'].flatMap((key) =>
    named(textAt(connector, `${SOURCE}.signing.${key}`), `${SOURCE}.signing.${key}`),
  );
  const headers = keysAt(connector, `${SOURCE}.headers`).map((name) => ({
    name,
    path: displayPath(['spec', 'source', 'headers', name]),
  }));
  const first = new Map<string, string>();
  for (const { name, path } of [...headers, ...credentialHeaders(connector)]) {
    first.set(name.toLowerCase(), path);
  }
  return [...secretHeaders, ...loginHeader(connector), ...signing].flatMap(
    ({ name, path }): FieldFinding[] => {
      if (OWN_HEADERS.test(name) || REQUEST_HEADERS.test(name)) {
        return [misplaced(path, `The header ${name} is for the program to choose.`, 'another header')];
      }
      const other = first.get(name.toLowerCase());
      first.set(name.toLowerCase(), path);
      if (other === undefined) return [];
      const message = `The header ${name} is also set by ${other.slice('spec.'.length)}.`;
      return [{ code: 'auth_twice', path, message, fix: 'one of the two' }];
    },
  );
}

/** The headers of `auth` and `oauth`, which have rules of their own about each other. */
function credentialHeaders(connector: unknown): SetHeader[] {
  const oauth = has(connector, OAUTH) ? named('authorization', OAUTH) : [];
  if (!has(connector, `${SOURCE}.secretRef`)) return oauth;
  const type = textAt(connector, `${AUTH}.type`);
  if (type === 'api_key') {
    if (textAt(connector, `${AUTH}.in`) === 'query') return oauth;
    return [...oauth, ...named(textAt(connector, `${AUTH}.name`) ?? 'x-api-key', AUTH)];
  }
  const isUsed = type !== undefined || (oauth.length === 0 && !has(connector, LOGIN));
  return isUsed ? named('authorization', type === undefined ? `${SOURCE}.secretRef` : AUTH) : oauth;
}

function loginHeader(connector: unknown): SetHeader[] {
  // Two providers of the same credentials are one mistake, which has its own finding.
  if (!has(connector, LOGIN) || has(connector, OAUTH)) return [];
  const isCookie = !has(connector, `${LOGIN}.tokenPath`);
  return named(isCookie ? 'cookie' : (textAt(connector, `${LOGIN}.header`) ?? 'authorization'), LOGIN);
}

function named(name: string | undefined, path: string): SetHeader[] {
  return name === undefined ? [] : [{ name, path }];
}

function keysAt(connector: unknown, path: string): string[] {
  const value = valueAt(connector, path);
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
