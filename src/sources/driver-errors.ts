import type { ErrorCode } from '../core/error-kinds.ts';
import { codeOf } from '../core/thrown.ts';
import { networkErrorOf, type NetworkError } from '../net/network-error.ts';
import { networkHint, type NetworkHints } from '../net/network-error-text.ts';
import { tlsFaultOfWords, tlsHint, type TlsHints } from '../net/tls-faults.ts';

/** The meaning of a source's error, and the instruction for it. */
export interface SourceErrorMeaning {
  readonly code: ErrorCode;
  readonly hint: string;
}

export const CONNECTION_LOST: SourceErrorMeaning = {
  code: 'SOURCE_LOST',
  hint: 'Nothing was committed; the next run starts where this one did.',
};
export const STATEMENT_TIMEOUT: SourceErrorMeaning = {
  code: 'SOURCE_TIMEOUT',
  hint: 'Make the query faster, or raise spec.source.statementTimeoutSeconds.',
};
export const CONNECT_TIMEOUT: SourceErrorMeaning = {
  code: 'SOURCE_TIMEOUT',
  hint: 'Check the network, or raise spec.source.connectTimeoutSeconds.',
};
export const LOGIN_REFUSED: SourceErrorMeaning = {
  code: 'SOURCE_AUTH_FAILED',
  hint: 'Correct the user or the password in the secret.',
};
export const PASSWORD_EXPIRED: SourceErrorMeaning = {
  code: 'SOURCE_AUTH_FAILED',
  hint: 'The password has expired: set a new one, and put it in the secret.',
};
export const SELECT_NOT_GRANTED: SourceErrorMeaning = {
  code: 'SOURCE_PERMISSION',
  hint: 'Grant this user SELECT on what the query reads.',
};
export const WRITE_REFUSED: SourceErrorMeaning = {
  code: 'SOURCE_QUERY_INVALID',
  hint: 'A source is only read: take whatever writes out of spec.source.query.',
};
export const VALUE_REFUSED: SourceErrorMeaning = {
  code: 'SOURCE_REFUSED',
  hint: 'A value does not fit what spec.source.query does with it: let the query allow for it.',
};
/** Another session has locked the rows or tables that the query reads. */
export const ROWS_LOCKED: SourceErrorMeaning = {
  code: 'SOURCE_TIMEOUT',
  hint: 'Another session holds a lock on what the query reads: run again when it has ended, or run the connector when nothing changes the tables.',
};
/** A view or a routine runs with the permissions of a user that was removed or lacks them. */
export const DEFINER_REFUSED: SourceErrorMeaning = {
  code: 'SOURCE_PERMISSION',
  hint: 'The login worked. A view or a routine of the query runs with the rights of its definer, who is gone or may not read the tables: create the definer again, or the view with another one (or SQL SECURITY INVOKER).',
};
/** A function or a trigger of the database raised its own error. */
export const RAISED_BY_DATABASE: SourceErrorMeaning = {
  code: 'SOURCE_REFUSED',
  hint: 'A function, a trigger or a policy of the database that the query uses raised this on purpose: ask who wrote it, or leave it out of spec.source.query.',
};
/** The connected database could not log in to another database. */
export const LINKED_SERVER_REFUSED: SourceErrorMeaning = {
  code: 'SOURCE_REFUSED',
  hint: 'The login to this database worked. A foreign table, a linked server or a database link of the query could not connect to its own server: correct its address and its credentials in the database.',
};
const UNKNOWN_SERVER_ERROR: SourceErrorMeaning = {
  code: 'SOURCE_REFUSED',
  hint: 'The words above are the database’s own.',
};
/** An error that the server did not report and that matches no other meaning. */
const UNKNOWN_DRIVER_ERROR: SourceErrorMeaning = {
  code: 'SOURCE_REFUSED',
  hint: 'The words above are those of the database driver: check that the secret names a server of this kind, and its version.',
};

/** What the session was doing when it failed: connecting, which ends when the query is described, or working on the query. */
export type SessionPhase = 'connect' | 'query';

/** What to do about certificates, worded for one engine. */
export interface DriverHints extends TlsHints {
  /** A file with certificates or a key cannot be read. */
  readonly files: string;
}

/** Matches some errors of a driver and gives their meaning. Every condition of a row must hold. */
interface ErrorPattern {
  readonly phase?: SessionPhase;
  /** A pattern that one of the error's codes must match. */
  readonly codes?: RegExp;
  readonly words?: RegExp;
  readonly meaning: SourceErrorMeaning;
}

/** The meaning of the errors of one driver. */
export interface DriverErrorTable {
  /** The first matching row counts. Rows are checked before the network errors and `byCode`. */
  readonly rows: readonly ErrorPattern[];
  /** The meanings, each with all codes that mean it. If an error has several codes, the first one found in a row counts. */
  readonly byCode: readonly (readonly [meaning: SourceErrorMeaning, ...codes: readonly string[]])[];
  readonly hints: DriverHints;
}

/** An error as its driver threw it. */
export interface DriverError {
  readonly error: Error;
  /** The codes, from the most to the least specific, such as a SQLSTATE and its class; empty if there is none. */
  readonly codes: readonly string[];
  /** Whether the server reported it. Its message then says nothing about the network. */
  readonly fromServer: boolean;
}

/** Finds the meaning of an error by the phase in which it occurred, its codes and its message, in the order of the table. */
export function findMeaning(
  { rows, byCode, hints }: DriverErrorTable,
  { error, codes, fromServer }: DriverError,
  phase: SessionPhase,
): SourceErrorMeaning {
  const row = rows.find(
    (candidate) =>
      (candidate.phase ?? phase) === phase &&
      (candidate.codes === undefined || codes.some((code) => candidate.codes?.test(code))) &&
      (candidate.words?.test(error.message) ?? true),
  );
  if (row !== undefined) return row.meaning;
  const ofNetwork = fromServer ? undefined : networkMeaning(error, phase, hints);
  if (ofNetwork !== undefined) return ofNetwork;
  const known = codes
    .map((code) => byCode.find(([, ...listed]) => listed.includes(code))?.[0])
    .find((meaning) => meaning !== undefined);
  // Some drivers use one code for most certificate faults; the message that they add is that of OpenSSL.
  const isTls = known === undefined ? !fromServer : known.code === 'SOURCE_TLS';
  const fault = isTls ? tlsFaultOfWords(error.message) : undefined;
  if (fault !== undefined) return { code: 'SOURCE_TLS', hint: tlsHint(fault, hints) };
  return known ?? (fromServer ? UNKNOWN_SERVER_ERROR : UNKNOWN_DRIVER_ERROR);
}

const FILE_CODES = new Set(['ENOENT', 'EACCES', 'EISDIR']);

const CODE_OF_MEANING: Readonly<Record<NetworkError['meaning'], ErrorCode>> = {
  name_not_found: 'SOURCE_UNREACHABLE',
  name_server_failed: 'SOURCE_UNREACHABLE',
  refused: 'SOURCE_UNREACHABLE',
  unreachable: 'SOURCE_UNREACHABLE',
  socket_missing: 'SOURCE_UNREACHABLE',
  socket_forbidden: 'SOURCE_PERMISSION',
  timed_out: 'SOURCE_TIMEOUT',
  lost: 'SOURCE_LOST',
  certificate: 'SOURCE_TLS',
  proxy_login: 'SOURCE_AUTH_FAILED',
  proxy_refused: 'SOURCE_UNREACHABLE',
};

const NETWORK_HINTS: Omit<NetworkHints, keyof TlsHints> = {
  name: 'the host name in the secret',
  server: 'host and port in the secret, and that the server runs',
  proxied: false,
  lost: CONNECTION_LOST.hint,
  slow: 'Check the network and the firewalls on the way.',
};

function networkMeaning(
  error: Error,
  phase: SessionPhase,
  hints: DriverHints,
): SourceErrorMeaning | undefined {
  const network = networkErrorOf(error);
  if (network === undefined) {
    // A driver opens no other files by itself.
    return FILE_CODES.has(codeOf(error)) ? { code: 'SOURCE_TLS', hint: hints.files } : undefined;
  }
  if (network.meaning === 'timed_out' && phase === 'connect') return CONNECT_TIMEOUT;
  return {
    code: CODE_OF_MEANING[network.meaning],
    hint: networkHint(network, { ...NETWORK_HINTS, ...hints }),
  };
}
