/**
 * A listing of records from a REST API: its requests, its authorization and its pagination. Connectors use it as their source;
 * every other kind of definition that reads an API contains the same fields. It has no defaults filled in and no secrets.
 */
export interface RestSpec {
  /** Absolute. It may contain `:watermark`, as may `payload` and the values of `headers`. */
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  /** Query parameters of a GET request, the JSON body of a POST request. */
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of the secret that `auth` sends to the API. */
  readonly secretRef?: string;
  readonly auth?: AuthSpec | PlaceholderAuth;
  readonly oauth?: OAuthSpec;
  /** Paths of PEM files: the authority to trust, and the client's own certificate with its key. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  readonly pagination?: PaginationSpec;
  /** The path of the list of records in a page; by default, the body itself or the only list with a usual name. */
  readonly recordsPath?: string;
  readonly rateLimit?: { readonly requestsPerMinute: number };
  /** The limit for one attempt, including its whole response. */
  readonly requestTimeoutSeconds?: number;
  /** Names of fields that look like signs of more records but do not concern this listing. */
  readonly ignoreSigns?: readonly string[];
}

export interface PaginationSpec {
  readonly type: 'cursor' | 'next_url' | 'link_header' | 'page' | 'offset' | 'none';
  /** The parameter for the cursor; in links, the parameter that contains the cursor. */
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
