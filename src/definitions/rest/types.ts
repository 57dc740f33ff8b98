/**
 * A listing of records that a REST API has: how it is requested, authorized and read page by page. Connectors have it as their
 * source; every other kind of definition that reads an API contains the same fields. No defaults are filled in, no secret is read.
 */
export interface RestSpec {
  /** Absolute. It may contain `:watermark`, as may `payload` and the values of `headers`. */
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  /** Query parameters of a GET request, the JSON body of a POST request. */
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of the secret that `auth` shows to the API. */
  readonly secretRef?: string;
  readonly auth?: AuthSpec | PlaceholderAuth;
  readonly oauth?: OAuthSpec;
  /** Paths of PEM files: the authority to trust, and the client's own certificate with its key. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  readonly pagination?: PaginationSpec;
  /** Where the list of records is in a page; without it, the body itself or the only list with a usual name. */
  readonly recordsPath?: string;
  readonly rateLimit?: { readonly requestsPerMinute: number };
  /** For one attempt, with its whole response. */
  readonly requestTimeoutSeconds?: number;
  /** Names of signs of more records that say nothing about this listing. */
  readonly ignoreSigns?: readonly string[];
}

export interface PaginationSpec {
  readonly type: 'cursor' | 'next_url' | 'link_header' | 'page' | 'offset' | 'none';
  /** What takes the cursor; in links, the parameter that is the cursor whatever its name. */
  readonly cursorField?: string;
  readonly nextCursorPath?: string;
  readonly nextCursorHeader?: string;
  readonly nextUrlPath?: string;
  /** Whether query parameters of the first request are added to links that lack them. */
  readonly keepQuery?: boolean;
  readonly pageField?: string;
  readonly startPage?: number;
  readonly totalPagesPath?: string;
  readonly offsetField?: string;
  readonly totalPath?: string;
  readonly hasMorePath?: string;
  /** Each page begins with the last record of the page before. */
  readonly inclusive?: boolean;
  readonly pageSizeField?: string;
  readonly pageSize?: number;
  readonly maxPages?: number;
}

export interface AuthSpec {
  readonly type: 'bearer' | 'api_key' | 'basic';
  readonly in?: 'header' | 'query';
  readonly name?: string;
  readonly username?: string;
}

/** The secret replaces a text in the values of `headers`: with `{{API_KEY}}`, in `Authorization: Bearer {{API_KEY}}`. */
export interface PlaceholderAuth {
  readonly type: 'placeholder';
  readonly placeholder: string;
}

export interface OAuthSpec {
  readonly grantType: 'client_credentials';
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecretRef: string;
  readonly scopes?: readonly string[];
  readonly audience?: string;
  readonly clientAuthMethod?: 'client_secret_basic' | 'client_secret_post';
}
