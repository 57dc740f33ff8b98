import { types } from 'node:util';
import { BridgeError } from '../core/errors.ts';

interface Verdict {
  readonly code: 'STATE_UNREACHABLE' | 'STATE_FAILED' | 'STATE_NOT_MIGRATED';
  readonly hint: string;
}

const UNREACHABLE: Verdict = {
  code: 'STATE_UNREACHABLE',
  hint: 'Check that the database runs and that DATABASE_URL names it, then run again: nothing half-done is left.',
};
const BUSY: Verdict = {
  code: 'STATE_UNREACHABLE',
  hint: 'Another process has been writing for very long; run again when it is done.',
};
const DISK_FULL: Verdict = { code: 'STATE_FAILED', hint: 'Free some disk space and run again.' };
const FORBIDDEN: Verdict = {
  code: 'STATE_FAILED',
  hint: 'Let the user of this process create, read and write the state file and its directory.',
};
const DAMAGED: Verdict = {
  code: 'STATE_FAILED',
  hint: 'Restore the file from a backup, or move it away: the next run then looks at every row again.',
};
const IO_FAILED: Verdict = { code: 'STATE_FAILED', hint: 'Check the disk that holds the state file.' };
const LOGIN: Verdict = { code: 'STATE_FAILED', hint: 'Check the user and the password in DATABASE_URL.' };
const GRANT: Verdict = {
  code: 'STATE_FAILED',
  hint: 'Grant this user what it needs on the tables of the state database.',
};
const TLS: Verdict = { code: 'STATE_FAILED', hint: 'Check `sslmode` and `sslrootcert` in DATABASE_URL.' };

export const NOT_MIGRATED_HINT = 'Run `gemini-sync-bridge migrate` once.';

/** By SQLite's or Node's name, or Postgres's SQLSTATE. */
const VERDICTS: Readonly<Record<string, Verdict>> = {
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
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: FORBIDDEN,
  ENOTDIR: FORBIDDEN,
  EEXIST: FORBIDDEN,
  EISDIR: FORBIDDEN,
  ENOSPC: DISK_FULL,
  EDQUOT: DISK_FULL,
  EIO: IO_FAILED,
  ECONNREFUSED: UNREACHABLE,
  ECONNRESET: UNREACHABLE,
  ECONNABORTED: UNREACHABLE,
  EPIPE: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  ENOENT: UNREACHABLE,
  '25006': GRANT,
  '28000': LOGIN,
  '28P01': LOGIN,
  '3D000': { code: 'STATE_FAILED', hint: 'Create the database, then run `gemini-sync-bridge migrate`.' },
  '42501': GRANT,
  '42P01': { code: 'STATE_NOT_MIGRATED', hint: NOT_MIGRATED_HINT },
  '53100': DISK_FULL,
  SELF_SIGNED_CERT_IN_CHAIN: TLS,
  DEPTH_ZERO_SELF_SIGNED_CERT: TLS,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TLS,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TLS,
  CERT_HAS_EXPIRED: TLS,
  ERR_TLS_CERT_ALTNAME_INVALID: TLS,
};

/** Words of drivers that give no code. */
const WORDS: readonly (readonly [RegExp, Verdict])[] = [
  [/does not support SSL/i, TLS],
  [
    /Connection terminated|Connection ended|not queryable|timeout expired|acquiring a connection/i,
    UNREACHABLE,
  ],
  [/Unable to open connection to local database/i, FORBIDDEN],
];

/**
 * An error of the state database in the words of this program: STATE_UNREACHABLE, STATE_FAILED or STATE_NOT_MIGRATED,
 * naming `location` and never a password. A BridgeError, and what nobody foresaw, is returned as it is.
 */
export function stateError(thrown: unknown, location: string): unknown {
  if (!isError(thrown) || thrown instanceof BridgeError) return thrown;
  const verdict = verdictOn(thrown);
  if (verdict === undefined) return thrown;
  const sentence = {
    STATE_UNREACHABLE: `The state database ${location} cannot be reached`,
    STATE_FAILED: `The state database ${location} refuses`,
    STATE_NOT_MIGRATED: `The state database ${location} has no current schema`,
  }[verdict.code];
  return new BridgeError(verdict.code, `${sentence}: ${ownWords(thrown)}`, {
    hint: verdict.hint,
    cause: thrown,
  });
}

/** The `code` of an error of Node, SQLite or Postgres. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** An error of Node's may come from another realm, and one of libsql's is no native one. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown);
}

function verdictOn(error: Error): Verdict | undefined {
  const code = codeOf(error) ?? '';
  // SQLite refines its codes, as in SQLITE_IOERR_FSYNC.
  const verdict = VERDICTS[/^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code];
  if (verdict !== undefined) return verdict;
  // Postgres's classes of connections that failed, of shutdowns and of exhausted resources.
  if (/^(08...|57P..|53...)$/.test(code)) return UNREACHABLE;
  return WORDS.find(([pattern]) => pattern.test(error.message))?.[1];
}

/** knex puts the statement before the database's own words. */
function ownWords(error: Error): string {
  const words = error.message.split(' - ').at(-1)?.trim() ?? '';
  return words === '' ? (codeOf(error) ?? error.name) : words;
}
