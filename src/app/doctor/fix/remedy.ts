/** What would fix a finding in Google Cloud, before it is a command. Names come from the connector and from Google. */
export type Remedy =
  | { readonly kind: 'enable_api' }
  | { readonly kind: 'create_bucket' }
  /** Without a member: the caller of this program. */
  | { readonly kind: 'grant_bucket'; readonly member?: string }
  | { readonly kind: 'create_data_store' }
  /** The settings of the existing data store are fixed, so another one is created. */
  | { readonly kind: 'replace_data_store' }
  | { readonly kind: 'grant_role' };

/** The identity that requests are sent with, as far as it is known. */
export interface SeenCaller {
  /** The email address of the service account. */
  readonly account: string | undefined;
  /** The project that requests are counted for. */
  readonly quotaProject: string | undefined;
}
