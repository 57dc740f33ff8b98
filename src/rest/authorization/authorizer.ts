import type { OAuthSpec, LoginSpec, RestSpec } from '../../definitions/rest/types.ts';
import { createRedactor, type Redactor } from '../../core/secrets/redact.ts';
import type { Parameters } from '../request/address.ts';
import type { OwnSecrets } from '../request/kept-place.ts';
import { fixedCredentials } from './fixed-credentials.ts';
import type { Issuer } from './issued-credentials.ts';

/** The credentials of a request. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Parameters;
  /** The credential that a server issued, if there is one. */
  readonly token: string | undefined;
}

/** Authorizes the requests of one listing. */
export interface Authorizer {
  /** Removes the secrets from texts of other parties. */
  readonly redactor: Redactor;
  /** The query parameter that contains a secret, if there is one. */
  readonly secretParameter: string | undefined;
  /** The secrets that authorize requests now; a stored place has marks in place of them. */
  readonly secrets: OwnSecrets;
  /** @throws ProblemError when a token or session is required but not available */
  authorize(signal: AbortSignal): Promise<Credentials>;
  /** Called when these credentials were refused. @returns whether the next ones can differ */
  renew(refused: Credentials): boolean;
}

type AuthorizationSpec = Pick<
  RestSpec,
  'secretRef' | 'auth' | 'oauth' | 'login' | 'headers' | 'secretHeaders'
>;

interface AuthorizerPorts {
  /** Reads a secret by its ref. */
  readonly secret: (ref: string) => string;
  /** Called when the spec has `oauth`. @throws BridgeError SECRET_*, CONNECTOR_INVALID */
  readonly openTokens: (oauth: OAuthSpec, redactor: Redactor) => Issuer;
  /** Called when the spec has `login`. @throws BridgeError SECRET_* */
  readonly openSession: (login: LoginSpec, redactor: Redactor) => Issuer;
  /** It receives every secret and token too. */
  readonly redactor?: Redactor | undefined;
}

/** @throws BridgeError SECRET_*, CONNECTOR_INVALID */
export function openAuthorizer(spec: AuthorizationSpec, ports: AuthorizerPorts): Authorizer {
  const { oauth, login } = spec;
  const redactor = createRedactor(ports.redactor);
  const fixed = fixedCredentials(spec, ports.secret, redactor);
  const tokens = oauth && ports.openTokens(oauth, redactor);
  const issuer = tokens ?? (login && ports.openSession(login, redactor));
  let latest: string | undefined;
  return {
    redactor,
    secretParameter: fixed.query[0]?.[0],
    get secrets() {
      return {
        ...(fixed.secret === undefined ? {} : { secret: fixed.secret }),
        ...(latest === undefined ? {} : { token: latest }),
      };
    },
    async authorize(signal) {
      const issued = await issuer?.current(signal);
      latest = issued?.text;
      return {
        headers: { ...fixed.headers, ...issued?.headers },
        query: fixed.query,
        token: issued?.text,
      };
    },
    renew({ token }) {
      if (token === undefined) return false;
      issuer?.discard(token);
      return true;
    },
  };
}
