import { requireRight, type Actor } from '../../../core/access/actor.ts';
import type { AuditAction, AuditLog, AuditOutcome } from '../../../core/access/audit-log.ts';
import type { ErrorCode } from '../../../core/error-kinds.ts';
import { BridgeError, toBridgeError } from '../../../core/errors.ts';
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
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** The use cases of managed secrets for people and programs. Their values can be set, and never read. */
export function openManagedSecrets({
  store,
  variables,
  usedBy,
  audit,
  clock,
}: ManagedSecretsOptions): ManagedSecretService {
  const by = (actor: Actor) => ({ actor, now: clock.now() });
  return {
    get isConfigured() {
      return variables.managedKeys() !== undefined;
    },
    async list(actor) {
      requireRight(actor, 'admin');
      const secrets = await store.list();
      const keys = keyFacts(secrets, await store.canaries(), variables.managedKeys());
      return { secrets: secrets.map((secret) => ({ ...secret, ...shadowed(secret.name, variables) })), keys };
    },
    async usersOf(name, actor) {
      requireRight(actor, 'admin');
      return usedBy(name);
    },
    async set(order, actor) {
      requireRight(actor, 'admin');
      const change = checkedOrder(order);
      if (change.value !== undefined) variables.hideSecret(change.value);
      const keys = () => requireKeys(variables);
      return recorded('secret.set', change.name, actor, () => store.set({ ...change, keys }, by(actor)));
    },
    async delete(name, confirmed, actor) {
      requireRight(actor, 'admin');
      const users = confirmed ? [] : await usedBy(name);
      await recorded('secret.delete', name, actor, async () => {
        if (users.length > 0) throw inUse(name, users);
        if (!(await store.delete(name, by(actor)))) throw unknownSecret();
      });
    },
    async rotate(actor) {
      requireRight(actor, 'admin');
      return recorded('secret.rotate', '*', actor, () => store.rotate(requireKeys(variables), by(actor)));
    },
  };

  /** The store records a change with its transaction; this records one that was refused. */
  async function recorded<Result>(
    action: AuditAction,
    name: string,
    actor: Actor,
    change: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await change();
    } catch (thrown) {
      const { code } = toBridgeError(thrown);
      const outcome = OUTCOMES[code];
      if (outcome !== undefined) {
        const object = { kind: 'secret', name };
        await audit.record({ actor, action, object, outcome, details: { code } });
      }
      throw thrown;
    }
  }
}

/** A secret that is not stored has no entry: its name may be the value, entered in the wrong place. */
const OUTCOMES: Readonly<Partial<Record<ErrorCode, AuditOutcome>>> = {
  SECRET_IN_USE: 'refused',
  SECRET_VALUE_INVALID: 'refused',
  SECRET_UNREADABLE: 'failed',
  SECRETS_KEY_MISSING: 'failed',
  SECRETS_KEY_WRONG: 'failed',
};

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
