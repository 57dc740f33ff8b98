import type { ProxySettings } from '../../net/proxy.ts';

/** How this program signs in to GitHub. */
export type GithubCredentials =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'app';
      readonly appId: string;
      readonly installationId: string;
      /** In PEM format. */
      readonly privateKey: string;
    };

/** The repository of connectors on GitHub, or on a GitHub Enterprise server. */
export interface GithubSettings {
  /** `https://api.github.com`, or `https://HOST/api/v3`; without a `/` at the end. */
  readonly apiUrl: string;
  readonly owner: string;
  readonly name: string;
  /** undefined: the default branch of the repository. */
  readonly baseBranch: string | undefined;
  readonly credentials: GithubCredentials;
  /** Certificates of the authority that signed the server's, in PEM format, in place of the well-known ones. */
  readonly ca: string | undefined;
  readonly proxy: ProxySettings;
}
