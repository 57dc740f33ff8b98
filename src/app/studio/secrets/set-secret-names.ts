import { secretVariable, type SecretVariables } from '../../../definitions/connector/secrets/secrets.ts';
import type { SecretStore } from '../../../state/secrets/secret-store.ts';

/** Returns a function that tells whether a secret is set: stored, or in its variable. @throws BridgeError STATE_* */
export function setSecretNames(
  store: Pick<SecretStore, 'list'>,
  variables: Pick<SecretVariables, 'secret'>,
): () => Promise<(name: string) => boolean> {
  return async () => {
    const stored = new Set((await store.list()).map(({ name }) => name));
    return (name) => stored.has(name) || variables.secret(secretVariable(name)) !== undefined;
  };
}
