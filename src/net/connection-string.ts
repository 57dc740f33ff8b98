import type { BridgeError } from '../core/errors.ts';

/** The parts of a connection string that all databases have. */
export interface ConnectionParts {
  readonly host: string;
  /** 0: none given. */
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  /** Empty: none given. */
  readonly database: string;
  readonly query: URLSearchParams;
  /** An error that names the setting that holds the string, and says what is wrong with it and not what it holds. */
  readonly invalid: Refusal;
}

/** @param what a clause without a full stop, and without any secret */
export type Refusal = (what: string) => BridgeError;

/** How the connection strings of one kind of server look. */
export interface ConnectionForm {
  readonly product: string;
  /** Without `://`; the first is the one that messages name. */
  readonly schemes: readonly [string, ...string[]];
  readonly example: string;
  /** Names of the parameters after `?`, besides `host`, `user` and `password`, which all kinds have. */
  readonly parameters: readonly string[];
  /** Whether who connects may be known without a name, as a managed identity is. */
  readonly userOptional?: boolean;
  /** Whether the driver knows a host by itself. */
  readonly hostOptional?: boolean;
}

const PORT_MAX = 65_535;
const PARAMETERS_OF_ALL = ['host', 'user', 'password'];
/** The password may hold any character, encoded or not: it ends at the last `@`. */
const SHAPE = /^(?<scheme>[a-z]+):\/\/(?:(?<user>[^:@/]*)(?::(?<password>.*))?@)?(?<place>[^@]*)$/s;
const PLACE = /^(?<host>\[[^\]]+\]|[^:/?]*)(?::(?<port>\d+))?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/s;

/**
 * Reads a connection string, `scheme://user:password@host:port/database?name=value`. Parts may be among the parameters too.
 * An unknown parameter is refused: a misspelt `sslmode` would otherwise leave a connection without the protection asked for.
 * @throws what `invalid` makes
 */
export function readConnectionString(text: string, form: ConnectionForm, invalid: Refusal): ConnectionParts {
  const shape = SHAPE.exec(text.trim())?.groups;
  if (shape === undefined || !form.schemes.includes(shape['scheme'] ?? '')) {
    throw invalid(`it does not begin with ${form.schemes[0]}://`);
  }
  const place = PLACE.exec(shape['place'] ?? '')?.groups;
  if (place === undefined) throw invalid('its host, port or database cannot be read');
  // A plus sign is itself here, as in libpq, and no blank.
  const query = new URLSearchParams((place['query'] ?? '').replaceAll('+', '%2B'));
  requireKnown(query, [...form.parameters, ...PARAMETERS_OF_ALL], invalid);
  const user = decode(shape['user'] ?? '') || (query.get('user') ?? '');
  const host = decode(place['host'] ?? '').replace(/^\[|\]$/g, '') || (query.get('host') ?? '');
  if (host === '' && form.hostOptional !== true) throw invalid('it names no host');
  if (user === '' && form.userOptional !== true) throw invalid('it names no user');
  const password = shape['password'];
  return {
    host,
    port: place['port'] === undefined ? 0 : readPort(place['port'], invalid),
    user,
    password: password === undefined ? (query.get('password') ?? undefined) : decode(password),
    database: decode(place['database'] ?? ''),
    query,
    invalid,
  };
}

/** @throws what `invalid` makes */
export function readPort(text: string, invalid: Refusal): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= PORT_MAX) return port;
  throw invalid(`its port is not between 1 and ${PORT_MAX}`);
}

function requireKnown(query: URLSearchParams, known: readonly string[], invalid: Refusal): void {
  const names = [...query.keys()];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    // An `&` in a password that is not encoded makes the rest of it look like a parameter.
    const telling = !names.some((name) => /password/i.test(name)) && /^[a-z][\w.-]{0,40}$/i.test(unknown);
    const which = telling ? `the unknown parameter ${unknown}` : 'an unknown parameter';
    throw invalid(`it has ${which}; known are ${known.join(', ')}`);
  }
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw invalid(`it has the parameter ${twice} twice`);
}

/** Percent-decodes, unless it is not percent-encoded: then a `%` is a `%`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
