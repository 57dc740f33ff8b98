import { textAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { dialectOf } from '../sql/sql-text.ts';
import { mentionsWatermark } from '../../watermark-text.ts';
import { isDeltaQuery } from '../watermark.ts';

/** An element of a connector that makes its listing incomplete. */
interface Delta {
  readonly path: string;
  readonly isWatermark: boolean;
  /** The end of a sentence that explains why the listing is not complete. */
  readonly why: string;
  /** An alternative fix. */
  readonly cure: string;
}

/** @param what its name in the message */
function changesOnly(path: string, what: string, isWatermark: boolean): Delta {
  return {
    path,
    isWatermark,
    why: `${what} in ${path} makes the source return changes only: every unchanged document would be taken for deleted.`,
    cure: `take ${what} out of ${path}`,
  };
}

/** What makes the listing of a connector incomplete, and whether its records report deletes; undefined for a complete listing. */
export function incompleteListing(
  connector: unknown,
): { readonly path: string; readonly reportsDeletes: boolean } | undefined {
  const delta = deltaOfSource(connector);
  return delta === undefined
    ? undefined
    : { path: delta.path, reportsDeletes: reportsDeletes(connector, delta) };
}

function deltaOfSource(connector: unknown): Delta | undefined {
  return sqlDelta(connector) ?? feed(connector) ?? httpDelta(connector) ?? resumable(connector);
}

/** Rules about connectors that only request changes from their source. */
export function deltaFindings(connector: unknown): FieldFinding[] {
  const delta = deltaOfSource(connector);
  return [
    ...deletesFromDelta(connector, delta),
    ...watermarkWithoutField(connector, delta),
    ...lagWithoutWatermark(connector, delta),
    ...nullsLost(connector, delta),
  ];
}

function sqlDelta(connector: unknown): Delta | undefined {
  const path = 'spec.source.query';
  const query = textAt(connector, path);
  if (query === undefined || !isDeltaQuery(query, dialectOf(textAt(connector, 'spec.source.type'))))
    return undefined;
  return changesOnly(path, ':watermark', true);
}

/** A feed whose checkpoint is a link or token. */
function feed(connector: unknown): Delta | undefined {
  const path = 'spec.source.changes.nextPath';
  return textAt(connector, path) === undefined ? undefined : changesOnly(path, 'nextPath', false);
}

function resumable(connector: unknown): Delta | undefined {
  const path = 'spec.source.resumable';
  if (valueAt(connector, path) !== true) return undefined;
  return {
    path,
    isWatermark: false,
    why: 'a resumable one may stop after some pages: every document of the others would be taken for deleted.',
    cure: 'no resumable',
  };
}

function deletesFromDelta(connector: unknown, delta: Delta | undefined): FieldFinding[] {
  const path = 'spec.reconciliation.deletePolicy';
  if (delta === undefined || valueAt(connector, path) !== 'auto_delete_missing') return [];
  if (reportsDeletes(connector, delta)) return [];
  return [
    {
      code: 'delta_deletes',
      path,
      message: `auto_delete_missing needs a complete listing, but ${delta.why}`,
      fix: `deletePolicy: soft_delete_only or never_delete, changes: {deletedPath: …} if the records report deletes, or ${delta.cure}`,
    },
  ];
}

/**
 * Whether the deletes of a feed are reported by its records. A request for changes that is only recognised by its names would
 * still count as a full listing.
 */
function reportsDeletes(connector: unknown, { path, isWatermark }: Delta): boolean {
  const isListingOfChanges = isWatermark || ['nextPath', 'resumable'].some((key) => path.endsWith(`.${key}`));
  return isListingOfChanges && textAt(connector, 'spec.source.changes.deletedPath') !== undefined;
}

function watermarkWithoutField(connector: unknown, delta: Delta | undefined): FieldFinding[] {
  if (delta?.isWatermark !== true || valueAt(connector, 'spec.source.watermarkField') !== undefined)
    return [];
  return [
    {
      code: 'watermark_field_missing',
      path: 'spec.source.watermarkField',
      message: `${delta.path} asks for rows after :watermark, and nothing says which column the watermark is.`,
      fix: 'watermarkField: updated_at (the column that :watermark is compared with)',
    },
  ];
}

function lagWithoutWatermark(connector: unknown, delta: Delta | undefined): FieldFinding[] {
  const path = 'spec.source.watermarkLag';
  const asked = ['spec.source.query', 'spec.source.url'].some(
    (from) => textAt(connector, from) !== undefined,
  );
  if (valueAt(connector, path) === undefined || delta?.isWatermark === true || !asked) return [];
  return [
    {
      code: 'watermark_lag_unused',
      path,
      message: 'watermarkLag has no effect: there is no :watermark, so every run reads everything.',
      fix: 'no watermarkLag, or :watermark in the query or the url',
    },
  ];
}

/** `NULL > :watermark` is never true. Any mention of NULL, even in a comment, shows that the author has considered it. */
function nullsLost(connector: unknown, delta: Delta | undefined): FieldFinding[] {
  const query = textAt(connector, 'spec.source.query');
  const field = textAt(connector, 'spec.source.watermarkField');
  if (delta === undefined || query === undefined || field === undefined) return [];
  const name = field.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  // A field that is a blank would take quadratic time in each sequence of blanks.
  const text = query.replaceAll(/\s+/g, ' ');
  const mentioned = new RegExp(
    `${name}["\`\\]]?\\s+is\\s+(?:(?:not|never)\\s+)?null|(?:coalesce|ifnull|isnull|nvl)\\s*\\([^()]*${name}`,
    'iu',
  );
  if (mentioned.test(text)) return [];
  return [
    {
      status: 'warn',
      code: 'watermark_nulls_lost',
      path: delta.path,
      message: `Rows whose ${field} is NULL are never after the watermark and would never appear.`,
      fix: `${field} > :watermark OR ${field} IS NULL; where it cannot be NULL, the comment -- ${field} is never null`,
    },
  ];
}

/** A name that requests changes: `since`, `updated_after`, `modifiedSince`, `from_date`, `last_updated_min`. */
const DELTA_NAME = new RegExp(
  '^(?:if)?(?:since|from|' +
    '(?:last)?(?:updated|modified|changed|created|edited)(?:at|on|date|time)?(?:since|after|from|min|gte?|start)|' +
    '(?:min|from|start|since|after)(?:updated|modified|changed|created|date|time|timestamp)(?:at|on|date|time)?|' +
    '(?:date|time|timestamp)(?:from|since|after|min|start)|(?:changes|delta)(?:since|token))$',
);

/** The request that starts a job, and thereby chooses its records. */
const JOB_PAYLOAD = 'spec.source.job.start.payload';

/** Parameters that select a page, whatever their name. */
const PAGING_FIELDS = [
  'spec.source.paginationCursorField',
  'spec.source.pagination.cursorField',
  'spec.source.pagination.pageField',
  'spec.source.pagination.offsetField',
];

const PARENT_PAGING_FIELDS = PAGING_FIELDS.map((path) =>
  path.replace('spec.source.', 'spec.source.parents.'),
);

function httpDelta(connector: unknown): Delta | undefined {
  const headers = namedValues(valueAt(connector, 'spec.source.headers'));
  const paging = PAGING_FIELDS.map((path) => textAt(connector, path));
  return (
    requestDelta(connector, 'spec.source', PAGING_FIELDS) ??
    deltaOf(JOB_PAYLOAD, namedValues(valueAt(connector, JOB_PAYLOAD)), paging) ??
    // `From` is a person's address in a header; the only header that requests changes is named explicitly.
    deltaOf(
      'spec.source.headers',
      headers.filter(([name, value]) => /modified-since$/i.test(name) || mentionsWatermark(String(value))),
      paging,
    ) ??
    // The children of parents that did not change are not listed either.
    requestDelta(connector, 'spec.source.parents', PARENT_PAGING_FIELDS)
  );
}

/** @param place the path of an object with a `url` and a `payload` */
function requestDelta(connector: unknown, place: string, pagingFields: readonly string[]): Delta | undefined {
  const paging = pagingFields.map((path) => textAt(connector, path));
  const path = `${place}.url`;
  const url = textAt(connector, path) ?? '';
  const search = url.includes('?') ? url.slice(url.indexOf('?') + 1).replace(/#.*$/s, '') : '';
  return (
    (mentionsWatermark(url) ? changesOnly(path, ':watermark', true) : undefined) ??
    deltaOf(path, [...new URLSearchParams(search)], paging) ??
    deltaOf(`${place}.payload`, namedValues(valueAt(connector, `${place}.payload`)), paging)
  );
}

function deltaOf(
  path: string,
  entries: readonly (readonly [string, unknown])[],
  paging: readonly (string | undefined)[],
): Delta | undefined {
  for (const [name, value] of entries) {
    if (typeof value === 'string' && mentionsWatermark(value)) return changesOnly(path, ':watermark', true);
    if (!paging.includes(name) && asksForChanges(name) && !isOffset(name, value))
      return changesOnly(path, name, false);
  }
  return undefined;
}

/** Checks the whole name and its last part, as in `filter[updated_after]` and `updated_at[gte]`. */
function asksForChanges(name: string): boolean {
  const last = name.split(/[[\].]+/).findLast((part) => part !== '') ?? '';
  return [name, last].some((part) => DELTA_NAME.test(part.toLowerCase().replaceAll(/[^a-z]/g, '')));
}

/** `from: 200` is a row offset, as in Elasticsearch; seconds since 1970 have more digits. */
function isOffset(name: string, value: unknown): boolean {
  return name === 'from' && /^\d{1,8}$/.test(String(value));
}

/** Every nested value, with its key or the key of its list. */
function namedValues(value: unknown, name = ''): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap((item) => namedValues(item, name));
  if (typeof value !== 'object' || value === null) return name === '' ? [] : [[name, value]];
  return Object.entries(value).flatMap(([key, item]): [string, unknown][] =>
    // The key of a mapping counts too: `updated_after: {value: …}`.
    typeof item === 'object' ? [[key, undefined], ...namedValues(item, key)] : namedValues(item, key),
  );
}
