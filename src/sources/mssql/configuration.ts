import { readFile } from 'node:fs/promises';
import { isIP, type Socket } from 'node:net';
import type { ConnectionConfiguration } from 'tedious';
import type { MssqlAddress, MssqlLogin } from './dsn.ts';
import { openEncryptingSocket } from './socket.ts';

export interface MssqlTimes {
  readonly connectSeconds: number;
  readonly statementSeconds: number;
}

/**
 * The configuration of the driver.
 * @param onRefused called with the reason why a server was refused
 * @throws the errors of reading the certificate file
 */
export async function mssqlConfiguration(
  address: MssqlAddress,
  times: MssqlTimes,
  onRefused: (error: Error) => void,
): Promise<ConnectionConfiguration> {
  const { host, port, instance, database, encrypt, trustServerCertificate, caFile, certificateName } =
    address;
  return {
    server: host,
    authentication: authentication(address.login),
    options: {
      ...(port !== undefined && { port }),
      ...(instance !== undefined && { instanceName: instance }),
      ...(database !== undefined && { database }),
      // Otherwise the driver would treat an IP address as a name that a certificate could have.
      ...(certificateName !== undefined && { serverName: certificateName }),
      ...(certificateName === undefined && isIP(host) !== 0 && { serverName: '' }),
      encrypt,
      ...(encrypt === true && { connector: encryptingConnector(address, onRefused) }),
      trustServerCertificate,
      ...(caFile !== undefined && { cryptoCredentialsDetails: { ca: await readFile(caFile) } }),
      appName: 'gemini-sync-bridge',
      connectTimeout: times.connectSeconds * 1_000,
      requestTimeout: times.statementSeconds * 1_000,
      // The caller of a run retries it, so the driver does not.
      maxRetriesOnTransientErrors: 0,
      // Routes the connection to a readable secondary, if there is one.
      readOnlyIntent: true,
      useUTC: true,
      // This is the maximum, so that the server does not truncate text; this program enforces its own limit for a row.
      textsize: 2_147_483_647,
    },
  };
}

/**
 * Connects for the driver, which passes the address. After a redirection that is the address of another server, which the
 * driver's types do not mention. The driver has no other option to refuse a server without encryption.
 */
function encryptingConnector({ host, port = 0 }: MssqlAddress, onRefused: (error: Error) => void) {
  return (...given: unknown[]): Promise<Socket> => {
    const [place, , signal] = given;
    const target = typeof place === 'object' && place !== null ? place : {};
    return openEncryptingSocket(
      'host' in target && typeof target.host === 'string' ? target.host : host,
      'port' in target && typeof target.port === 'number' ? target.port : port,
      signal instanceof AbortSignal ? signal : undefined,
      onRefused,
    );
  };
}

function authentication(login: MssqlLogin): NonNullable<ConnectionConfiguration['authentication']> {
  switch (login.kind) {
    case 'sql':
      return { type: 'default', options: { userName: login.user, password: login.password } };
    case 'ntlm':
      return {
        type: 'ntlm',
        options: { userName: login.user, password: login.password, domain: login.domain },
      };
    case 'service principal':
      return {
        type: 'azure-active-directory-service-principal-secret',
        options: {
          clientId: login.clientId,
          clientSecret: login.clientSecret,
          tenantId: login.tenantId,
        },
      };
    case 'managed identity':
      return { type: 'azure-active-directory-msi-vm', options: clientOptions(login.clientId) };
    case 'ambient':
      return { type: 'azure-active-directory-default', options: clientOptions(login.clientId) };
  }
}

function clientOptions(clientId: string | undefined): { clientId?: string } {
  return clientId === undefined ? {} : { clientId };
}
