import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecords } from '../changing-records.ts';

export const rateLimited: Reply = json(
  429,
  { message: 'You have exceeded the limit of requests per hour' },
  { 'retry-after': '0' },
);

/** Tickets of Freshdesk: page numbers behind links, and changes since a time. */
export function freshdesk(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, path, query } = askedOf(request);
    const since = Date.parse(query.get('updated_since') ?? '');
    if (Number.isNaN(since)) {
      const errors = [{ field: 'updated_since', message: 'It should be in the format "datetime"' }];
      json(400, { description: 'Validation failed', errors })(response, request);
      return;
    }
    const size = Number(query.get('per_page') ?? 30);
    const page = Number(query.get('page') ?? 1);
    const found = records.changedFrom(since).filter(({ deleted }) => !deleted);
    const next = new URLSearchParams(query);
    next.set('page', String(page + 1));
    const hasMore = page * size < found.length;
    json(
      200,
      found.slice((page - 1) * size, page * size).map(({ id, title, updatedMs }) => ({
        id: Number(id),
        subject: title,
        description_text: title,
        updated_at: new Date(updatedMs).toISOString().replace('.000Z', 'Z'),
      })),
      hasMore ? { link: `<${origin}${path}?${next.toString()}>; rel="next"` } : {},
    )(response, request);
  };
}
