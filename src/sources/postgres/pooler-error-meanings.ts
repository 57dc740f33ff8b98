import type { PoolerFault } from '../../net/postgres/pooler-fault.ts';
import type { SourceErrorMeaning } from '../driver-errors.ts';

export const TLS_REQUIRED: SourceErrorMeaning = {
  code: 'SOURCE_TLS',
  hint: 'The server demands TLS: add sslmode=require (or verify-full) to the connection string.',
};

/** The meanings by the fault that a pooler reports. */
export const MEANING_BY_POOLER_FAULT: Readonly<Record<PoolerFault['kind'], SourceErrorMeaning>> = {
  login: {
    code: 'SOURCE_AUTH_FAILED',
    hint: 'Correct the user or the password in the secret, and see that the pooler on the way knows this user (auth_file or auth_query of PgBouncer; with Supabase the user is postgres.PROJECT).',
  },
  database: {
    code: 'SECRET_INVALID',
    hint: 'Correct the name of the database in the secret, or add it to the pooler on the way ([databases] of PgBouncer).',
  },
  mode: {
    code: 'SECRET_INVALID',
    hint: 'A pooler on the way does not keep transactions or statements together. Set its pool_mode to transaction or session, or let the secret name the server itself or another port of the pooler.',
  },
  full: {
    code: 'SOURCE_UNREACHABLE',
    hint: 'The pooler on the way has no connection left (default_pool_size, max_client_conn or query_wait_timeout of PgBouncer); try again later, or raise its limits.',
  },
  limit: {
    code: 'SOURCE_TIMEOUT',
    hint: 'A timeout of the pooler on the way ended the session. Raise the timeout that the message names for this user, or let the secret name the server itself.',
  },
  server: {
    code: 'SOURCE_UNREACHABLE',
    hint: 'The pooler on the way cannot reach the server: check that the server runs, and the log of the pooler; then try again.',
  },
  tls: TLS_REQUIRED,
  parameter: {
    code: 'SECRET_INVALID',
    hint: 'The pooler on the way does not take this parameter: remove options= from the secret (set it with ALTER ROLE … SET instead), or add it to ignore_startup_parameters of PgBouncer.',
  },
};
