/**
 * A listing of records from a REST API: its requests, its authorization and its pagination. Connectors use it as their source;
 * every other kind of definition that reads an API contains the same fields. It has no defaults filled in and no secrets.
 */
export interface RestSpec {
  /** Absolute. It may contain `:watermark`, as may `payload` and the values of `headers`. */
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  /** Query parameters of a GET request, the body of a POST request. */
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly payloadFormat?: 'json' | 'form';
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of the secret that `auth` sends to the API. */
  readonly secretRef?: string;
  readonly auth?: AuthSpec | PlaceholderAuth;
  readonly oauth?: OAuthSpec;
  readonly login?: LoginSpec;
  /** Names of further headers, each with the name of the secret that is its value. */
  readonly secretHeaders?: Readonly<Record<string, string>>;
  readonly signing?: SigningSpec;
  /** Paths of PEM files: the authority to trust, and the client's own certificate with its key. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  readonly pagination?: PaginationSpec;
  /** The path of the records in a page; by default, the body itself or the only list with a usual name. */
  readonly recordsPath?: string;
  readonly parents?: ParentsSpec;
  readonly detail?: DetailSpec;
  readonly job?: JobSpec;
  /** The field for the key of each record of a map. */
  readonly recordKeyField?: string;
  /** New fields, each with a path in the parent of the record. */
  readonly parentFields?: Readonly<Record<string, string>>;
  /** New fields, each with a path or a template. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly responseFormat?: 'json' | 'ndjson' | 'csv' | 'xml';
  readonly csv?: CsvSpec;
  readonly rateLimit?: RateLimitSpec;
  /** The limit for one attempt, including its whole response. */
  readonly requestTimeoutSeconds?: number;
  /** Names of fields that look like signs of more records but do not concern this listing. */
  readonly ignoreSigns?: readonly string[];
}

/** How the API limits requests, and how it reports that a limit is exceeded. */
export interface RateLimitSpec {
  readonly requestsPerMinute?: number;
  /** The requests that start within any second. */
  readonly requestsPerSecond?: number;
  /** Statuses besides 429 that report an exceeded limit. */
  readonly statuses?: readonly number[];
  /** Texts in the body of an error response that report an exceeded limit. */
  readonly words?: readonly string[];
  readonly resetHeader?: string;
}

export interface CsvSpec {
  readonly delimiter?: string;
  /** If empty, quotes have no meaning. */
  readonly quote?: string;
  readonly header?: boolean;
  /** Names of the columns of files without a header. */
  readonly columns?: readonly string[];
  readonly normalizeHeader?: boolean;
  readonly errorCells?: 'fail' | 'null' | 'keep';
}

/** A range of time that is read in steps, so that no request covers a long history. */
export interface WindowSpec {
  /** `90s`, `5m`, `2h`, `1d`. */
  readonly step: string;
  readonly windowsPerRun?: number;
}

/** A feed of changes: how records report a delete, and where the next run continues. */
export interface ChangesSpec {
  readonly deletedPath?: string;
  readonly deletedValues?: readonly string[];
  /** The path of the link or token in the last page from which the next run continues. */
  readonly nextPath?: string;
  /** The parameter for the token of `nextPath`; without it, `nextPath` leads to an address. */
  readonly nextField?: string;
  readonly resetStatuses?: readonly number[];
}

/** A listing whose records each have a listing of their own, with `{{ parent.… }}` in its request. */
export interface ParentsSpec extends Pick<
  RestSpec,
  'url' | 'method' | 'payload' | 'recordsPath' | 'pagination'
> {
  readonly concurrency?: number;
  readonly maxParents?: number;
  readonly missingStatuses?: readonly number[];
}

/** A request for each record of a listing, with `{{ record.… }}` in its address. */
export interface DetailSpec {
  readonly url: string;
  readonly recordPath?: string;
  /** The field for the response; without it, the fields of the response replace those of the record. */
  readonly into?: string;
  readonly format?: 'json' | 'text';
  readonly concurrency?: number;
  readonly missingStatuses?: readonly number[];
}

/** An asynchronous job whose result is read, with `{{ job.id }}` in addresses. */
export interface JobSpec {
  readonly start: {
    readonly url: string;
    readonly payload?: Readonly<Record<string, unknown>>;
    readonly idPath?: string;
  };
  readonly poll: {
    readonly url: string;
    readonly statusPath: string;
    readonly doneValues: readonly string[];
    readonly failedValues?: readonly string[];
    readonly intervalSeconds?: number;
    readonly timeoutSeconds?: number;
  };
  readonly resultUrlPath?: string;
}

export interface PaginationSpec {
  readonly type: 'cursor' | 'next_url' | 'link_header' | 'page' | 'offset' | 'none';
  /** Where the cursor, the page number, the offset and the page size are sent. */
  readonly parametersIn?: 'query' | 'body' | 'header' | 'path';
  /** The parameter for the cursor; in links, the parameter that contains the cursor. */
  readonly cursorField?: string;
  readonly nextCursorPath?: string;
  readonly nextCursorHeader?: string;
  readonly nextUrlPath?: string;
  /** The path of the address that a relative address at `nextUrlPath` is appended to. */
  readonly nextUrlBasePath?: string;
  /** Replaces the beginning of the next address. */
  readonly rewriteNextUrl?: { readonly from: string; readonly to: string };
  /** Whether query parameters of the first request are added to links that lack them. */
  readonly keepQuery?: boolean;
  readonly pageField?: string;
  readonly startPage?: number;
  readonly totalPagesPath?: string;
  readonly totalPagesHeader?: string;
  readonly offsetField?: string;
  readonly totalPath?: string;
  readonly totalHeader?: string;
  readonly hasMorePath?: string;
  /** The flag that says that this is the last page. */
  readonly lastPagePath?: string;
  readonly endsOnShortPage?: boolean;
  /** Statuses that the API returns for a page after the last one. */
  readonly endStatuses?: readonly number[];
  /** The path of a value that says that the listing lacks records, whatever page it is on. */
  readonly incompletePath?: string;
  /** The values that mean so; by default, all but null, false, 0 and empty ones. */
  readonly incompleteValues?: readonly string[];
  /** The API sends the same cursor with every page, as scrolls do; the listing ends at a page without records. */
  readonly constantCursor?: boolean;
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
  readonly grantType: 'client_credentials' | 'refresh_token' | 'password' | 'jwt_bearer';
  readonly tokenUrl: string;
  readonly clientId?: string;
  readonly clientSecretRef?: string;
  readonly refreshTokenRef?: string;
  readonly username?: string;
  readonly passwordRef?: string;
  /** The private key as PEM, or the JSON key file of a Google service account. */
  readonly privateKeyRef?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly assertionAudience?: string;
  readonly keyId?: string;
  readonly scopes?: readonly string[];
  readonly audience?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly clientAuthMethod?: 'client_secret_basic' | 'client_secret_post';
}

/** A session login whose token or cookies authorize the requests. */
export interface LoginSpec {
  readonly url: string;
  readonly username?: string;
  readonly secretRef: string;
  readonly usernameField?: string;
  readonly passwordField?: string;
  readonly format?: 'json' | 'form';
  readonly payload?: Readonly<Record<string, unknown>>;
  /** The path of the token; without it, the cookies of the response are sent. */
  readonly tokenPath?: string;
  readonly header?: string;
  readonly scheme?: string;
}

/** An HMAC over a text made of the request. */
export interface SigningSpec {
  readonly secretRef: string;
  readonly algorithm?: 'sha256' | 'sha512' | 'sha1';
  readonly encoding?: 'hex' | 'base64';
  readonly header: string;
  readonly timestampHeader?: string;
  readonly template: string;
  readonly prefix?: string;
}
