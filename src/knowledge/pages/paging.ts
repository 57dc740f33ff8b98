import type { KnowledgeConfig } from '../../definitions/knowledge-source/types.ts';
import { PAGE_ITEMS_MAX } from '../limits.ts';

/** How the pages of a source are requested. */
export interface Paging {
  readonly style: 'cursor' | 'offset' | 'page';
  /** The parameter for the cursor, the offset or the page number. */
  readonly parameter: string;
  readonly sizeParameter: string | undefined;
  /** The size that is requested, if the API has a parameter for it. */
  readonly size: number;
  /** A page with fewer items is the last one; undefined if the size of pages is the API's own choice. */
  readonly fullSize: number | undefined;
}

const PARAMETER_DEFAULT = 'page';

export function pagingOf(config: KnowledgeConfig): Paging {
  const { cursorParam, pageSizeParam, defaultPageSize, nextCursorPath } = config;
  const size = Math.min(defaultPageSize ?? PAGE_ITEMS_MAX, PAGE_ITEMS_MAX);
  // A source that says nothing about pages has one page, and whatever number of items it has is all of them.
  const saysSize = isSet(pageSizeParam) || isSet(defaultPageSize) || !isSet(cursorParam);
  return {
    style: config.cursorStyle ?? (isSet(nextCursorPath) ? 'cursor' : 'page'),
    parameter: cursorParam ?? PARAMETER_DEFAULT,
    sizeParameter: pageSizeParam ?? undefined,
    size,
    fullSize: saysSize ? size : undefined,
  };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
