import { BridgeError } from '../../core/errors.ts';

/** The environment variable of a secret: `hr-db-credentials` is in `SECRET_HR_DB_CREDENTIALS`. */
export function secretVariable(ref: string): string {
  return `SECRET_${ref.replaceAll(/[-.]/g, '_').toUpperCase()}`;
}

/** Whether a reference looks like the secret itself: a URL, or text with spaces. Such text must not be shown. */
export function looksLikeSecret(ref: string): boolean {
  return /:\/\/|\s/.test(ref);
}

/** The command that sets a secret; for a database it includes the start of a URL, because the value is a URL. */
export function secretCommand(ref: string, sourceType: string | undefined): string {
  const isDatabase = ['postgres', 'mysql', 'mssql', 'oracle'].includes(sourceType ?? '');
  return `export ${secretVariable(ref)}=${isDatabase ? `'${sourceType ?? ''}://…'` : '…'}`;
}

/**
 * The value of a secret.
 * @param read looks up one environment variable; undefined or empty means not set.
 * @throws BridgeError SECRET_MISSING, naming the variable.
 */
export function resolveSecret(ref: string, read: (variable: string) => string | undefined): string {
  const variable = secretVariable(ref);
  const value = read(variable);
  if (value !== undefined && value !== '') return value;
  throw new BridgeError('SECRET_MISSING', `The secret ${ref} is not set.`, {
    hint: `Set the environment variable ${variable}.`,
  });
}
