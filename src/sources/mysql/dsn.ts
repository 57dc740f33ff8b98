import { isIP } from 'node:net';
import { isThisMachine, type Exposure } from '../../net/exposure.ts';
import { parseConnectionString } from '../sql/connection-string.ts';
import { MYSQL_FORM } from './form.ts';

const SSL_MODES = ['DISABLED', 'PREFERRED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'] as const;

export interface MysqlTls {
  readonly mode: (typeof SSL_MODES)[number];
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

export interface MysqlAddress {
  /** A host name, an address, or the path of a Unix socket, which begins with `/`. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string | undefined;
  readonly tls: MysqlTls;
}

const PORT_DEFAULT = 3306;
/**
 * Reads a connection string. `ssl-mode` has the meaning that it has in the `mysql` client: `PREFERRED` (the default) encrypts
 * if the server supports it, `REQUIRED` always encrypts, `VERIFY_CA` also checks the authority that signed the certificate, and
 * `VERIFY_IDENTITY` also checks the host name. A CA file without an `ssl-mode` means `VERIFY_IDENTITY`. `unix_socket` names a
 * socket instead of the host. `PREFERRED` does not encrypt on it, and `VERIFY_IDENTITY` is refused, because a socket has no
 * name that a certificate could have.
 * @param ref the secret's name, for messages; its value is never in one
 * @param caFile from `source.tls.caFile`; `ssl-ca` in the string takes precedence
 * @throws BridgeError SECRET_INVALID
 */
export function parseMysqlDsn(dsn: string, ref: string, caFile: string | undefined): MysqlAddress {
  const parts = parseConnectionString(dsn, ref, MYSQL_FORM);
  const { port, user, password, query, invalid } = parts;
  const host = query.get('unix_socket') ?? parts.host;
  if (host === '') throw invalid('it names no host');
  const socket = host.startsWith('/');
  if (!socket && query.has('unix_socket')) throw invalid('its unix_socket is not a path that begins with /');
  const ca = query.get('ssl-ca') ?? caFile;
  const asked = query.get('ssl-mode') ?? (ca === undefined ? 'PREFERRED' : 'VERIFY_IDENTITY');
  const mode = SSL_MODES.find((candidate) => candidate === asked.toUpperCase());
  if (mode === undefined) throw invalid(`its ssl-mode is not one of ${SSL_MODES.join(', ')}`);
  // The driver would compare the certificate with `localhost` instead of an address.
  if (mode === 'VERIFY_IDENTITY' && (socket || isIP(host) !== 0)) {
    const has = socket ? 'a socket' : 'an address';
    throw invalid(`VERIFY_IDENTITY needs a host name, and it has ${has}; name the host, or say VERIFY_CA`);
  }
  return {
    host,
    port: port === 0 ? PORT_DEFAULT : port,
    user,
    password: password ?? '',
    database: parts.database === '' ? undefined : parts.database,
    tls: {
      mode: socket && mode === 'PREFERRED' ? 'DISABLED' : mode,
      caFile: ca,
      certFile: query.get('ssl-cert') ?? undefined,
      keyFile: query.get('ssl-key') ?? undefined,
    },
  };
}

/** What others on the network path could read or change under this connection string; undefined if nothing. */
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
