import type { Actor } from '../../../core/access/actor.ts';
import type { SecretRecord } from '../../../state/secrets/secret-store.ts';

/** What may be shown of a managed secret: everything but its value. */
export interface ManagedSecretFacts extends SecretRecord {
  /** The environment variable that would have the same secret, if it is set too; it is not used. */
  readonly alsoInVariable: string | null;
}

/** A key of MANAGED_SECRET_ENCRYPTION_KEY, or one that a stored secret needs. */
export interface SecretKeyFacts {
  readonly keyId: string;
  /** `missing`: secrets need it and it is not configured. `wrong`: the configured key is another one. */
  readonly state: 'current' | 'readable' | 'missing' | 'wrong';
  readonly secrets: number;
}

export interface SecretOrder {
  readonly name: string;
  /** Undefined keeps the value that is stored; if `allowedHosts` changes, a value is required. */
  readonly value: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly allowedConnectors: readonly string[];
  readonly note: string;
}

/**
 * Secrets encrypted in the database. The value goes in and never comes out of this interface. The audit log has every change, and
 * every one that was refused for the state of a secret or of the keys.
 */
export interface ManagedSecretService {
  /** Whether MANAGED_SECRET_ENCRYPTION_KEY is set. */
  readonly isConfigured: boolean;
  /** Decrypts nothing, so it works with a wrong key. By name. @throws BridgeError RIGHT_MISSING or STATE_* */
  list(actor: Actor): Promise<{
    readonly secrets: readonly ManagedSecretFacts[];
    readonly keys: readonly SecretKeyFacts[];
  }>;
  /** The definitions of the catalog that name a secret, for the question before it is deleted. @throws BridgeError RIGHT_MISSING */
  usersOf(name: string, actor: Actor): Promise<readonly string[]>;
  /**
   * @throws BridgeError RIGHT_MISSING, SECRETS_KEY_MISSING, SECRETS_KEY_WRONG, SECRET_UNREADABLE, SECRET_VALUE_INVALID or STATE_*
   */
  set(order: SecretOrder, actor: Actor): Promise<'created' | 'changed'>;
  /**
   * @param confirmed required if a definition names the secret
   * @throws BridgeError RIGHT_MISSING, SECRET_UNKNOWN, SECRET_IN_USE or STATE_*
   */
  delete(name: string, confirmed: boolean, actor: Actor): Promise<void>;
  /**
   * Encrypts every secret with the first key, in one transaction. @returns how many were encrypted again
   * @throws BridgeError RIGHT_MISSING, SECRETS_KEY_MISSING, SECRETS_KEY_WRONG, SECRET_UNREADABLE or STATE_*
   */
  rotate(actor: Actor): Promise<number>;
}
