import type { PoolerFault } from '../net/postgres/pooler-fault.ts';
import {
  DAMAGED_DATABASE_HINT,
  NOT_MIGRATED_HINT,
  TLS,
  type StateErrorMeaning,
} from './state-error-meaning.ts';

/** The places where a setting of a session can be set. */
const SET_WHERE = 'ALTER ROLE … SET, ALTER DATABASE … SET, or the server';
const NOTHING_LOST = 'then run again: no partial change is left.';

function timeout(limit: string): StateErrorMeaning {
  const hint = `Raise ${limit} for the user of DATABASE_URL (${SET_WHERE}), ${NOTHING_LOST}`;
  return { code: 'STATE_LIMIT', limit, hint };
}

function away(hint: string): StateErrorMeaning {
  return { code: 'STATE_UNREACHABLE', hint };
}

function refused(hint: string): StateErrorMeaning {
  return { code: 'STATE_FAILED', hint };
}

const LOGIN = refused('Check the user and the password in DATABASE_URL.');
const NO_DATABASE = refused('Create the database, then run `gemini-sync-bridge migrate`.');
const DISK_FULL: StateErrorMeaning = {
  code: 'STATE_LIMIT',
  limit: 'disk space',
  hint: `Free disk space on the server of the state database, ${NOTHING_LOST}`,
};
const TOO_MANY = away(
  'Raise max_connections of the server (or the CONNECTION LIMIT of the role or the database), put a pooler in between, or run fewer connectors at once; then run again.',
);
const RESTARTING = away(`Wait until the database of DATABASE_URL takes connections again, ${NOTHING_LOST}`);
const RACE = 'Run again: no partial change is left. If it happens often, run fewer connectors at once.';

/** The meanings of SQLSTATEs; see appendix A of the PostgreSQL manual. */
export const MEANING_BY_SQLSTATE: Readonly<Record<string, StateErrorMeaning>> = {
  '25006': refused(
    'The server is a hot standby, or default_transaction_read_only is on. Let DATABASE_URL name the primary, or reset default_transaction_read_only for its user and database.',
  ),
  '25P03': timeout('idle_in_transaction_session_timeout'),
  '25P04': timeout('transaction_timeout'),
  '28000': LOGIN,
  '28P01': LOGIN,
  '3D000': NO_DATABASE,
  '3F000': refused(
    'Let search_path of the user of DATABASE_URL begin with a schema that exists, and in which it may create tables.',
  ),
  '40001': { code: 'STATE_LIMIT', limit: 'serialization failure', hint: RACE },
  '40P01': { code: 'STATE_LIMIT', limit: 'deadlock', hint: RACE },
  '42501': refused('Grant this user what it needs on the tables of the state database.'),
  '42P01': { code: 'STATE_NOT_MIGRATED', hint: NOT_MIGRATED_HINT },
  '53100': DISK_FULL,
  '53200': {
    code: 'STATE_LIMIT',
    limit: 'memory',
    hint: `Give the server of the state database more memory, or lower work_mem and max_connections, ${NOTHING_LOST}`,
  },
  '53300': TOO_MANY,
  '53400': {
    code: 'STATE_LIMIT',
    limit: 'configuration limit',
    hint: `Raise the limit that the message names, ${NOTHING_LOST}`,
  },
  '55P03': timeout('lock_timeout'),
  '57P01': away(
    `An administrator ended the session, or the server stops: check that the database of DATABASE_URL runs, ${NOTHING_LOST}`,
  ),
  '57P02': RESTARTING,
  '57P03': RESTARTING,
  '57P04': NO_DATABASE,
  '57P05': timeout('idle_session_timeout'),
  '58030': refused('Check the disk of the server of the state database.'),
  XX001: refused(DAMAGED_DATABASE_HINT),
  XX002: refused(DAMAGED_DATABASE_HINT),
};

/** Errors of servers and poolers that send no code, or one code for several cases. The first match wins, before `MEANING_BY_SQLSTATE`. */
export const MEANING_BY_MESSAGE: readonly (readonly [RegExp, StateErrorMeaning])[] = [
  [
    /not currently accepting connections/i,
    away('Let connections in again with ALTER DATABASE … ALLOW_CONNECTIONS true, then run again.'),
  ],
  [
    /user request/i,
    {
      code: 'STATE_LIMIT',
      limit: 'cancelled by an administrator',
      hint: 'Ask who cancels statements of this user, and why; then run again: no partial change is left.',
    },
  ],
  [/not permitted to log in/i, refused('Let the role of DATABASE_URL log in: ALTER ROLE … LOGIN.')],
  [
    /permission denied for database/i,
    refused(
      'Let the user of DATABASE_URL connect and create schemas: GRANT CONNECT, CREATE ON DATABASE … TO ….',
    ),
  ],
  [/no encryption|SSL off/i, TLS],
];

const POOLER_SERVER = away(
  'The pooler cannot log in to the server: see its log and the server, then run again (it tries every server_login_retry).',
);

/** The meaning of an error of a pooler. */
export function meaningOfPoolerFault({ kind, setting }: PoolerFault): StateErrorMeaning {
  switch (kind) {
    case 'login':
      return LOGIN;
    case 'database':
      return NO_DATABASE;
    case 'mode':
      return refused(
        'Set pool_mode of the pooler to transaction or session for the database of DATABASE_URL, or let DATABASE_URL name the server itself.',
      );
    case 'full':
    case 'limit':
      return setting === undefined ? TOO_MANY : pooler(setting);
    case 'server':
      return POOLER_SERVER;
    case 'tls':
      return TLS;
    case 'parameter':
      return refused(
        'Add the parameter to ignore_startup_parameters of PgBouncer, or remove options= from DATABASE_URL.',
      );
  }
}

/** The meanings of SQLSTATE classes: failed connections, shutdowns, exhausted resources. */
export function meaningOfSqlstateClass(sqlstate: string): StateErrorMeaning | undefined {
  if (/^08...$/.test(sqlstate)) return RESTARTING;
  if (/^57P..$/.test(sqlstate)) return RESTARTING;
  return /^53...$/.test(sqlstate) ? TOO_MANY : undefined;
}

/** The meaning of 57014, unless a person cancelled the statement. */
export const STATEMENT_TIMEOUT = timeout('statement_timeout');

function pooler(limit: string): StateErrorMeaning {
  const verb = limit === 'query_wait_timeout' ? 'Raise default_pool_size or' : 'Raise';
  return { code: 'STATE_LIMIT', limit, hint: `${verb} ${limit} of PgBouncer, ${NOTHING_LOST}` };
}
