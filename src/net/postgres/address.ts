import {
  readConnectionString,
  readPort,
  type ConnectionForm,
  type ToConnectionStringError,
} from '../connection-string.ts';
import { isThisMachine, type Exposure } from '../exposure.ts';

type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export interface PostgresTls {
  readonly mode: SslMode;
  /** The trusted certificate authority. Without it, the connection trusts the authorities that Node knows. */
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** `direct`: TLS begins with the first byte, as servers since PostgreSQL 17 accept it. */
  readonly negotiation: 'postgres' | 'direct';
  /** Whether the login must be bound to the certificate of this connection (SCRAM-SHA-256-PLUS). */
  readonly channelBinding: boolean;
}

export interface PostgresAddress {
  /** A host name, an address, or the folder of a Unix socket, which begins with `/`. */
  readonly host: string;
  readonly port: number;
  /** The user; empty only where the form allows it. */
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  readonly applicationName: string | undefined;
  /** Command-line options for the session, such as `-c search_path=bridge`. */
  readonly options: string | undefined;
  readonly connectSeconds: number | undefined;
  readonly tls: PostgresTls;
}

const PORT_DEFAULT = 5432;
/** How each value of `sslmode` is treated. `allow` would begin without TLS even where the server supports it. */
const SSL_MODES = new Map<string, SslMode>([
  ['disable', 'disable'],
  ['allow', 'prefer'],
  ['prefer', 'prefer'],
  ['require', 'require'],
  ['no-verify', 'require'],
  ['verify-ca', 'verify-ca'],
  ['verify-full', 'verify-full'],
]);
const NEGOTIATIONS = ['postgres', 'direct'] as const;
/** The driver binds the login only where binding is required. */
const BINDINGS = ['disable', 'prefer', 'require'];

/**
 * Reads a connection string. `sslmode` has its libpq meaning: `prefer` (the default) encrypts if the server supports it,
 * `require` always encrypts, `verify-ca` (and `require` with a CA file) also checks the authority that signed the certificate,
 * and `verify-full` also checks the host name. A CA file without an `sslmode` means `verify-full`. Unlike in libpq, `no-verify`
 * means `require` even with a CA file, and `allow` means `prefer`.
 * @param caFile a CA file from another setting; `sslrootcert` in the string takes precedence
 * @throws the error that `invalid` makes
 */
export function readPostgresAddress(
  text: string,
  form: ConnectionForm,
  invalid: ToConnectionStringError,
  caFile?: string,
): PostgresAddress {
  const parts = readConnectionString(text, form, invalid);
  const { host, user, password, query } = parts;
  const database = query.get('dbname') ?? parts.database;
  const port = query.get('port') ?? '';
  return {
    host: host === '' ? 'localhost' : host,
    port: port === '' ? parts.port || PORT_DEFAULT : readPort(port, invalid),
    user,
    password,
    database: database === '' ? user : database,
    applicationName: query.get('application_name') ?? undefined,
    options: query.get('options') ?? undefined,
    connectSeconds: secondsOf(query.get('connect_timeout'), invalid),
    tls: tlsOf(query, host, caFile, invalid),
  };
}

/** What others on the network path could read or change under this connection string; undefined if nothing. */
export function postgresExposure({ host, tls }: Pick<PostgresAddress, 'host' | 'tls'>): Exposure | undefined {
  if (isThisMachine(host)) return undefined;
  const fix =
    'Set sslmode=verify-full in the connection string, and sslrootcert to the file of its authority.';
  switch (tls.mode) {
    case 'disable':
      return { what: `The connection to ${host} is not encrypted (sslmode=disable).`, fix };
    case 'prefer':
      return {
        what: `The connection to ${host} is encrypted only if the server offers it, and its certificate is not checked (sslmode=prefer).`,
        fix,
      };
    case 'require':
      return {
        what: `The connection to ${host} is encrypted, but the certificate of the server is not checked (sslmode=require).`,
        fix,
      };
    case 'verify-ca':
    case 'verify-full':
      return undefined;
  }
}

function tlsOf(
  query: URLSearchParams,
  host: string,
  caFile: string | undefined,
  invalid: ToConnectionStringError,
): PostgresTls {
  const authority = fileOf(query, 'sslrootcert') ?? caFile;
  const asked = askedMode(query, invalid) ?? (authority === undefined ? 'prefer' : 'verify-full');
  const mode = SSL_MODES.get(asked);
  if (mode === undefined) throw invalid(`its sslmode is not one of ${[...SSL_MODES.keys()].join(', ')}`);
  if (authority === 'system' && mode !== 'verify-full') {
    throw invalid('sslrootcert=system is for sslmode=verify-full alone');
  }
  const asksNegotiation = query.get('sslnegotiation') ?? 'postgres';
  const negotiation = NEGOTIATIONS.find((known) => known === asksNegotiation);
  if (negotiation === undefined) throw invalid(`its sslnegotiation is not one of ${NEGOTIATIONS.join(', ')}`);
  if (negotiation === 'direct' && (mode === 'disable' || mode === 'prefer')) {
    throw invalid('sslnegotiation=direct needs sslmode=require, verify-ca or verify-full');
  }
  const binding = query.get('channel_binding') ?? 'prefer';
  if (!BINDINGS.includes(binding)) throw invalid(`its channel_binding is not one of ${BINDINGS.join(', ')}`);
  if (binding === 'require' && (mode === 'disable' || mode === 'prefer' || host.startsWith('/'))) {
    throw invalid(
      'channel_binding=require needs TLS: sslmode=require, verify-ca or verify-full, and no Unix socket',
    );
  }
  const unverified = mode === 'require' && (authority === undefined || asked === 'no-verify');
  return {
    // With an authority, libpq treats `require` as `verify-ca`; without one, it only encrypts.
    mode: mode === 'require' && !unverified ? 'verify-ca' : mode,
    caFile: authority === 'system' ? undefined : authority,
    certFile: fileOf(query, 'sslcert'),
    keyFile: fileOf(query, 'sslkey'),
    negotiation,
    channelBinding: binding === 'require',
  };
}

/** As in libpq, `ssl=true` means `sslmode=require`. */
function askedMode(query: URLSearchParams, invalid: ToConnectionStringError): string | undefined {
  const mode = query.get('sslmode') ?? undefined;
  const ssl = query.get('ssl');
  if (ssl === null) return mode;
  if (ssl !== 'true') throw invalid('its ssl is not true; write sslmode=verify-full, require or disable');
  if (mode === 'disable' || mode === 'allow' || mode === 'prefer') {
    throw invalid('its ssl=true and its sslmode contradict each other; remove one of them');
  }
  return mode ?? 'require';
}

/** As in libpq, an empty name counts as missing. */
function fileOf(query: URLSearchParams, name: string): string | undefined {
  const file = query.get(name) ?? '';
  return file === '' ? undefined : file;
}

function secondsOf(text: string | null, invalid: ToConnectionStringError): number | undefined {
  if (text === null || text === '0') return undefined;
  if (!/^\d{1,4}$/.test(text)) throw invalid('its connect_timeout is not a number of seconds');
  return Number(text);
}
