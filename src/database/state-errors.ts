import { types } from 'node:util';
import { BridgeError } from '../core/errors.ts';
import { codeOf } from '../core/thrown.ts';
import { networkErrorOf, type NetworkError } from '../net/network-error.ts';
import { networkHint, type NetworkHints } from '../net/network-error-text.ts';
import { poolerFault } from '../net/postgres/pooler-fault.ts';
import {
  MEANING_BY_SQLSTATE,
  meaningOfSqlstateClass,
  meaningOfPoolerFault,
  MEANING_BY_MESSAGE,
  STATEMENT_TIMEOUT,
} from './postgres-error-meanings.ts';
import { TLS, type StateErrorMeaning } from './state-error-meaning.ts';

const UNREACHABLE: StateErrorMeaning = {
  code: 'STATE_UNREACHABLE',
  hint: 'Check that the database runs and that DATABASE_URL names it, then run again: no partial change is left.',
};
const BUSY: StateErrorMeaning = {
  code: 'STATE_UNREACHABLE',
  hint: 'Another process has been writing for very long; run again when it is done.',
};
const DISK_FULL: StateErrorMeaning = {
  code: 'STATE_LIMIT',
  limit: 'disk space',
  hint: 'Free some disk space, then run again: no partial change is left.',
};
const FORBIDDEN: StateErrorMeaning = {
  code: 'STATE_FAILED',
  hint: 'Let the user of this process create, read and write the state file and its directory.',
};
const DAMAGED: StateErrorMeaning = {
  code: 'STATE_FAILED',
  hint: 'Restore the file from a backup, or move it away: the next run then compares every row again.',
};
/** SQLite also reports this for a full disk, if it cannot distinguish the two. */
const IO_FAILED: StateErrorMeaning = {
  code: 'STATE_LIMIT',
  limit: 'disk',
  hint: 'Is the disk of the state file full, unmounted or failing? Put that right and run again: no partial change is left.',
};
const NO_MEMORY: StateErrorMeaning = {
  code: 'STATE_LIMIT',
  limit: 'memory',
  hint: 'Give this process more memory, then run again: no partial change is left.',
};

const HINTS: NetworkHints = {
  name: 'the host name in DATABASE_URL',
  server: 'host and port in DATABASE_URL, and that the database runs',
  proxied: false,
  lost: UNREACHABLE.hint,
  slow: UNREACHABLE.hint,
  untrusted: 'Name the authority that signed it with sslrootcert= in DATABASE_URL.',
  otherName:
    'Let DATABASE_URL name a host that the certificate has, or set sslmode=verify-ca if any server of its authority will do.',
  client: 'Name one and its key with sslcert= and sslkey= in DATABASE_URL.',
  files: 'Check sslrootcert=, sslcert= and sslkey= in DATABASE_URL.',
};

function meaningOfNetworkError(network: NetworkError): StateErrorMeaning {
  const hint = networkHint(network, HINTS);
  const mended = network.meaning === 'certificate' || network.meaning === 'socket_forbidden';
  return { code: mended ? 'STATE_FAILED' : 'STATE_UNREACHABLE', hint };
}

/** Meanings by the error name that SQLite or Node uses. */
const BY_NAME: Readonly<Record<string, StateErrorMeaning>> = {
  SQLITE_BUSY: BUSY,
  SQLITE_LOCKED: BUSY,
  SQLITE_FULL: DISK_FULL,
  SQLITE_READONLY: FORBIDDEN,
  SQLITE_CANTOPEN: FORBIDDEN,
  SQLITE_PERM: FORBIDDEN,
  SQLITE_AUTH: FORBIDDEN,
  SQLITE_CORRUPT: DAMAGED,
  SQLITE_NOTADB: DAMAGED,
  SQLITE_IOERR: IO_FAILED,
  SQLITE_NOLFS: IO_FAILED,
  SQLITE_PROTOCOL: BUSY,
  SQLITE_NOMEM: NO_MEMORY,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: FORBIDDEN,
  ENOTDIR: FORBIDDEN,
  EEXIST: FORBIDDEN,
  EISDIR: FORBIDDEN,
  ENOSPC: DISK_FULL,
  EDQUOT: DISK_FULL,
  EIO: IO_FAILED,
  ENOENT: UNREACHABLE,
};

/** Meanings by message, for drivers that give no code. */
const WORDS: readonly (readonly [RegExp, StateErrorMeaning])[] = [
  [/does not support SSL|before the TLS handshake|channel binding/i, TLS],
  [
    /Connection terminated|Connection ended|not queryable|timeout expired|acquiring a connection/i,
    UNREACHABLE,
  ],
  [/Unable to open connection to local database/i, FORBIDDEN],
];

/**
 * Converts an error of the state database into an error of this program: STATE_UNREACHABLE, STATE_LIMIT, STATE_FAILED or
 * STATE_NOT_MIGRATED, naming `location` and never a password. A BridgeError and an unknown error are returned unchanged.
 */
export function stateError(thrown: unknown, location: string): unknown {
  if (!isError(thrown) || thrown instanceof BridgeError) return thrown;
  const meaning = meaningOf(thrown);
  if (meaning === undefined) return thrown;
  const sentence = {
    STATE_UNREACHABLE: `The state database ${location} cannot be reached`,
    STATE_LIMIT: `The state database ${location} aborted the work (${meaning.limit ?? 'limit'})`,
    STATE_FAILED: `The state database ${location} refuses`,
    STATE_NOT_MIGRATED: `The state database ${location} has no current schema`,
  }[meaning.code];
  return new BridgeError(meaning.code, `${sentence}: ${ownWords(thrown)}`, {
    hint: meaning.hint,
    cause: thrown,
  });
}

/** An error of Node may come from another realm, and an error of libsql is not a native one. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown);
}

/** Whether a transaction or a statement lost a race with another session: it had no effect, and may be repeated. */
export function isConflict(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === '40001' || code === '40P01';
}

/** Whether a row was not stored because a unique index has its values already. */
export function isUniqueViolation(thrown: unknown): boolean {
  return /^(23505|SQLITE_CONSTRAINT)/.test(codeOf(thrown));
}

function meaningOf(error: Error): StateErrorMeaning | undefined {
  const code = codeOf(error);
  if (isCertificateFile(error, code)) return TLS;
  const network = networkErrorOf(error);
  if (network !== undefined) return meaningOfNetworkError(network);
  // SQLite has extended codes, such as SQLITE_IOERR_FSYNC.
  const named = BY_NAME[/^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code];
  if (named !== undefined) return named;
  return /^[0-9A-Z]{5}$/.test(code)
    ? meaningOfPostgresError(code, error.message)
    : WORDS.find(([pattern]) => pattern.test(error.message))?.[1];
}

function meaningOfPostgresError(sqlstate: string, message: string): StateErrorMeaning | undefined {
  // 57014, 55000, 42501 and 28000 have several causes; a pooler uses one code for almost everything.
  const ambiguous = /^(08...|42501|55000|57014|28...)$/.test(sqlstate);
  const words = ambiguous ? MEANING_BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1] : undefined;
  if (words !== undefined) return words;
  const fault = poolerFault(sqlstate, message, true);
  if (fault !== undefined) return meaningOfPoolerFault(fault);
  return sqlstate === '57014'
    ? STATEMENT_TIMEOUT
    : (MEANING_BY_SQLSTATE[sqlstate] ?? meaningOfSqlstateClass(sqlstate));
}

/** Certificates and keys are the only files that this program itself opens for the state. */
function isCertificateFile(error: Error, code: string): boolean {
  const syscall = 'syscall' in error ? error.syscall : undefined;
  return ['ENOENT', 'EACCES', 'EISDIR'].includes(code) && (syscall === 'open' || syscall === 'read');
}

/** knex puts the statement before the database's own message. */
function ownWords(error: Error): string {
  const words = error.message.split(' - ').at(-1)?.trim() ?? '';
  return words === '' ? codeOf(error) || error.name : words;
}
