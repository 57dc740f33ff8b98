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
 * What the driver is told.
 * @param onRefused told why a server was not spoken to
 * @throws what reading the certificate's file throws
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
      // The driver takes a number for a name that a certificate could have.
      ...(certificateName !== undefined && { serverName: certificateName }),
      ...(certificateName === undefined && isIP(host) !== 0 && { serverName: '' }),
      encrypt,
      ...(encrypt === true && { connector: encryptingConnector(address, onRefused) }),
      trustServerCertificate,
      ...(caFile !== undefined && { cryptoCredentialsDetails: { ca: await readFile(caFile) } }),
      appName: 'gemini-sync-bridge',
      connectTimeout: times.connectSeconds * 1_000,
      requestTimeout: times.statementSeconds * 1_000,
      // Runs are tried again by whoever started them.
      maxRetriesOnTransientErrors: 0,
      // Routes to a readable secondary, where there is one.
      readOnlyIntent: true,
      useUTC: true,
      // Otherwise a text is cut at two gigabytes less; the limit of a row is our own.
      textsize: 2_147_483_647,
    },
  };
}

/**
 * The driver calls it with where to connect to, which after a redirection is another server; its types do not say so.
 * Nothing else of the driver's can be told to refuse a server without encryption.
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
