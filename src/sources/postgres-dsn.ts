import { BridgeError } from '../core/errors.ts';

export type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export interface PostgresTls {
  readonly mode: SslMode;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: PostgresTls;
}

const PORT_DEFAULT = 5432;
const PORT_MAX = 65_535;
const SSL_MODES: readonly SslMode[] = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'];
const FORM = 'postgres://user:password@host:5432/database?sslmode=verify-full';
/** The password may hold any character, encoded or not: it ends at the last `@`. */
const SHAPE = /^postgres(?:ql)?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>.*))?@)?(?<place>[^@]*)$/s;
const PLACE = /^(?<host>\[[^\]]+\]|[^:/?]*)(?::(?<port>\d+))?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/s;

/**
 * Reads a connection string. `sslmode` means what it means to libpq: `prefer` (the default) encrypts if the server can,
 * `require` always, `verify-ca` (and `require` with a CA file) also checks who signed the certificate, `verify-full` also the
 * host name. A CA file without an `sslmode` means `verify-full`.
 * @param ref the secret's name, for messages; its value is never in one
 * @param caFile from `source.tls.caFile`; `sslrootcert` in the string comes first
 * @throws BridgeError SECRET_INVALID
 */
export function parsePostgresDsn(dsn: string, ref: string, caFile: string | undefined): PostgresAddress {
  const invalid = (what: string) =>
    new BridgeError(
      'SECRET_INVALID',
      `The secret ${ref} is not a usable Postgres connection string: ${what}.`,
      {
        hint: `It should look like ${FORM}.`,
      },
    );
  const shape = SHAPE.exec(dsn.trim())?.groups;
  if (shape === undefined) throw invalid('it does not begin with postgres://');
  const place = PLACE.exec(shape['place'] ?? '')?.groups;
  if (place === undefined) throw invalid('its host, port or database cannot be read');
  // A plus sign is itself here, as in libpq, and no blank.
  const query = new URLSearchParams((place['query'] ?? '').replaceAll('+', '%2B'));
  const user = decode(shape['user'] ?? '') || (query.get('user') ?? '');
  const host = decode(place['host'] ?? '').replace(/^\[|\]$/g, '') || (query.get('host') ?? '');
  if (host === '') throw invalid('it names no host');
  if (user === '') throw invalid('it names no user');
  const ca = query.get('sslrootcert') ?? caFile;
  const mode = query.get('sslmode') ?? (ca === undefined ? 'prefer' : 'verify-full');
  const known = SSL_MODES.find((candidate) => candidate === mode);
  if (known === undefined) throw invalid(`its sslmode is not one of ${SSL_MODES.join(', ')}`);
  const password = shape['password'];
  const port = Number(place['port'] ?? PORT_DEFAULT);
  if (port < 1 || port > PORT_MAX) throw invalid(`its port is not between 1 and ${PORT_MAX}`);
  return {
    host,
    port,
    user,
    password: password === undefined ? (query.get('password') ?? undefined) : decode(password),
    database: decode(place['database'] ?? '') || user,
    tls: {
      // With an authority named, libpq takes `require` for `verify-ca`; without one, for encryption alone.
      mode: known === 'require' && ca !== undefined ? 'verify-ca' : known,
      caFile: ca,
      certFile: query.get('sslcert') ?? undefined,
      keyFile: query.get('sslkey') ?? undefined,
    },
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
