/** The meaning of an error of the state database, and its hint. */
export interface StateErrorMeaning {
  readonly code: 'STATE_UNREACHABLE' | 'STATE_LIMIT' | 'STATE_FAILED' | 'STATE_NOT_MIGRATED';
  /** The setting or the resource whose limit ended the work; only with STATE_LIMIT. */
  readonly limit?: string;
  readonly hint: string;
}

export const NOT_MIGRATED_HINT = 'Run `gemini-sync-bridge migrate` once.';
export const DAMAGED_DATABASE_HINT = 'Restore the state database from a backup.';

export const TLS: StateErrorMeaning = {
  code: 'STATE_FAILED',
  hint: 'Check `sslmode`, `sslrootcert`, `sslcert`, `sslkey` and `channel_binding` in DATABASE_URL.',
};
