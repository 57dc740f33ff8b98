import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecords } from '../changing-records.ts';

export const rateLimited: Reply = json(
  429,
  { error: 'APIRateLimitExceeded', description: 'Number of allowed API requests per minute exceeded' },
  { 'retry-after': '1' },
);

/** Articles of a help center of Zendesk: a link to the next page, and a flag that says whether it has anything. */
export function zendeskArticles(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, path, query } = askedOf(request);
    const agent = Buffer.from('agent@example.com/token:secret').toString('base64');
    if (request.headers.authorization !== `Basic ${agent}`) {
      json(401, { error: 'Couldn’t authenticate you' })(response, request);
      return;
    }
    const size = Number(query.get('page[size]') ?? 30);
    const after = Number(query.get('page[after]') ?? 0);
    const rest = records.live.filter(({ id }) => Number(id) > after);
    const last = rest[size - 1]?.id ?? rest.at(-1)?.id ?? String(after);
    const next = new URLSearchParams(query);
    next.set('page[after]', last);
    json(200, {
      articles: rest.slice(0, size).map(({ id, title, updatedMs }) => ({
        id: Number(id),
        title,
        body: `<p>Text of ${title}</p>`,
        html_url: `${origin}/hc/en-us/articles/${id}`,
        locale: 'en-us',
        section_id: 1,
        user_segment_id: null,
        updated_at: new Date(updatedMs).toISOString().replace('.000Z', 'Z'),
      })),
      meta: { has_more: rest.length > size, after_cursor: last },
      // The link is there on the last page too.
      links: { next: `${origin}${path}?${next.toString()}` },
    })(response, request);
  };
}
