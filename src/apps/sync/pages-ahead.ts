import type { CollectionReader, EntityPage, ReadingEnd } from '../collection-reader.ts';

/** A page of a reading, and whether it is the last one. The end without a page is that of a reading without pages. */
export interface PageAhead {
  readonly page: EntityPage | undefined;
  readonly end: ReadingEnd | undefined;
}

/**
 * Reads one page ahead, so that the last page is known to be the last one before it is stored. Closes the reading when the consumer
 * leaves.
 */
export async function* pagesAhead(pages: ReturnType<CollectionReader['read']>): AsyncGenerator<PageAhead> {
  let page: EntityPage | undefined;
  try {
    for (;;) {
      const next = await pages.next();
      if (next.done === true) {
        yield { page, end: next.value };
        return;
      }
      if (page !== undefined) yield { page, end: undefined };
      page = next.value;
    }
  } finally {
    // Does nothing if the reading has ended.
    await pages.return({ incomplete: undefined, partial: false });
  }
}
