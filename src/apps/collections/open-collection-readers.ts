import type { App } from '../../definitions/app/types.ts';
import { quotaOf } from '../../rest/quota.ts';
import { openReader } from '../../rest/reader.ts';
import type { CollectionReader } from '../collection-reader.ts';
import type { AppReaders, CollectionPorts } from './collection-ports.ts';
import { ListedCollection } from './listed-collection.ts';

/**
 * Opens a reader of each collection, in the order of the definition. The readers share the rate limit of the app. They send no
 * request before `read`, and each reading closes its connections itself.
 */
export function openCollectionReaders({ spec }: App, ports: CollectionPorts): readonly CollectionReader[] {
  const { clock, wait, log } = ports;
  const quota = quotaOf(spec.rateLimit, clock, wait);
  const refreshTokens = new Map<string, string>();
  const readers: AppReaders = {
    ...{ clock, wait, log },
    open: (listing, at) =>
      openReader(listing, {
        ...ports,
        // A repeated request of a scroll may skip the page that was lost, so the listing begins again instead.
        retry: listing.pagination?.constantCursor === true ? { ...ports.retry, retries: 0 } : ports.retry,
        quota,
        refreshTokens,
        words: wordsOf(at),
      }),
  };
  return spec.collections.map(
    (collection, index) => new ListedCollection(spec, collection, readers, `spec.collections[${index}]`),
  );
}

function wordsOf(path: string) {
  return { path, kind: 'app', paginationDocs: 'docs/app-sync.md', restart: 'sync once with --full' };
}
