import { requireRight } from '../../../core/access/actor.ts';
import { BridgeError } from '../../../core/errors.ts';
import type { KeyRing } from '../../../core/secrets/managed/key-ring.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { secretVariable, type SecretVariables } from '../../../definitions/connector/secrets/secrets.ts';
import type { SecretStore } from '../../../state/secrets/secret-store.ts';
import { keyFacts } from '../../secrets/key-facts.ts';
import { checkedOrder } from './check-order.ts';
import type { ManagedSecretService } from './managed-secret-service.ts';

export interface ManagedSecretsOptions {
  readonly store: SecretStore;
  readonly variables: Omit<SecretVariables, 'similarSecret'>;
  /** The names of the definitions that name a secret, for messages. */
  readonly usedBy: (name: string) => Promise<readonly string[]>;
  readonly clock: Clock;
}

/** The use cases of managed secrets for people and programs. Their values can be set, and never read. */
export function openManagedSecrets({
  store,
  variables,
  usedBy,
  clock,
}: ManagedSecretsOptions): ManagedSecretService {
  const by = (actor: Parameters<ManagedSecretService['rotate']>[0]) => ({ actor, now: clock.now() });
  return {
    get isConfigured() {
      return variables.managedKeys() !== undefined;
    },
    async list() {
      const secrets = await store.list();
      const keys = keyFacts(secrets, await store.canaries(), variables.managedKeys());
      return { secrets: secrets.map((secret) => ({ ...secret, ...shadowed(secret.name, variables) })), keys };
    },
    usersOf: usedBy,
    async set(order, actor) {
      requireRight(actor, 'admin');
      const change = checkedOrder(order);
      if (change.value !== undefined) variables.hideSecret(change.value);
      return store.set({ ...change, keys: () => requireKeys(variables) }, by(actor));
    },
    async delete(name, confirmed, actor) {
      requireRight(actor, 'admin');
      const users = confirmed ? [] : await usedBy(name);
      if (users.length > 0) throw inUse(name, users);
      if (!(await store.delete(name, by(actor)))) throw unknownSecret();
    },
    async rotate(actor) {
      requireRight(actor, 'admin');
      return store.rotate(requireKeys(variables), by(actor));
    },
  };
}

function shadowed(name: string, variables: Pick<SecretVariables, 'secret'>) {
  const variable = secretVariable(name);
  return { alsoInVariable: variables.secret(variable) === undefined ? null : variable };
}

/** @throws BridgeError SECRETS_KEY_MISSING, ENVIRONMENT_INVALID */
function requireKeys(variables: Pick<SecretVariables, 'managedKeys'>): KeyRing {
  const ring = variables.managedKeys();
  if (ring !== undefined) return ring;
  throw new BridgeError(
    'SECRETS_KEY_MISSING',
    'Secrets can be stored only with a key, and MANAGED_SECRET_ENCRYPTION_KEY is not set. Nothing was changed.',
    {
      hint: 'Make a key with: gemini-sync-bridge secrets new-key, and set MANAGED_SECRET_ENCRYPTION_KEY to it for every process.',
    },
  );
}

function inUse(name: string, users: readonly string[]): BridgeError {
  return new BridgeError(
    'SECRET_IN_USE',
    `The secret ${name} is named by ${users.join(', ')}. Nothing was deleted.`,
    { hint: 'Change these definitions first, or confirm the deletion: with --yes on the command line.' },
  );
}

/** The name is not repeated, because it may be the value, entered in the wrong place. */
function unknownSecret(): BridgeError {
  return new BridgeError('SECRET_UNKNOWN', 'No stored secret has this name.', {
    hint: 'Run gemini-sync-bridge secrets list to see the names.',
  });
}
