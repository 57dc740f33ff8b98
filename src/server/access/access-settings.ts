import type { SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { Right } from '../../core/secrets/access-key.ts';

/** Who may use the server, in addition to the keys in the state store. */
export interface AccessSettings extends Omit<SecretVariables, 'similarSecret'> {
  /** `ADMIN_API_KEY` is a key with every right. */
  readonly adminKey: string | undefined;
  /** `SESSION_SECRET`. If it is undefined, servers that share a database also share a secret stored in it. */
  readonly sessionSecret: string | undefined;
  /** Addresses and networks of proxies whose `X-Forwarded-*` headers are trusted. */
  readonly trustedProxies: readonly string[];
  /** The header in which these proxies send the name of a user that they have logged in, and the right of such users. */
  readonly signOn: { readonly header: string; readonly right: Exclude<Right, 'push'> } | undefined;
  /** Called with an admin key that was created at startup. The key cannot be read again later. */
  announceKey(key: string): void;
}
