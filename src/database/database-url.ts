import { BridgeError } from '../core/errors.ts';
import type { ConnectionForm } from '../net/connection-string.ts';
import type { Exposure } from '../net/exposure.ts';
import { postgresExposure, readPostgresAddress, type PostgresAddress } from '../net/postgres/address.ts';
import { POSTGRES_FORM } from '../net/postgres/form.ts';

/** The driver takes a missing user and password from `PGUSER` and `PGPASSWORD`; a missing host is `localhost`. */
const FORM: ConnectionForm = { ...POSTGRES_FORM, userOptional: true, hostOptional: true };

/**
 * Reads `DATABASE_URL`, which has the same meaning as the connection string of a Postgres source.
 * @throws BridgeError ENVIRONMENT_INVALID; its message never contains the password
 */
export function parseDatabaseUrl(url: string): PostgresAddress {
  return readPostgresAddress(
    url,
    FORM,
    (what) =>
      new BridgeError(
        'ENVIRONMENT_INVALID',
        `DATABASE_URL is not the address of a Postgres database: ${what}.`,
        {
          hint: `Write it as ${FORM.example}, with special characters percent-encoded, or unset it to use the embedded database.`,
        },
      ),
  );
}

/**
 * What others on the network path to the state database could read or change; undefined if nothing.
 * @throws BridgeError ENVIRONMENT_INVALID
 */
export function stateExposure(url: string | undefined): Exposure | undefined {
  return url === undefined ? undefined : postgresExposure(parseDatabaseUrl(url));
}
