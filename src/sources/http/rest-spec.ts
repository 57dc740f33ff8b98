import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import { withoutRoot } from '../../core/text/field-path.ts';
import type { PaginationSpec, RestSpec } from '../../definitions/rest/types.ts';

/**
 * The listing that a connector reads, without the fields that only a connector has. A connector without a URL gets an empty
 * one.
 */
export function restSpecOf(source: HttpSourceSpec): RestSpec {
  const pagination = paginationOf(source);
  const { url = '', ignoreSigns = [], changes } = source;
  // The place for the next run, such as `nextSyncToken`, may be named like that of a next page.
  const ignored =
    changes?.nextPath === undefined ? ignoreSigns : [...ignoreSigns, withoutRoot(changes.nextPath)];
  return { ...source, url, ignoreSigns: ignored, ...(pagination === undefined ? {} : { pagination }) };
}

/** The connector's pagination. The two keys next to it are a pagination of type `cursor`. */
export function paginationOf(source: HttpSourceSpec): PaginationSpec | undefined {
  const { pagination, paginationCursorField, paginationNextCursorJsonPath } = source;
  if (pagination !== undefined || paginationCursorField === undefined) return pagination;
  return {
    type: 'cursor',
    cursorField: paginationCursorField,
    ...(paginationNextCursorJsonPath === undefined ? {} : { nextCursorPath: paginationNextCursorJsonPath }),
  };
}
