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
export const OTHER: Verdict = { code: 'SOURCE_REFUSED', hint: 'The words above are the database’s own.' };
