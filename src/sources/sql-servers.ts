import type { SqlSourceSpec } from '../definitions/connector/types.ts';
import { parseMssqlDsn } from './mssql/dsn.ts';
import { parseMysqlDsn } from './mysql/dsn.ts';
import { parseOracleDsn } from './oracle/dsn.ts';
import type { SourceServer } from './permit.ts';
import { parsePostgresDsn } from './postgres/dsn.ts';

/**
 * The servers that a connection string names. It is parsed as the engines parse it, but no driver is loaded.
 * @throws BridgeError SECRET_INVALID
 */
export function sqlServers({ type, secretRef, tls }: SqlSourceSpec, dsn: string): readonly SourceServer[] {
  switch (type) {
    case 'postgres':
      return [parsePostgresDsn(dsn, secretRef, tls?.caFile)];
    case 'mysql':
      return [parseMysqlDsn(dsn, secretRef, tls?.caFile)];
    case 'mssql':
      return [parseMssqlDsn(dsn, secretRef, tls?.caFile)];
    case 'oracle':
      return oracleServers(parseOracleDsn(dsn, secretRef).connectString);
  }
}

/**
 * The addresses of a TNS descriptor. Any other text, an alias of tnsnames.ora or an EZConnect string, counts as a host, so that
 * a policy must name it.
 */
function oracleServers(connectString: string): readonly SourceServer[] {
  const addresses = [...connectString.matchAll(/\(\s*ADDRESS\s*=((?:[^()]|\([^()]*\))*)\)/gi)].map(
    ([, address = '']) => ({
      host: valueIn(address, 'HOST'),
      port: Number(valueIn(address, 'PORT')) || undefined,
    }),
  );
  const hosts = [...connectString.matchAll(/\bHOST\s*=/gi)].length;
  return addresses.length > 0 && addresses.length === hosts
    ? addresses
    : [{ host: connectString, port: undefined }];
}

function valueIn(address: string, name: string): string {
  return new RegExp(`\\(\\s*${name}\\s*=([^()]*)\\)`, 'i').exec(address)?.[1]?.trim() ?? '';
}
