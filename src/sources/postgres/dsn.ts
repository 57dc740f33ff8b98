import { readPostgresAddress, type PostgresAddress } from '../../net/postgres/address.ts';
import { POSTGRES_FORM } from '../../net/postgres/form.ts';
import { refusalOfSecret } from '../sql/connection-string.ts';

/**
 * Reads the connection string of a source, which has the same syntax as that of the state store.
 * @param ref the secret's name, for messages; its value is never in one
 * @param caFile from `source.tls.caFile`; `sslrootcert` in the string takes precedence
 * @throws BridgeError SECRET_INVALID
 */
export function parsePostgresDsn(dsn: string, ref: string, caFile: string | undefined): PostgresAddress {
  return readPostgresAddress(dsn, POSTGRES_FORM, refusalOfSecret(ref, POSTGRES_FORM), caFile);
}
