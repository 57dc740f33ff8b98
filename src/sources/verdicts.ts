import type { ErrorCode } from '../core/errors.ts';

/** What an error of a source means, and what to do about it. */
export interface Verdict {
  readonly code: ErrorCode;
  readonly hint: string;
}

export const LOST: Verdict = {
  code: 'SOURCE_LOST',
  hint: 'Nothing was committed; the next run starts where this one did.',
};
export const TIMEOUT: Verdict = {
  code: 'SOURCE_TIMEOUT',
  hint: 'Make the query faster, or raise spec.source.statementTimeoutSeconds.',
};
export const CONNECT_TIMEOUT: Verdict = {
  code: 'SOURCE_TIMEOUT',
  hint: 'Check the network, or raise spec.source.connectTimeoutSeconds.',
};
export const LOGIN: Verdict = {
  code: 'SOURCE_AUTH_FAILED',
  hint: 'Correct the user or the password in the secret.',
};
export const PASSWORD_EXPIRED: Verdict = {
  code: 'SOURCE_AUTH_FAILED',
  hint: 'The password has expired: set a new one, and put it in the secret.',
};
export const GRANT: Verdict = {
  code: 'SOURCE_PERMISSION',
  hint: 'Grant this user SELECT on what the query reads.',
};
export const READ_ONLY: Verdict = {
  code: 'SOURCE_QUERY_INVALID',
  hint: 'A source is only read: take whatever writes out of spec.source.query.',
};
export const VALUE: Verdict = {
  code: 'SOURCE_REFUSED',
  hint: 'A value does not fit what spec.source.query does with it: let the query allow for it.',
};
/** Another session has locked what the query reads. */
export const LOCKED: Verdict = {
  code: 'SOURCE_TIMEOUT',
  hint: 'Another session holds a lock on what the query reads: run again when it has ended, or run the connector when nothing changes the tables.',
};
/** A view or a routine runs with the rights of a user who is gone, or has too few. */
export const DEFINER: Verdict = {
  code: 'SOURCE_PERMISSION',
  hint: 'The login worked. A view or a routine of the query runs with the rights of its definer, who is gone or may not read the tables: create the definer again, or the view with another one (or SQL SECURITY INVOKER).',
};
/** A function or a trigger of the database raised an error of its own. */
export const RAISED: Verdict = {
  code: 'SOURCE_REFUSED',
  hint: 'A function, a trigger or a policy of the database that the query uses raised this on purpose: ask who wrote it, or leave it out of spec.source.query.',
};
/** The database that was connected to could not log in to another one. */
export const LINK: Verdict = {
  code: 'SOURCE_REFUSED',
  hint: 'The login to this database worked. A foreign table, a linked server or a database link of the query could not connect to its own server: correct its address and its credentials in the database.',
};
export const OTHER: Verdict = { code: 'SOURCE_REFUSED', hint: 'The words above are the database’s own.' };
/** An error that the server did not make, and of which nothing is known. */
export const OTHER_OF_DRIVER: Verdict = {
  code: 'SOURCE_REFUSED',
  hint: 'The words above are those of the database driver: check that the secret names a server of this kind, and its version.',
};
