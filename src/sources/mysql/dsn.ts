import { isIP } from 'node:net';
import { isThisMachine, type Exposure } from '../../net/exposure.ts';
import { parseConnectionString, type ConnectionForm } from '../sql/connection-string.ts';

const SSL_MODES = ['DISABLED', 'PREFERRED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'] as const;

export interface MysqlTls {
  readonly mode: (typeof SSL_MODES)[number];
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

export interface MysqlAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string | undefined;
  readonly tls: MysqlTls;
}

const PORT_DEFAULT = 3306;
const FORM: ConnectionForm = {
  product: 'MySQL',
  schemes: ['mysql', 'mariadb'],
  example: 'mysql://user:password@host:3306/database?ssl-mode=VERIFY_IDENTITY',
  parameters: ['ssl-mode', 'ssl-ca', 'ssl-cert', 'ssl-key'],
};

/**
 * Reads a connection string. `ssl-mode` means what it means to the `mysql` client: `PREFERRED` (the default) encrypts if the
 * server can, `REQUIRED` always, `VERIFY_CA` also checks who signed the certificate, `VERIFY_IDENTITY` also the host name.
 * A CA file without an `ssl-mode` means `VERIFY_IDENTITY`.
 * @param ref the secret's name, for messages; its value is never in one
 * @param caFile from `source.tls.caFile`; `ssl-ca` in the string comes first
 * @throws BridgeError SECRET_INVALID
 */
export function parseMysqlDsn(dsn: string, ref: string, caFile: string | undefined): MysqlAddress {
  const { host, port, user, password, database, query, invalid } = parseConnectionString(dsn, ref, FORM);
  const ca = query.get('ssl-ca') ?? caFile;
  const asked = query.get('ssl-mode') ?? (ca === undefined ? 'PREFERRED' : 'VERIFY_IDENTITY');
  const mode = SSL_MODES.find((candidate) => candidate === asked.toUpperCase());
  if (mode === undefined) throw invalid(`its ssl-mode is not one of ${SSL_MODES.join(', ')}`);
  // The driver would compare the certificate with `localhost` in place of an address.
  if (mode === 'VERIFY_IDENTITY' && isIP(host) !== 0) {
    throw invalid(
      'VERIFY_IDENTITY needs a host name, and it has an address; name the host, or say VERIFY_CA',
    );
  }
  return {
    host,
    port: port === 0 ? PORT_DEFAULT : port,
    user,
    password: password ?? '',
    database: database === '' ? undefined : database,
    tls: {
      mode,
      caFile: ca,
      certFile: query.get('ssl-cert') ?? undefined,
      keyFile: query.get('ssl-key') ?? undefined,
    },
  };
}

/** What others on the way could read or change, by what the connection string demands; undefined if nothing. */
export function mysqlExposure({ host, tls }: Pick<MysqlAddress, 'host' | 'tls'>): Exposure | undefined {
  if (isThisMachine(host)) return undefined;
  const fix =
    'Set ssl-mode=VERIFY_IDENTITY in the connection string, and ssl-ca to the file of its authority.';
  switch (tls.mode) {
    case 'DISABLED':
      return { what: `The connection to ${host} is not encrypted (ssl-mode=DISABLED).`, fix };
    case 'PREFERRED':
      return {
        what: `The connection to ${host} is encrypted only if the server offers it, and its certificate is not checked (ssl-mode=PREFERRED).`,
        fix,
      };
    case 'REQUIRED':
      return {
        what: `The connection to ${host} is encrypted, but the certificate of the server is not checked (ssl-mode=REQUIRED).`,
        fix,
      };
    case 'VERIFY_CA':
    case 'VERIFY_IDENTITY':
      return undefined;
  }
}
