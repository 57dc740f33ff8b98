import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

export const rateLimited: Reply = json(
  429,
  { statusCode: 429, message: 'Rate limit exceeded' },
  { 'retry-after': '1' },
);

const unauthorized: Reply = json(401, { statusCode: 401, message: 'Unauthorized' });

const isReader = (authorization: string | undefined) =>
  authorization === `Basic ${Buffer.from('reader@example.com:ATATT-secret').toString('base64')}`;

const spaceOf = (pageId: string) => String((Number(pageId) % 2) + 1);
const SPACES = ['1', '2'];

/**
 * Pages of Confluence Cloud, of the site or of one of two spaces, and these spaces. Each response has a relative link to the next
 * one, with all parameters.
 */
export function confluenceCloud(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, path, query } = askedOf(request);
    if (!isReader(request.headers.authorization)) {
      unauthorized(response, request);
      return;
    }
    const limit = Number(query.get('limit') ?? 25);
    const after = Number(query.get('cursor')?.slice('eyJpZCI6'.length) ?? 0);
    const space = /\/spaces\/(\d+)\/pages$/.exec(path)?.[1];
    if (space !== undefined && !SPACES.includes(space)) {
      json(404, { errors: [{ status: 404, code: 'NOT_FOUND' }] })(response, request);
      return;
    }
    if (path.endsWith('/spaces')) {
      const results = SPACES.map((id) => ({ id, key: `S${id}`, name: `Space ${id}` }));
      json(200, { results, _links: { base: `${origin}/wiki` } })(response, request);
      return;
    }
    const rest = records.live.filter(
      ({ id }) => Number(id) > after && (space === undefined || spaceOf(id) === space),
    );
    const next = new URLSearchParams(query);
    next.set('cursor', `eyJpZCI6${rest[limit - 1]?.id ?? ''}`);
    json(200, {
      results: rest.slice(0, limit).map(({ id, title, updatedMs }) => ({
        id,
        status: 'current',
        title,
        spaceId: spaceOf(id),
        version: { createdAt: new Date(updatedMs).toISOString() },
        // Only as long as every page of the listing is asked for it.
        body: query.get('body-format') === 'storage' ? { storage: { value: `<p>Text of ${title}</p>` } } : {},
        _links: { webui: `/spaces/HB/pages/${id}` },
      })),
      _links: {
        ...(rest.length > limit && { next: `${path}?${next.toString()}` }),
        base: `${origin}/wiki`,
      },
    })(response, request);
  };
}

const oldPageOf = ({ id, title, updatedMs }: ChangingRecord) => ({
  id,
  type: 'page',
  status: 'current',
  title,
  body: { storage: { value: `<p>Text of ${title}</p>` } },
  version: { when: new Date(updatedMs).toISOString() },
  restrictions: {
    read: {
      restrictions: {
        user: {
          results: [
            { type: 'known', username: `editor-of-${id}` },
            { type: 'known', username: 'mei' },
          ],
        },
        group: { results: [{ type: 'group', name: 'staff' }] },
      },
    },
  },
});

/**
 * Content of Confluence Data Center below `/wiki`: a link to the next page is relative to the `base` in the response and not to the
 * request. `/content/search` finds by CQL, which has minutes.
 */
export function confluenceDataCenter(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, path, query } = askedOf(request);
    const resource = path.replace(/^\/wiki/, '');
    if (resource === path) {
      json(404, { statusCode: 404, message: 'null for uri' })(response, request);
      return;
    }
    const [, date = '1970-01-01', time = '00:00'] =
      /lastmodified >= "(\d{4}-\d\d-\d\d) (\d\d:\d\d)"/.exec(query.get('cql') ?? '') ?? [];
    const isSearch = resource.endsWith('/search');
    const found = isSearch
      ? records.changedFrom(Date.parse(`${date}T${time}:00Z`)).filter(({ deleted }) => !deleted)
      : records.live;
    const limit = Number(query.get('limit') ?? 25);
    const start = Number(query.get('start') ?? 0);
    const results = found.slice(start, start + limit);
    const next = new URLSearchParams(query);
    next.set('start', String(start + limit));
    json(200, {
      results: results.map(oldPageOf),
      start,
      limit,
      size: results.length,
      _links: {
        base: `${origin}/wiki`,
        context: '/wiki',
        ...(start + limit < found.length && { next: `${resource}?${next.toString()}` }),
      },
    })(response, request);
  };
}
