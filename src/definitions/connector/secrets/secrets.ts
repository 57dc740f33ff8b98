import { BridgeError } from '../../../core/errors.ts';
import type { KeyRing } from '../../../core/secrets/managed/key-ring.ts';
import { nearest } from '../../nearest.ts';
import type { ConnectorSpec } from '../types.ts';

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

/** The secrets of the environment, and what it needs for those that are stored in the database. */
export interface SecretVariables {
  /** Reads one `SECRET_…` variable; undefined or empty means not set. */
  secret(variable: string): string | undefined;
  /** The name of a variable that is set, and that was probably meant instead; undefined if no name is similar. */
  similarSecret(variable: string): string | undefined;
  /** The keys that open stored secrets; undefined if none are configured. @throws BridgeError ENVIRONMENT_INVALID */
  managedKeys(): KeyRing | undefined;
  /** Makes sure that a secret that was read elsewhere is not shown. */
  hideSecret(value: string): void;
}

/**
 * Returns a function that resolves secrets by their names.
 * @param spec of a connector; other kinds of definitions leave the source out, which only names an example in hints
 * @throws BridgeError SECRET_MISSING, naming the variable: the function throws it
 */
export function secretsOf(
  { source }: Partial<Pick<ConnectorSpec, 'source'>>,
  variables: Pick<SecretVariables, 'secret' | 'similarSecret'>,
): (ref: string) => string {
  return (ref) => {
    const variable = secretVariable(ref);
    const value = variables.secret(variable);
    if (value !== undefined && value !== '') return value;
    const isOfSource = source !== undefined && 'secretRef' in source && source.secretRef === ref;
    const similar = variables.similarSecret(variable);
    const meant = similar === undefined ? '' : `${similar} is set; did you mean ${variable}? `;
    throw new BridgeError('SECRET_MISSING', `The secret ${ref} is not set.`, {
      hint: `${meant}Set the environment variable: ${secretCommand(ref, isOfSource ? source.type : undefined)}`,
    });
  };
}

/**
 * The variable among these names that was probably meant by a variable that is not set; undefined if no name is similar. A
 * forgotten prefix is a slip too.
 */
export function similarVariable(variable: string, names: readonly string[]): string | undefined {
  const bare = variable.replace(/^SECRET_/, '');
  return names.find((name) => name.toUpperCase() === bare) ?? nearest(variable, names);
}
