import type { Logger } from '../../core/log.ts';
import type { SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { SecretStore } from '../../state/secrets/secret-store.ts';
import { keyFacts } from './key-facts.ts';

/**
 * Logs each key of stored secrets that is missing or another one. The server goes on: only what needs such a secret fails.
 * @throws BridgeError ENVIRONMENT_INVALID for a list of keys that is not valid, or STATE_*
 */
export async function reportKeys(
  store: Pick<SecretStore, 'list' | 'canaries'>,
  variables: Pick<SecretVariables, 'managedKeys'>,
  log: Pick<Logger, 'error'>,
): Promise<void> {
  const ring = variables.managedKeys();
  for (const { keyId, state, secrets } of keyFacts(await store.list(), await store.canaries(), ring)) {
    if (state === 'wrong') {
      log.error('a key of MANAGED_SECRET_ENCRYPTION_KEY is not the one that encrypted the stored secrets', {
        key: keyId,
        secrets,
        hint: 'Set the former key of this id; runs that need these secrets fail until then.',
      });
    } else if (state === 'missing') {
      log.error('stored secrets need a key that MANAGED_SECRET_ENCRYPTION_KEY does not have', {
        key: keyId,
        secrets,
        hint: 'Add this key; runs that need these secrets fail until then.',
      });
    }
  }
}
