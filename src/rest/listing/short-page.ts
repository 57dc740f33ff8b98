import type { PaginationSpec } from '../../definitions/rest/types.ts';
import { withoutRoot } from '../../core/text/field-path.ts';

/** Whether a page is the last one because it has fewer records than requested. A number of pages is better evidence. */
export function isShortPage(spec: PaginationSpec | undefined, count: number): boolean {
  const { endsOnShortPage = false, pageSize = 0, totalPagesPath, totalPagesHeader } = spec ?? {};
  return (
    endsOnShortPage && count < pageSize && totalPagesPath === undefined && totalPagesHeader === undefined
  );
}

/**
 * Whether a part of a response is where the definition expects the next page, which some APIs name on every page.
 * @param name a path in the body, or a header
 */
export function leadsToNextPage(spec: PaginationSpec | undefined, name: string): boolean {
  const { type, nextUrlPath, nextCursorPath, nextCursorHeader } = spec ?? {};
  if (type === 'link_header') return name === 'Link';
  if (nextCursorHeader !== undefined) return name.toLowerCase() === nextCursorHeader.toLowerCase();
  const own = withoutRoot(nextUrlPath ?? nextCursorPath ?? '');
  return own === name || own.startsWith(`${name}.`);
}
