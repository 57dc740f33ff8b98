import { isConnectionString } from '../../core/secrets/connection-string.ts';
import type { AuthSpec, OAuthSpec, PlaceholderAuth, RestSpec } from '../../definitions/rest/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { createRedactor, type Redactor } from '../../core/secrets/redact.ts';
import type { Parameters } from './address.ts';
import type { OwnSecrets } from './kept-place.ts';
import type { TokenSource } from './oauth.ts';

const API_KEY_NAME_DEFAULT = 'X-API-Key';

type Way = AuthSpec | PlaceholderAuth;
type Headers = Readonly<Record<string, string>>;

/** The credentials of a request. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Parameters;
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
  /** @throws ProblemError when a token is required but not available */
  authorize(signal: AbortSignal): Promise<Credentials>;
  /** Called when these credentials were refused. @returns whether the next ones can differ */
  renew(refused: Credentials): boolean;
}

/**
 * @param secret reads a secret by its ref
 * @param openTokens called when the spec has `oauth`
 * @param wider receives every secret and token too
 * @throws BridgeError SECRET_*
 */
export function openAuthorizer(
  { secretRef, auth, oauth, headers = {} }: Pick<RestSpec, 'secretRef' | 'auth' | 'oauth' | 'headers'>,
  secret: (ref: string) => string,
  openTokens: (oauth: OAuthSpec, redactor: Redactor) => TokenSource,
  wider?: Redactor,
): Authorizer {
  const redactor = createRedactor(wider);
  const bearer: Way | undefined = oauth === undefined ? { type: 'bearer' } : undefined;
  const way = secretRef === undefined ? undefined : (auth ?? bearer);
  const fixed: FixedCredentials =
    way === undefined || secretRef === undefined
      ? { headers: {}, query: [], secret: undefined }
      : fixedCredentials(way, usable(secret(secretRef), secretRef, placeOf(way)), redactor, headers);
  const tokens = oauth === undefined ? undefined : openTokens(oauth, redactor);
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
      const token = await tokens?.token(signal);
      latest = token;
      const { headers, query } = fixed;
      if (token === undefined) return { headers, query, token };
      return { headers: { ...headers, authorization: `Bearer ${token}` }, query, token };
    },
    renew({ token }) {
      if (token === undefined) return false;
      tokens?.discard(token);
      return true;
    },
  };
}

interface FixedCredentials extends Pick<Credentials, 'headers' | 'query'> {
  /** The secret that a server may repeat: the secret itself, or user and password. */
  readonly secret: string | undefined;
}

function fixedCredentials(way: Way, value: string, redactor: Redactor, headers: Headers): FixedCredentials {
  redactor.add(value);
  switch (way.type) {
    case 'bearer':
      return { headers: { authorization: `Bearer ${value}` }, query: [], secret: value };
    case 'basic': {
      const pair = way.username === undefined ? value : `${way.username}:${value}`;
      const encoded = Buffer.from(pair).toString('base64');
      redactor.add(encoded);
      redactor.add(pair.slice(pair.indexOf(':') + 1));
      return { headers: { authorization: `Basic ${encoded}` }, query: [], secret: pair };
    }
    case 'api_key': {
      const name = way.name ?? API_KEY_NAME_DEFAULT;
      if (way.in === 'query') return { headers: {}, query: [[name, value]], secret: value };
      return { headers: { [name.toLowerCase()]: value }, query: [], secret: value };
    }
    case 'placeholder':
      return { headers: filledHeaders(headers, way, value), query: [], secret: value };
  }
}

/** Returns only the headers that have the placeholder; they replace those of the request. */
function filledHeaders(headers: Headers, { placeholder }: PlaceholderAuth, value: string): Headers {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([, text]) => text.includes(placeholder))
      .map(([name, text]) => [name.toLowerCase(), text.replaceAll(placeholder, () => value)]),
  );
}

/** The position of a secret in a request: literal in a header, or encoded, which allows any text. */
type SecretPlace = 'header' | 'encoded';

function placeOf({ type, ...way }: Way): SecretPlace {
  if (type === 'basic') return 'encoded';
  return 'in' in way && way.in === 'query' ? 'encoded' : 'header';
}

/**
 * Removes surrounding whitespace. A file that was read into a variable ends in a line break, which is not part of the secret and
 * would break a header.
 * @throws BridgeError SECRET_INVALID
 */
export function usable(value: string, ref: string, place: SecretPlace): string {
  const trimmed = value.trim();
  if (isConnectionString(trimmed)) {
    throw new BridgeError(
      'SECRET_INVALID',
      `The secret ${ref} is a connection string, which is never sent to an API.`,
      {
        hint: 'Name the secret with the token of this API; a connection string belongs to a database source.',
      },
    );
  }
  // A header can carry only these characters. RFC 7617 and forms encode UTF-8, so only control characters and surrogates are
  // excluded.
  const allowed = place === 'header' ? /^[\x20-\x7e]+$/ : /^[^\p{Cc}\p{Cs}]+$/u;
  if (allowed.test(trimmed)) return trimmed;
  throw new BridgeError('SECRET_INVALID', `The secret ${ref} cannot be sent to an API.`, {
    hint:
      place === 'header'
        ? 'A secret in a header may have letters, digits and signs of ASCII, on one line.'
        : 'It must not be empty, and must be one line without control characters.',
  });
}
