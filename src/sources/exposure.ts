import { isSqlSource, type ConnectorSpec, type SqlSourceSpec } from '../definitions/connector/types.ts';
import type { Exposure } from '../net/exposure.ts';
import { postgresExposure } from '../net/postgres/address.ts';
import { mssqlExposure, parseMssqlDsn } from './mssql/dsn.ts';
import { mysqlExposure, parseMysqlDsn } from './mysql/dsn.ts';
import { oracleExposure, parseOracleDsn } from './oracle/dsn.ts';
import { parsePostgresDsn } from './postgres/dsn.ts';

/**
 * What others on the network path to the database of a source could read or change under its connection string. It opens no
 * connection. The result is undefined if nothing is exposed, and for other kinds of source.
 * @param secret reads a secret by its ref
 * @throws BridgeError SECRET_*
 */
export function sourceExposure(
  { source }: Pick<ConnectorSpec, 'source'>,
  secret: (ref: string) => string,
): Exposure | undefined {
  return isSqlSource(source) ? exposureOf(source, secret(source.secretRef)) : undefined;
}

function exposureOf({ type, secretRef, tls }: SqlSourceSpec, dsn: string): Exposure | undefined {
  switch (type) {
    case 'postgres':
      return postgresExposure(parsePostgresDsn(dsn, secretRef, tls?.caFile));
    case 'mysql':
      return mysqlExposure(parseMysqlDsn(dsn, secretRef, tls?.caFile));
    case 'mssql':
      return mssqlExposure(parseMssqlDsn(dsn, secretRef, tls?.caFile));
    case 'oracle':
      return oracleExposure(parseOracleDsn(dsn, secretRef));
  }
}
