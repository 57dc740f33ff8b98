import type { AuthSpec, PlaceholderAuth, RestSpec } from '../../definitions/rest/types.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { Parameters } from '../request/address.ts';
import { usable, type SecretPlace } from './usable-secret.ts';

const API_KEY_NAME_DEFAULT = 'X-API-Key';

type Way = AuthSpec | PlaceholderAuth;
type Headers = Readonly<Record<string, string>>;

/** The credentials that are secrets themselves, and are the same in every request. */
export interface FixedCredentials {
  readonly headers: Headers;
  readonly query: Parameters;
  /** The secret that a server may repeat: the secret itself, or user and password. */
  readonly secret: string | undefined;
}

/**
 * The credentials of `secretRef` and `secretHeaders`.
 * @param secret reads a secret by its ref
 * @throws BridgeError SECRET_*
 */
export function fixedCredentials(
  { secretRef, auth, oauth, login, headers = {}, secretHeaders = {} }: FixedSpec,
  secret: (ref: string) => string,
  redactor: Redactor,
): FixedCredentials {
  const bearer: Way | undefined = oauth === undefined && login === undefined ? { type: 'bearer' } : undefined;
  const way = secretRef === undefined ? undefined : (auth ?? bearer);
  const main =
    way === undefined || secretRef === undefined
      ? { headers: {}, query: [], secret: undefined }
      : byWay(way, usable(secret(secretRef), secretRef, placeOf(way)), redactor, headers);
  const further = Object.entries(secretHeaders).map(([name, ref]) => {
    const value = usable(secret(ref), ref, 'header');
    redactor.add(value);
    return [name.toLowerCase(), value] as const;
  });
  return { ...main, headers: { ...main.headers, ...Object.fromEntries(further) } };
}

type FixedSpec = Pick<RestSpec, 'secretRef' | 'auth' | 'oauth' | 'login' | 'headers' | 'secretHeaders'>;

function placeOf({ type, ...way }: Way): SecretPlace {
  if (type === 'basic') return 'encoded';
  return 'in' in way && way.in === 'query' ? 'encoded' : 'header';
}

function byWay(way: Way, value: string, redactor: Redactor, headers: Headers): FixedCredentials {
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
