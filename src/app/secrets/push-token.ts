import { secretVariable } from '../../definitions/connector/secrets/secrets.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import type { StoredSecret } from '../../state/secrets/secret-rows.ts';
import { openedFor, type SecretOpener } from './definition-secrets.ts';

/** What is stored under the name of a push token; undefined if nothing is. */
export type StoredPushToken = StoredSecret | undefined;

/**
 * The value of a push token. A token that is stored is never looked for in the environment.
 * @param ref the name of its secret
 * @returns undefined if it is not set
 * @throws BridgeError SECRET_UNREADABLE, SECRETS_KEY_MISSING, SECRET_NOT_ALLOWED
 */
export function pushTokenValue(
  connector: Connector,
  ref: string,
  stored: StoredPushToken,
  variables: SecretOpener & { secret(variable: string): string | undefined },
): string | undefined {
  return stored === undefined
    ? variables.secret(secretVariable(ref))
    : openedFor(connector, stored, variables);
}
