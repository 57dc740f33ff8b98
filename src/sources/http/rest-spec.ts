import type { HttpSourceSpec } from '../../definitions/connector/types.ts';
import type { PaginationSpec, RestSpec } from '../../definitions/rest/types.ts';

/**
 * The listing that a connector reads, without the fields that only a connector has. A connector without a URL gets an empty
 * one.
 */
export function restSpecOf(source: HttpSourceSpec): RestSpec {
  const pagination = paginationOf(source);
  return { ...source, url: source.url ?? '', ...(pagination === undefined ? {} : { pagination }) };
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
