import type { ScheduleSpec } from '../schedule/types.ts';

/**
 * A knowledge source as its YAML file defines it: validated, without defaults filled in, and without secrets. The shape is
 * `schemas/knowledge-source.schema.json`.
 */
export interface KnowledgeSource {
  readonly apiVersion: 'sync.gemini.io/v1alpha1';
  readonly kind: 'KnowledgeSource';
  readonly metadata: {
    readonly name: string;
    readonly description?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: KnowledgeSourceSpec;
}

interface KnowledgeSourceSpec extends ScheduleSpec {
  readonly type: 'rest';
  readonly title: string;
  /** The tenant that the source's documents belong to. */
  readonly tenantId: string;
  /** True by default. */
  readonly backofficeOnly?: boolean;
  /** The roles that see the documents if `config.allowedRolesOverride` is missing. */
  readonly defaultAllowedRoles?: readonly string[];
  /** Deletes are held if there are more than the larger of `count` and `ratio` of the known chunks. */
  readonly deleteLimit?: { readonly count?: number; readonly ratio?: number };
  readonly config: KnowledgeConfig;
}

/** How a source is read, with the names of the column `kb_sources.config`, which other programs write too. */
export interface KnowledgeConfig {
  /** Absolute; its own query parameters are sent with every page. */
  readonly baseUrl: string;
  /** The parameter for the cursor, the offset or the page number; `page` by default. */
  readonly cursorParam?: string | null;
  readonly pageSizeParam?: string | null;
  /** The number of items per page, at most 100, which is the default. */
  readonly defaultPageSize?: number | null;
  /** The path of the items; missing or `$` means the whole body. */
  readonly itemsPath?: string | null;
  /** The path of the next cursor, which makes the style `cursor`. */
  readonly nextCursorPath?: string | null;
  readonly cursorStyle?: 'cursor' | 'offset' | 'page' | null;
  /** The path of the offset that the API applied; another one than requested is an error. */
  readonly currentOffsetPath?: string | null;
  readonly totalPath?: string | null;
  /** Headers; `{{API_KEY}}` in a value is replaced by the secret. */
  readonly headersTemplate?: Readonly<Record<string, string>> | null;
  readonly requiresAuth?: boolean | null;
  /** The name of the secret, if `secretRef` is missing; `rest` by default. */
  readonly provider?: string | null;
  readonly secretRef?: string | null;
  /** The fields of an item that are its text; `title`, `body`, `name`, `description` by default. */
  readonly textFields?: readonly string[] | null;
  readonly allowedRolesOverride?: readonly string[] | null;
  /** Names of the request headers for the validator of a listing of one page. */
  readonly ifNoneMatchHeader?: string | null;
  readonly ifModifiedSinceHeader?: string | null;
  /** Makes one document per item instead of one per day. */
  readonly idField?: string | null;
  readonly titleField?: string | null;
  readonly uriTemplate?: string | null;
}
