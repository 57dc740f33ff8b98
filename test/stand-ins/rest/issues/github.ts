import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

/** GitHub may report a secondary limit without a header: with 403, and the name of the limit in the message. */
export const rateLimited: Reply = json(403, {
  message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
  documentation_url: 'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api',
});

export const unauthorized: Reply = json(401, { message: 'Bad credentials', status: '401' });

/** GitHub does not tell whether a repository exists to a token that may not read it. */
export const notFound: Reply = json(404, { message: 'Not Found', status: '404' });

/** GitHub's own client writes `token`. */
const AUTHORIZATION = ['Bearer ghp_secret-of-a-reader', 'token ghp_secret-of-a-reader'];

const issueOf = ({ id, title, updatedMs }: ChangingRecord, origin: string) => ({
  id: 3_000_000_000 + Number(id),
  number: Number(id),
  title,
  body: `Text of ${title}`,
  state: 'open',
  html_url: `${origin}/acme/handbook/issues/${id}`,
  updated_at: new Date(updatedMs).toISOString().replace('.000Z', 'Z'),
});

/** Issues of a repository on GitHub: page numbers behind links, and changes since a time. */
export function gitHub(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, path, query } = askedOf(request);
    if (!AUTHORIZATION.includes(request.headers.authorization ?? '')) {
      unauthorized(response, request);
      return;
    }
    const since = Date.parse(query.get('since') ?? '1970-01-01T00:00:00Z');
    const byUpdate = query.get('sort') === 'updated';
    const found = (byUpdate ? records.changedFrom(since) : records.live).filter(({ deleted }) => !deleted);
    if (query.get('direction') !== 'asc') found.reverse();
    const size = Number(query.get('per_page') ?? 30);
    const page = Number(query.get('page') ?? 1);
    const last = Math.max(1, Math.ceil(found.length / size));
    const link = (number: number, relation: string) => {
      const others = new URLSearchParams(query);
      others.set('page', String(number));
      return `<${origin}${path}?${others.toString()}>; rel="${relation}"`;
    };
    const before = page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : [];
    const after = page < last ? [link(page + 1, 'next'), link(last, 'last')] : [];
    const links = [...before, ...after];
    json(
      200,
      found.slice((page - 1) * size, page * size).map((issue) => issueOf(issue, origin)),
      links.length === 0 ? {} : { link: links.join(', ') },
    )(response, request);
  };
}
