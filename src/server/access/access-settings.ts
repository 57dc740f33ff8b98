import type { SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { Right } from '../../core/secrets/access-key.ts';

/** How the trusted proxies say which user they have logged in. Header names are in lower case. */
export interface SignOnSettings {
  /** The header with the name of the user. */
  readonly header: string;
  /** The right of users without a group of `groups`; undefined: none. */
  readonly right: PersonRight | undefined;
  /** The header with the groups of the user, and the right of each group. The highest right of a user's groups applies. */
  readonly groups?: {
    readonly header: string;
    readonly rights: ReadonlyMap<string, PersonRight>;
  };
}

export type PersonRight = Exclude<Right, 'push'>;

/** Who may use the server, in addition to the keys in the state store. */
export interface AccessSettings extends Omit<SecretVariables, 'similarSecret'> {
  /** `ADMIN_API_KEY` is a key with every right. */
  readonly adminKey: string | undefined;
  /** `SESSION_SECRET`. If it is undefined, servers that share a database also share a secret stored in it. */
  readonly sessionSecret: string | undefined;
  /** Addresses and networks of proxies whose `X-Forwarded-*` headers are trusted. */
  readonly trustedProxies: readonly string[];
  readonly signOn: SignOnSettings | undefined;
  /** Called with an admin key that was created at startup. The key cannot be read again later. */
  announceKey(key: string): void;
}
