import type { ScheduleSpec } from '../schedule/types.ts';
import type { PaginationSpec, ParentsSpec, RestSpec } from '../rest/types.ts';

/**
 * An app as its YAML file defines it: validated, with its preset filled in, without defaults and without secrets. The shape is
 * `schemas/app.schema.json`.
 */
export interface App {
  readonly apiVersion: 'sync.gemini.io/v1alpha1';
  readonly kind: 'App';
  readonly metadata: {
    readonly name: string;
    readonly description?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: AppSpec;
}

/** Authorization, rate limit and TLS are those of every REST listing. */
export interface AppSpec
  extends
    Pick<
      RestSpec,
      | 'secretRef'
      | 'auth'
      | 'oauth'
      | 'login'
      | 'headers'
      | 'secretHeaders'
      | 'signing'
      | 'tls'
      | 'rateLimit'
      | 'requestTimeoutSeconds'
    >,
    ScheduleSpec {
  /** `app_key` of the rows; by default the name. */
  readonly appKey?: string;
  readonly preset?: string;
  /** Absolute; the paths of the collections are appended to it. */
  readonly baseUrl: string;
  /** Stored with every entity as `api_version`. */
  readonly apiVersion?: string;
  /** Deletes of a full sync are held if there are more than the larger of `count` and `ratio` of the known entities. */
  readonly deleteLimit?: { readonly count?: number; readonly ratio?: number };
  readonly collections: readonly AppCollection[];
}

export interface AppCollection extends Pick<
  RestSpec,
  | 'method'
  | 'payload'
  | 'payloadFormat'
  | 'headers'
  | 'recordsPath'
  | 'parents'
  | 'parentFields'
  | 'detail'
  | 'fields'
  | 'ignoreSigns'
> {
  /** `collection_key` of the rows, such as `stripe_customer`. */
  readonly key: string;
  /** Appended to `baseUrl`, with its query parameters. So are the addresses of `parents` and `detail` that begin with `/`. */
  readonly path: string;
  /**
   * `partial` if the API's listing never contains every entity, such as the results of a search: a full sync then deletes nothing,
   * and that is not a fault. `complete` by default.
   */
  readonly listing?: 'complete' | 'partial';
  /** The path of an entity's id in the record; `id` by default. */
  readonly idField?: string;
  /** The path of the time of the last change. */
  readonly updatedField?: string;
  /** The path of the time at which the entity was archived, or of a flag that says so. */
  readonly archivedField?: string;
  readonly pagination?: AppPagination;
  /** Without it, every sync of the collection is a full one. */
  readonly incremental?: IncrementalSpec;
  /** Paths that are left out of the comparison of payloads. */
  readonly ignoreFields?: readonly string[];
}

export interface AppPagination extends PaginationSpec {
  readonly restart?: ListingRestart;
}

/**
 * How the API says that it can no longer continue a listing: a scroll has expired, or the entity that a cursor names was deleted. The
 * listing then begins again at its first page. At least one of `statuses` and `words` is needed.
 */
export interface ListingRestart {
  readonly statuses?: readonly number[];
  /** Texts in the API's error message. */
  readonly words?: readonly string[];
  /** The time to wait before the listing begins again; 0 by default. */
  readonly afterSeconds?: number;
}

/** How only changes are requested. */
type IncrementalSpec = ChangedSince | EventFeed;

/**
 * The listing itself has a filter by the time of the last change. `:since` in `payload` and `path` is replaced, too. For a sync of
 * everything, query parameters and keys of the payload that contain `:since` are left out.
 */
export interface ChangedSince {
  /** These replace those of the collection for incremental syncs. */
  readonly path?: string;
  readonly method?: AppCollection['method'];
  readonly pagination?: AppPagination;
  /** Merged into the collection's `parents` for incremental syncs; its payload is merged too, and may contain `:since`. */
  readonly parents?: Partial<ParentsSpec>;
  /** A query parameter of a GET request, or a key of the body of a POST request. */
  readonly parameter?: string;
  /** Merged into the collection's payload for incremental syncs; a value `:since` has the type of the format. */
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly format?: 'iso8601' | 'date' | 'epoch_seconds' | 'epoch_ms';
  /** `5m` by default; `90s`, `2h`, `1d`. */
  readonly overlap?: string;
  /** The unit to which the API rounds times: the request begins one unit earlier, and older records are left out here. */
  readonly granularity?: 'second' | 'minute' | 'day';
}

/** Changes are listed as events; each changed object is read again, because events may be late, doubled or out of order. */
export interface EventFeed {
  readonly events: {
    readonly path: string;
    readonly recordsPath?: string;
    readonly pagination?: AppPagination;
    readonly parameter: string;
    readonly format?: ChangedSince['format'];
    readonly overlap?: string;
    /** The path of the time of an event. With it, events of the newest minute are left for the next sync, because others may still come. */
    readonly timePath?: string;
    readonly typePath: string;
    /** Event types of the collection; a name with `*` at its end is a prefix. */
    readonly types: readonly string[];
    readonly deletedTypes?: readonly string[];
    /** The path of the object's id in an event. */
    readonly objectIdPath: string;
    /** The path of one object, with `{id}`. */
    readonly objectPath: string;
    /** Set if the response at `objectPath` is a listing of entities: the path of its records, and its pagination. */
    readonly objectRecordsPath?: string;
    readonly objectPagination?: AppPagination;
    /** The path of the flag in an object that says that it was deleted. */
    readonly deletedPath?: string;
    /** Older state makes the sync a full one, because the API keeps events only for a time: `29d`. */
    readonly keptFor: string;
  };
}
