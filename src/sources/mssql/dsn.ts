import type { ToConnectionStringError } from '../../net/connection-string.ts';
import { isThisMachine, type Exposure } from '../../net/exposure.ts';
import { parseConnectionString } from '../sql/connection-string.ts';
import { MSSQL_FORM } from './form.ts';

/** The login method and its credentials. */
export type MssqlLogin =
  | { readonly kind: 'sql'; readonly user: string; readonly password: string }
  | { readonly kind: 'ntlm'; readonly user: string; readonly password: string; readonly domain: string }
  | {
      readonly kind: 'service principal';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly tenantId: string;
    }
  /** `ambient`: credentials of the machine, which are an environment, a workload identity or a managed identity. */
  | { readonly kind: 'managed identity' | 'ambient'; readonly clientId: string | undefined };

export interface MssqlAddress {
  readonly host: string;
  /** Undefined for a named instance, whose port the server's browser service reports. */
  readonly port: number | undefined;
  readonly instance: string | undefined;
  readonly database: string | undefined;
  /** The user, as error messages name it. */
  readonly user: string;
  readonly login: MssqlLogin;
  /** `strict`: TLS before the first byte of TDS, as SQL Server 2022 and newer support it. */
  readonly encrypt: boolean | 'strict';
  readonly trustServerCertificate: boolean;
  readonly caFile: string | undefined;
  /** The name that the certificate must have, if it differs from the host. */
  readonly certificateName: string | undefined;
}

const PORT_DEFAULT = 1433;
const AUTHENTICATIONS = [
  'SqlPassword',
  'Ntlm',
  'ActiveDirectoryServicePrincipal',
  'ActiveDirectoryManagedIdentity',
  'ActiveDirectoryDefault',
] as const;
/**
 * Reads a connection string. Its parameters have Microsoft's names: `encrypt` (`true`, the default, `strict` or `false`),
 * `trustServerCertificate`, `hostNameInCertificate`, `instanceName`, `authentication`, `tenantId`, `domain`, and `database`
 * (`databaseName`), an alternative to the database after the slash.
 * @param ref the secret's name, for messages; its value is never in one
 * @param caFile from `source.tls.caFile`
 * @throws BridgeError SECRET_INVALID
 */
export function parseMssqlDsn(dsn: string, ref: string, caFile: string | undefined): MssqlAddress {
  const parts = parseConnectionString(dsn, ref, MSSQL_FORM);
  const { host, port, user, password = '', query, invalid } = parts;
  const database = databaseOf(parts.database, query.get('database'), invalid);
  const instance = query.get('instanceName') ?? undefined;
  const encrypt = oneOf(query, 'encrypt', ['true', 'strict', 'false'], invalid) ?? 'true';
  const trust = oneOf(query, 'trustServerCertificate', ['true', 'false'], invalid) === 'true';
  if (trust && encrypt === 'strict')
    throw invalid('strict encryption checks the certificate; take trustServerCertificate out');
  const login = loginOf({ user, password, query, invalid });
  return {
    host,
    port: port !== 0 ? port : instance === undefined ? PORT_DEFAULT : undefined,
    instance,
    database: database === '' ? undefined : database,
    user: user === '' ? login.kind : user,
    login,
    encrypt: encrypt === 'strict' ? 'strict' : encrypt === 'true',
    trustServerCertificate: trust,
    caFile,
    certificateName: query.get('hostNameInCertificate') ?? undefined,
  };
}

/** What others on the network path could read or change under this connection string; undefined if nothing. */
export function mssqlExposure({
  host,
  encrypt,
  trustServerCertificate,
}: Pick<MssqlAddress, 'host' | 'encrypt' | 'trustServerCertificate'>): Exposure | undefined {
  if (isThisMachine(host)) return undefined;
  if (encrypt === false) {
    return {
      what: `The connection to ${host} is not encrypted (encrypt=false).`,
      fix: 'Remove encrypt=false from the connection string, and name the authority in spec.source.tls.caFile.',
    };
  }
  if (!trustServerCertificate) return undefined;
  return {
    what: `The connection to ${host} is encrypted, but the certificate of the server is not checked (trustServerCertificate=true).`,
    fix: 'Remove trustServerCertificate from the connection string, and name the authority in spec.source.tls.caFile.',
  };
}

/** In Go connection strings, the instance follows the slash, and `database=` names the database. */
function databaseOf(path: string, parameter: string | null, invalid: ToConnectionStringError): string {
  if (parameter === null || parameter === path) return path;
  if (path === '') return parameter;
  throw invalid('it names a database twice; write an instance as instanceName=');
}

interface LoginParts {
  readonly user: string;
  readonly password: string;
  readonly query: URLSearchParams;
  readonly invalid: ToConnectionStringError;
}

function loginOf({ user, password, query, invalid }: LoginParts): MssqlLogin {
  const kind = oneOf(query, 'authentication', AUTHENTICATIONS, invalid) ?? 'SqlPassword';
  const required = (name: string): string => {
    const value = query.get(name) ?? '';
    if (value === '') throw invalid(`authentication=${kind} needs ${name}=`);
    return value;
  };
  const clientId = user === '' ? undefined : user;
  if (kind === 'ActiveDirectoryManagedIdentity') return { kind: 'managed identity', clientId };
  if (kind === 'ActiveDirectoryDefault') return { kind: 'ambient', clientId };
  if (clientId === undefined) throw invalid('it names no user');
  if (kind === 'Ntlm') return { kind: 'ntlm', user, password, domain: required('domain') };
  if (kind === 'SqlPassword') return { kind: 'sql', user, password };
  return { kind: 'service principal', clientId, clientSecret: password, tenantId: required('tenantId') };
}

function oneOf<T extends string>(
  query: URLSearchParams,
  name: string,
  allowed: readonly T[],
  invalid: ToConnectionStringError,
): T | undefined {
  const given = query.get(name);
  if (given === null) return undefined;
  const known = allowed.find((candidate) => candidate.toLowerCase() === given.toLowerCase());
  if (known === undefined) throw invalid(`its ${name} is not one of ${allowed.join(', ')}`);
  return known;
}
