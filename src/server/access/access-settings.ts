import type { Right } from '../../core/secrets/access-key.ts';

/** Who may use the server, beside the keys in the state store. */
export interface AccessSettings {
  /** `ADMIN_API_KEY`: a key that may do everything. */
  readonly adminKey: string | undefined;
  /** `SESSION_SECRET`; undefined: servers of one database share a secret in it. */
  readonly sessionSecret: string | undefined;
  /** Addresses and networks of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** A header with the user's name that these proxies set after a login of their own, and what such users may do. */
  readonly signOn: { readonly header: string; readonly right: Exclude<Right, 'push'> } | undefined;
  /** The value of a `SECRET_…` variable: push tokens of connectors. */
  secret(variable: string): string | undefined;
  /** Called with an admin key that had to be made at the start. It is not known afterwards. */
  announceKey(key: string): void;
}
