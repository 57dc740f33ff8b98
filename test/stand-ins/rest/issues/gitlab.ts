import { json, raw, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

/** GitLab refuses with a text, and names the end of the limit in a header of its own. */
export const rateLimited: Reply = raw(429, 'Retry later\n', {
  'content-type': 'text/plain',
  'retry-after': '1',
  'ratelimit-limit': '60',
  'ratelimit-remaining': '0',
});

const issueOf = ({ id, title, updatedMs }: ChangingRecord, origin: string) => ({
  id: Number(id),
  iid: Number(id),
  title,
  description: `Text of ${title}`,
  state: 'opened',
  confidential: false,
  web_url: `${origin}/acme/handbook/-/issues/${id}`,
  updated_at: new Date(updatedMs).toISOString(),
});

/** Issues of a project on GitLab: page numbers or keysets behind links, and changes after a time. */
export function gitLab(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, path, query } = askedOf(request);
    if (request.headers.authorization !== 'Bearer glpat-secret-of-a-reader') {
      json(401, { message: '401 Unauthorized' })(response, request);
      return;
    }
    const since = Date.parse(query.get('updated_after') ?? '1970-01-01T00:00:00Z');
    const byUpdate = query.get('order_by') === 'updated_at';
    const found = (byUpdate ? records.changedFrom(since) : records.live).filter(({ deleted }) => !deleted);
    const keyOf = ({ id, version }: ChangingRecord) => (byUpdate ? version : Number(id));
    const size = Number(query.get('per_page') ?? 20);
    const page = Number(query.get('page') ?? 1);
    const isKeyset = query.get('pagination') === 'keyset';
    const cursor = Number(query.get('cursor') ?? 0);
    const rest = isKeyset ? found.filter((record) => keyOf(record) > cursor) : found.slice((page - 1) * size);
    const issues = rest.slice(0, size);
    const next = new URLSearchParams(query);
    const last = issues.at(-1);
    if (isKeyset && last !== undefined) next.set('cursor', String(keyOf(last)));
    else next.set('page', String(page + 1));
    const hasMore = rest.length > size;
    const totals = {
      'x-next-page': hasMore ? String(page + 1) : '',
      'x-total': String(found.length),
      'x-total-pages': String(Math.ceil(found.length / size)),
    };
    json(
      200,
      issues.map((issue) => issueOf(issue, origin)),
      {
        ...(isKeyset ? {} : totals),
        ...(hasMore && { link: `<${origin}${path}?${next.toString()}>; rel="next"` }),
      },
    )(response, request);
  };
}
