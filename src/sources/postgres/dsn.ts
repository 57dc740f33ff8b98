import { parseConnectionString, type ConnectionForm } from '../sql/connection-string.ts';

type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

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
const SSL_MODES: readonly SslMode[] = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'];
const FORM: ConnectionForm = {
  product: 'Postgres',
  schemes: ['postgres', 'postgresql'],
  example: 'postgres://user:password@host:5432/database?sslmode=verify-full',
};

/**
 * Reads a connection string. `sslmode` means what it means to libpq: `prefer` (the default) encrypts if the server can,
 * `require` always, `verify-ca` (and `require` with a CA file) also checks who signed the certificate, `verify-full` also the
 * host name. A CA file without an `sslmode` means `verify-full`.
 * @param ref the secret's name, for messages; its value is never in one
 * @param caFile from `source.tls.caFile`; `sslrootcert` in the string comes first
 * @throws BridgeError SECRET_INVALID
 */
export function parsePostgresDsn(dsn: string, ref: string, caFile: string | undefined): PostgresAddress {
  const { host, port, user, password, database, query, invalid } = parseConnectionString(dsn, ref, FORM);
  const ca = query.get('sslrootcert') ?? caFile;
  const mode = query.get('sslmode') ?? (ca === undefined ? 'prefer' : 'verify-full');
  const known = SSL_MODES.find((candidate) => candidate === mode);
  if (known === undefined) throw invalid(`its sslmode is not one of ${SSL_MODES.join(', ')}`);
  return {
    host,
    port: port === 0 ? PORT_DEFAULT : port,
    user,
    password,
    database: database === '' ? user : database,
    tls: {
      // With an authority named, libpq takes `require` for `verify-ca`; without one, for encryption alone.
      mode: known === 'require' && ca !== undefined ? 'verify-ca' : known,
      caFile: ca,
      certFile: query.get('sslcert') ?? undefined,
      keyFile: query.get('sslkey') ?? undefined,
    },
  };
}
