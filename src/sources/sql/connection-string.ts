import { BridgeError } from '../../core/errors.ts';

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
  /** An error that names the secret, and says what is wrong with it and not what it holds. */
  readonly invalid: (what: string) => BridgeError;
}

/** How the connection strings of one kind of server look. */
export interface ConnectionForm {
  readonly product: string;
  /** Without `://`; the first is the one that messages name. */
  readonly schemes: readonly [string, ...string[]];
  readonly example: string;
  /** Whether who connects may be known without a name, as a managed identity is. */
  readonly userOptional?: boolean;
}

const PORT_MAX = 65_535;
/** The password may hold any character, encoded or not: it ends at the last `@`. */
const SHAPE = /^(?<scheme>[a-z]+):\/\/(?:(?<user>[^:@/]*)(?::(?<password>.*))?@)?(?<place>[^@]*)$/s;
const PLACE = /^(?<host>\[[^\]]+\]|[^:/?]*)(?::(?<port>\d+))?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/s;

/**
 * Reads a connection string, `scheme://user:password@host:port/database?name=value`. Parts may be among the parameters too.
 * @param ref the secret's name, for messages; its value is never in one
 * @throws BridgeError SECRET_INVALID
 */
export function parseConnectionString(dsn: string, ref: string, form: ConnectionForm): ConnectionParts {
  const invalid = (what: string) =>
    new BridgeError(
      'SECRET_INVALID',
      `The secret ${ref} is not a usable ${form.product} connection string: ${what}.`,
      { hint: `It should look like ${form.example}.` },
    );
  const shape = SHAPE.exec(dsn.trim())?.groups;
  if (shape === undefined || !form.schemes.includes(shape['scheme'] ?? '')) {
    throw invalid(`it does not begin with ${form.schemes[0]}://`);
  }
  const place = PLACE.exec(shape['place'] ?? '')?.groups;
  if (place === undefined) throw invalid('its host, port or database cannot be read');
  // A plus sign is itself here, as in libpq, and no blank.
  const query = new URLSearchParams((place['query'] ?? '').replaceAll('+', '%2B'));
  const user = decode(shape['user'] ?? '') || (query.get('user') ?? '');
  const host = decode(place['host'] ?? '').replace(/^\[|\]$/g, '') || (query.get('host') ?? '');
  if (host === '') throw invalid('it names no host');
  if (user === '' && form.userOptional !== true) throw invalid('it names no user');
  const port = place['port'] === undefined ? 0 : Number(place['port']);
  if (place['port'] !== undefined && (port < 1 || port > PORT_MAX)) {
    throw invalid(`its port is not between 1 and ${PORT_MAX}`);
  }
  const password = shape['password'];
  return {
    host,
    port,
    user,
    password: password === undefined ? (query.get('password') ?? undefined) : decode(password),
    database: decode(place['database'] ?? ''),
    query,
    invalid,
  };
}

/** Percent-decodes, unless it is not percent-encoded: then a `%` is a `%`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
