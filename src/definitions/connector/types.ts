import type { ScheduleSpec } from '../schedule/types.ts';
import type { AuthSpec, ChangesSpec, CsvSpec, RestSpec, WindowSpec } from '../rest/types.ts';

/**
 * A connector as its YAML file defines it: validated, without defaults filled in, and without secrets. The shape is
 * `schemas/connector.schema.json`; a test checks that the two agree.
 */
export interface Connector {
  readonly apiVersion: 'sync.gemini.io/v1alpha1';
  readonly kind: 'Connector';
  readonly metadata: {
    readonly name: string;
    readonly description?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: ConnectorSpec;
}

export interface ConnectorSpec extends ScheduleSpec {
  readonly mode: 'sql_pull' | 'rest_pull' | 'rest_push' | 'file_pull';
  readonly source: SourceSpec;
  readonly mapping: MappingSpec;
  readonly output: { readonly bucket: string; readonly prefix: string; readonly format: 'ndjson' };
  readonly gemini: {
    readonly projectId: string;
    readonly location: string;
    readonly dataStoreId: string;
    /**
     * Whether documents have readers; by default, whether the mapping names any. The fields of a valid connector agree with each
     * other.
     */
    readonly acl?: 'required' | 'off';
    readonly contentConfig?: ContentConfig;
  };
  readonly reconciliation: ReconciliationSpec;
  readonly quarantine?: QuarantineSpec;
}

/** The data store's own setting, with Google's values: whether each of its documents has `content`, or none has. */
export type ContentConfig = 'CONTENT_REQUIRED' | 'NO_CONTENT';

export type SourceSpec = SqlSourceSpec | HttpSourceSpec | FileSourceSpec;

type SqlSourceType = 'postgres' | 'mysql' | 'mssql' | 'oracle';

export interface SqlSourceSpec {
  readonly type: SqlSourceType;
  readonly secretRef: string;
  /** May contain `:watermark`, which makes it a delta query. */
  readonly query: string;
  /** The probe: while its one row stays the same, `query` lists the same rows. Only for a query without `:watermark`. */
  readonly unchangedQuery?: string;
  /** After these hours the probe is not trusted and every row is read; a whole number. */
  readonly fullListingEveryHours?: number;
  readonly watermarkField?: string;
  /** `90s`, `5m`, `2h`, `1d` for watermarks in time; a whole number for watermarks that count. */
  readonly watermarkLag?: string | number;
  readonly connectTimeoutSeconds?: number;
  readonly statementTimeoutSeconds?: number;
  /** Path of a PEM file with the certificate authority to trust, instead of those that the system trusts. */
  readonly tls?: { readonly caFile?: string };
  /** Postgres only: whether the run fails (the default) if a policy hides rows from the user. */
  readonly rowLevelSecurity?: 'refuse' | 'allow';
  /** Postgres only, for a full listing: the number of connections that read it, each a part of the rows. */
  readonly connections?: 1 | 2;
  /** For Oracle: uses its own client library instead of the driver's JavaScript. */
  readonly thick?: boolean;
}

export interface HttpSourceSpec extends Partial<RestSpec> {
  readonly type: 'http';
  readonly auth?: AuthSpec;
  readonly watermarkField?: string;
  /** The same as for a database. */
  readonly watermarkLag?: string | number;
  /** The value of `:watermark` in the first run, which also defines the kind of watermark. */
  readonly watermarkStart?: string | number;
  /** How `:watermark` is sent, if not as the records have it: a pattern such as `%Y-%m-%d`, or the name of a format. */
  readonly watermarkFormat?: string;
  readonly watermarkTimeZone?: string;
  readonly window?: WindowSpec;
  readonly changes?: ChangesSpec;
  readonly preset?: string;
  readonly paginationCursorField?: string;
  readonly paginationNextCursorJsonPath?: string;
  readonly resumable?: boolean;
  readonly pagesPerRun?: number;
  /** For pushed events: which event of a document wins, the one that arrived last (the default) or the newest one. */
  readonly ordering?: 'arrival' | 'updated_at';
}

export interface FileSourceSpec {
  readonly type: 'file';
  /** A folder; relative to the working directory. */
  readonly path: string;
  /** A glob for the files, relative to `path`. */
  readonly glob: string;
  /** Only for files with a document per row. */
  readonly format?: 'csv' | 'ndjson';
  readonly documentPer?: 'row' | 'file';
  readonly encoding?: FileEncoding;
  readonly csv?: CsvSpec;
  /** Files have no watermark: every run lists all of them. */
  readonly watermarkField?: never;
}

/** The encoding of files without a byte order mark. */
export type FileEncoding = 'utf-8' | 'windows-1252' | 'latin1';

export interface MappingSpec {
  /** One column, or several that identify a row together. */
  readonly idField: string | readonly string[];
  readonly titleField: string;
  readonly contentTemplate: string;
  readonly uriTemplate?: string;
  readonly mimeType?: string;
  readonly aclUsersField?: string;
  readonly aclGroupsField?: string;
  readonly metadataFields?: readonly string[];
}

export type DeletePolicy = 'auto_delete_missing' | 'soft_delete_only' | 'never_delete';

export interface ReconciliationSpec {
  readonly deletePolicy: DeletePolicy;
  /** Deletes are held if there are more than the larger of `count` and `ratio` of the known documents. */
  readonly deleteLimit?: { readonly count?: number; readonly ratio?: number };
}

/** The number of rows that may be set aside before the run fails. */
interface QuarantineSpec {
  readonly maxCount?: number;
  readonly maxRatio?: number;
  readonly maxConsecutive?: number;
}

export function isSqlSource(source: SourceSpec): source is SqlSourceSpec {
  return source.type !== 'http' && source.type !== 'file';
}

/** Whether the newest event of a document wins by its `updated_at`, independent of the order of the pushes. */
export function isOrdered({ source }: ConnectorSpec): boolean {
  return source.type === 'http' && source.ordering === 'updated_at';
}

/** The columns of the id, in order. */
export function idFields(mapping: MappingSpec): readonly string[] {
  return typeof mapping.idField === 'string' ? [mapping.idField] : mapping.idField;
}

export function contentConfigOf({ gemini }: ConnectorSpec): ContentConfig {
  return gemini.contentConfig ?? 'CONTENT_REQUIRED';
}

/** The default for a connector without the setting: documents have access control if the mapping gives them readers. */
export function aclOf({ gemini, mapping }: ConnectorSpec): 'required' | 'off' {
  const named = mapping.aclUsersField !== undefined || mapping.aclGroupsField !== undefined;
  return gemini.acl ?? (named ? 'required' : 'off');
}
