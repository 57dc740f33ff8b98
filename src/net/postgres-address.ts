import { readConnectionString, readPort, type ConnectionForm, type Refusal } from './connection-string.ts';
import { isThisMachine, type Exposure } from './exposure.ts';

type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export interface PostgresTls {
  readonly mode: SslMode;
  /** The authority to trust; without it, those that Node knows. */
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** `direct`: TLS begins with the first byte, as servers since PostgreSQL 17 take it. */
  readonly negotiation: 'postgres' | 'direct';
}

export interface PostgresAddress {
  /** A name, an address, or the folder of a Unix socket, which begins with `/`. */
  readonly host: string;
  readonly port: number;
  /** Empty only where the form lets it be. */
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
/** What each value of `sslmode` is taken for. `allow` would begin without TLS even where the server has it. */
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

/** How the connection string of a Postgres server looks, that of a source and that of the state store alike. */
export const POSTGRES_FORM: ConnectionForm = {
  product: 'Postgres',
  schemes: ['postgres', 'postgresql'],
  example: 'postgres://user:password@host:5432/database?sslmode=verify-full',
  parameters: [
    'port',
    'dbname',
    'application_name',
    'connect_timeout',
    'options',
    'sslmode',
    'sslrootcert',
    'sslcert',
    'sslkey',
    'sslnegotiation',
    'channel_binding',
  ],
};

/**
 * Reads a connection string. `sslmode` means what it means to libpq: `prefer` (the default) encrypts if the server can,
 * `require` always, `verify-ca` (and `require` with a CA file) also checks who signed the certificate, `verify-full` also the
 * host name. A CA file without an `sslmode` means `verify-full`. Beyond libpq, `no-verify` is `require` whatever CA file there
 * is, and `allow` is `prefer`.
 * @param caFile a CA file from elsewhere; `sslrootcert` in the string comes first
 * @throws what `invalid` makes
 */
export function readPostgresAddress(
  text: string,
  form: ConnectionForm,
  invalid: Refusal,
  caFile?: string,
): PostgresAddress {
  const parts = readConnectionString(text, form, invalid);
  const { host, user, password, query, database: path } = parts;
  const database = path === '' ? (query.get('dbname') ?? '') : path;
  const port = parts.port === 0 ? readPort(query.get('port') ?? String(PORT_DEFAULT), invalid) : parts.port;
  if (query.get('channel_binding') === 'require') {
    throw invalid(
      'channel_binding=require is not supported; sslmode=verify-full keeps others from reading along, too',
    );
  }
  return {
    host: host === '' ? 'localhost' : host,
    port,
    user,
    password,
    database: database === '' ? user : database,
    applicationName: query.get('application_name') ?? undefined,
    options: query.get('options') ?? undefined,
    connectSeconds: secondsOf(query.get('connect_timeout'), invalid),
    tls: tlsOf(query, caFile, invalid),
  };
}

/** What others on the way could read or change, by what the connection string demands; undefined if nothing. */
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

function tlsOf(query: URLSearchParams, caFile: string | undefined, invalid: Refusal): PostgresTls {
  const authority = fileOf(query, 'sslrootcert') ?? caFile;
  const asked = query.get('sslmode') ?? (authority === undefined ? 'prefer' : 'verify-full');
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
  const unverified = mode === 'require' && (authority === undefined || asked === 'no-verify');
  return {
    // With an authority named, libpq takes `require` for `verify-ca`; without one, for encryption alone.
    mode: mode === 'require' && !unverified ? 'verify-ca' : mode,
    caFile: authority === 'system' ? undefined : authority,
    certFile: fileOf(query, 'sslcert'),
    keyFile: fileOf(query, 'sslkey'),
    negotiation,
  };
}

/** As libpq has it, an empty name is none. */
function fileOf(query: URLSearchParams, name: string): string | undefined {
  const file = query.get(name) ?? '';
  return file === '' ? undefined : file;
}

function secondsOf(text: string | null, invalid: Refusal): number | undefined {
  if (text === null || text === '0') return undefined;
  if (!/^\d{1,4}$/.test(text)) throw invalid('its connect_timeout is not a number of seconds');
  return Number(text);
}
