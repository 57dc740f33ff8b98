import type { App } from '../../definitions/app/types.ts';
import { quotaOf } from '../../rest/quota.ts';
import { openReader } from '../../rest/reader.ts';
import { APP_RETRY_AFTER_SECONDS_MAX } from '../limits.ts';
import type { CollectionReader } from '../collection-reader.ts';
import type { AppReaders, CollectionPorts } from './collection-ports.ts';
import { collectionWords } from './collection-words.ts';
import { ListedCollection } from './listed-collection.ts';

/**
 * Opens a reader of each collection, in the order of the definition. The readers share the rate limit of the app. They send no
 * request before `read`, and each reading closes its connections itself.
 */
export function openCollectionReaders({ spec }: App, ports: CollectionPorts): readonly CollectionReader[] {
  const { clock, wait, log } = ports;
  const retry = { ...ports.retry, retryAfterSecondsMax: APP_RETRY_AFTER_SECONDS_MAX };
  const quota = quotaOf(spec.rateLimit, clock, wait);
  const refreshTokens = new Map<string, string>();
  const readers: AppReaders = {
    ...{ clock, wait, log },
    open: (listing, at) =>
      openReader(listing, {
        ...ports,
        // A repeated request of a scroll may skip the page that was lost, so the listing begins again instead.
        retry: listing.pagination?.constantCursor === true ? { ...retry, retries: 0 } : retry,
        quota,
        refreshTokens,
        words: collectionWords(at, spec),
      }),
  };
  return spec.collections.map(
    (collection, index) => new ListedCollection(spec, collection, readers, `spec.collections[${index}]`),
  );
}
