import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

export const rateLimited: Reply = json(
  429,
  {
    errors:
      'Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.',
  },
  { 'retry-after': '0.0' },
);

interface PageInfo {
  /** The last record of the page before. */
  readonly last: string;
  readonly since: number | undefined;
}

/** Products of Shopify: links with an opaque `page_info`, beside which only `limit` is allowed. */
export function shopify(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, path, query } = askedOf(request);
    const refuse = (status: number, errors: unknown) => {
      json(status, { errors })(response, request);
    };
    if (request.headers['x-shopify-access-token'] === undefined) {
      refuse(401, '[API] Invalid API key or access token (unrecognized login or wrong password)');
      return;
    }
    const info = query.get('page_info');
    if (info !== null && [...query.keys()].some((name) => name !== 'page_info' && name !== 'limit')) {
      refuse(400, { page_info: 'Invalid value.' });
      return;
    }
    const since = query.get('updated_at_min');
    const place: PageInfo =
      info === null
        ? { last: '0', since: since === null ? undefined : Date.parse(since) }
        : (JSON.parse(Buffer.from(info, 'base64url').toString()) as PageInfo);
    const limit = Number(query.get('limit') ?? 50);
    const keyOf = ({ id, version }: ChangingRecord) => (place.since === undefined ? Number(id) : version);
    const rest = (place.since === undefined ? records.live : records.changedFrom(place.since))
      .filter((record) => !record.deleted && keyOf(record) > Number(place.last))
      .sort((one, other) => keyOf(one) - keyOf(other));
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    const next =
      last === undefined || rest.length <= limit
        ? undefined
        : Buffer.from(JSON.stringify({ ...place, last: String(keyOf(last)) })).toString('base64url');
    json(
      200,
      {
        products: page.map(({ id, title, updatedMs }) => ({
          id: Number(id),
          title,
          body_html: `<p>${title}</p>`,
          handle: `p-${id}`,
          vendor: 'Acme',
          status: 'active',
          updated_at: new Date(updatedMs).toISOString().replace('.000Z', '+00:00'),
        })),
      },
      next === undefined ? {} : { link: `<${origin}${path}?limit=${limit}&page_info=${next}>; rel="next"` },
    )(response, request);
  };
}
