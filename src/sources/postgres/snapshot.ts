import type { SqlSourceSpec } from '../../definitions/connector/types.ts';
import { LOCK_SECONDS_MAX, SOURCE_STATEMENT_SECONDS_DEFAULT } from '../limits.ts';

/**
 * Sets every setting that changes how a value is written, so that equal rows are equal bytes in every session. A standby
 * supports REPEATABLE READ, and one snapshot serves the watermark and the rows. With row_security off, Postgres refuses a query
 * from which a policy would hide rows, as it does for pg_dump: a hidden row would count as deleted. Only PostgreSQL 17 and
 * newer have transaction_timeout, which would end a listing that is within its statement timeout.
 *
 * With two connections, a session that waits for a lock could wait for the other one: a lock request of a third session, such as
 * that of ALTER TABLE, may be queued between their requests. The server cannot detect that, because the first session only
 * waits for the program.
 * @param snapshot the exported snapshot to use instead of a new one
 */
export function beginSnapshot(spec: SqlSourceSpec, snapshot?: string): string {
  const { statementTimeoutSeconds, rowLevelSecurity, connections } = spec;
  const statementSeconds = statementTimeoutSeconds ?? SOURCE_STATEMENT_SECONDS_DEFAULT;
  return `BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
${snapshot === undefined ? '' : `SET TRANSACTION SNAPSHOT '${snapshot.replaceAll("'", "''")}';`}
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL extra_float_digits = 3;
SET LOCAL bytea_output = 'hex';
SET LOCAL xmlbinary = 'base64';
SET LOCAL lc_monetary = 'C';
SET LOCAL row_security = ${rowLevelSecurity === 'allow' ? 'on' : 'off'};
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL statement_timeout = ${statementSeconds * 1_000};
${connections === 2 ? `SET LOCAL lock_timeout = ${LOCK_SECONDS_MAX * 1_000};` : ''}
SELECT set_config(name, '0', true) FROM (VALUES ('transaction_timeout')) AS newer(name)
WHERE current_setting(name, true) IS NOT NULL;`;
}

/**
 * The session's process id, and `on` if times are integers in binary form: before PostgreSQL 10 they may be floating-point numbers.
 * A SQL_ASCII database may contain any bytes. If told to send UTF-8, the server would refuse to send invalid text.
 */
export const IDENTIFY = `SELECT pg_backend_pid(), current_setting('integer_datetimes', true), set_config('client_encoding',
  CASE current_setting('server_encoding') WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, true)`;
