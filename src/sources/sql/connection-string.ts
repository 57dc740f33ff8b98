import { BridgeError } from '../../core/errors.ts';
import {
  readConnectionString,
  type ConnectionForm,
  type ConnectionParts,
  type ToConnectionStringError,
} from '../../net/connection-string.ts';

export type { ConnectionForm } from '../../net/connection-string.ts';

/**
 * Parses the connection string in a secret.
 * @param ref the secret's name, for messages; its value is never in one
 * @throws BridgeError SECRET_INVALID
 */
export function parseConnectionString(dsn: string, ref: string, form: ConnectionForm): ConnectionParts {
  return readConnectionString(dsn, form, refusalOfSecret(ref, form));
}

/** Makes errors that describe what is wrong with a secret without revealing its value. */
export function refusalOfSecret(ref: string, form: ConnectionForm): ToConnectionStringError {
  return (what) =>
    new BridgeError(
      'SECRET_INVALID',
      `The secret ${ref} is not a usable ${form.product} connection string: ${what}.`,
      { hint: `It should look like ${form.example}.` },
    );
}
