import type { KnowledgeConfig } from '../../definitions/knowledge-source/types.ts';
import type { Validator } from '../../rest/request/validator.ts';
import { followingOf, totalOf, wrongPage, type Following } from '../pages/next-cursor.ts';
import { pagingOf } from '../pages/paging.ts';
import type { ReadItems } from '../pages/read-page.ts';
import { pageHashOf, rememberedCursor, requireOtherPage, type Pass } from './pass.ts';

/** A page with what follows from it for the pass. */
export interface PageOfPass extends Pick<ReadItems, 'bytes' | 'items'> {
  readonly following: Following;
  /** The next cursor in the form that is stored. */
  readonly next: string | null;
  readonly validator: Validator | undefined;
  readonly pass: Pass;
}

/**
 * Determines what follows a page, while its response can still be asked.
 * @param url the request, for messages
 * @throws BridgeError SOURCE_PAGINATION
 */
export async function pageOfPass(
  config: KnowledgeConfig,
  pass: Pass,
  page: ReadItems,
  url: string,
): Promise<PageOfPass> {
  const paging = pagingOf(config);
  const { bytes, start, items } = page;
  const pageHash = pageHashOf(bytes, items);
  const facts = {
    bytes,
    start,
    items: items.length,
    place: pass.place,
    itemsBefore: pass.items,
    firstPageItems: pass.firstPageItems,
    url,
  };
  const first = followingOf(config, paging, facts);
  requireOtherPage(pass, pageHash, paging, { url });
  const ending = first.kind === 'end' ? await page.ending() : undefined;
  const following = continued(first, ending?.signOfMore ?? false);
  if (
    following.kind === 'end' &&
    following.why === 'no_cursor' &&
    ending?.signOfMore === true &&
    pass.pages === 0
  ) {
    throw wrongPage(
      { url },
      `has no ${config.nextCursorPath ?? ''}, and a sign of more items, so there are more pages than this one`,
      'nextCursorPath',
    );
  }
  const total = totalOf(config, facts);
  const read = pass.items + items.length;
  const changed = total !== undefined && pass.total !== null && pass.total !== String(total);
  const ended = following.kind === 'end';
  const short = ended && total !== undefined && read < total;
  // An empty page may have links to further empty pages.
  const contradicted = ended && items.length > 0 && ending?.signOfMore === true;
  return {
    bytes,
    items,
    following,
    next: following.kind === 'next' ? page.storable(following.cursor) : null,
    validator: pass.pages === 0 && ended && !contradicted ? ending?.validator : undefined,
    pass: {
      ...pass,
      ...(following.kind === 'next' && paging.style === 'cursor'
        ? rememberedCursor(pass, following.cursor, { url })
        : {}),
      pages: pass.pages + 1,
      items: read,
      firstPageItems: pass.firstPageItems ?? items.length,
      total: total === undefined ? pass.total : String(total),
      isWhole: pass.isWhole && !changed && !short && !contradicted,
      pageHash,
    },
  };
}

/** A short page is not the last one if its response says that there is more. */
function continued(following: Following, signOfMore: boolean): Following {
  if (following.kind === 'next' || !signOfMore || following.otherwise === null) return following;
  return { kind: 'next', cursor: following.otherwise };
}
