import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecords } from '../changing-records.ts';

const PAGE_SIZE = 2;

export const rateLimited: Reply = json(
  429,
  { sys: { type: 'Error', id: 'RateLimitExceeded' }, message: 'You have exceeded the rate limit.' },
  { 'x-contentful-ratelimit-reset': '0' },
);

/** The sync of Contentful: all entries at first, then what changed and was deleted after a sync token. */
export function contentful(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, path, query } = askedOf(request);
    const token = query.get('sync_token');
    if (token === null && query.get('initial') !== 'true') {
      const message = 'The query parameter initial or sync_token is required';
      json(400, { sys: { type: 'Error', id: 'BadRequest' }, message })(response, request);
      return;
    }
    const [after = 0, isInitial = 1] = (token ?? '0.1').split('.').map(Number);
    const changed = records.changedAfter(after).filter(({ deleted }) => isInitial === 0 || !deleted);
    const page = changed.slice(0, PAGE_SIZE);
    const isLast = changed.length <= PAGE_SIZE;
    const place = `${page.at(-1)?.version ?? after}.${isLast ? 0 : isInitial}`;
    json(200, {
      sys: { type: 'Array' },
      items: page.map(({ id, title, deleted }) => ({
        sys: { id, type: deleted ? 'DeletedEntry' : 'Entry' },
        ...(!deleted && { fields: { title: { 'en-US': title } } }),
      })),
      [isLast ? 'nextSyncUrl' : 'nextPageUrl']: `${origin}${path}?sync_token=${place}`,
    })(response, request);
  };
}
