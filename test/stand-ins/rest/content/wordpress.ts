import { json, raw, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecords } from '../changing-records.ts';

/** WordPress has no limit of its own; its host answers with a page. */
export const rateLimited: Reply = raw(429, '<html><body>Too many requests</body></html>', {
  'content-type': 'text/html',
  'retry-after': '1',
});

/** Posts of WordPress: totals in headers, and an error for a page after the last one. */
export function wordPress(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, query } = askedOf(request);
    const after = query.get('modified_after');
    // The time is exclusive.
    const found =
      after === null
        ? records.live
        : records.changedFrom(Date.parse(after) + 1).filter(({ deleted }) => !deleted);
    const size = Number(query.get('per_page') ?? 10);
    const page = Number(query.get('page') ?? 1);
    const pages = Math.ceil(found.length / size);
    if (page > pages && page > 1) {
      json(400, {
        code: 'rest_post_invalid_page_number',
        message: 'The page number requested is larger than the number of pages available.',
        data: { status: 400 },
      })(response, request);
      return;
    }
    json(
      200,
      found.slice((page - 1) * size, page * size).map(({ id, title, updatedMs }) => ({
        id: Number(id),
        link: `${origin}/?p=${id}`,
        // In UTC, without a zone.
        modified_gmt: new Date(updatedMs).toISOString().replace('.000Z', ''),
        title: { rendered: title },
        content: { rendered: `<p>Text of ${title}</p>` },
      })),
      { 'x-wp-total': String(found.length), 'x-wp-totalpages': String(pages) },
    )(response, request);
  };
}
