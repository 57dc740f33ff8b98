import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

const failure = (status: number, error: object): Reply => json(status, { error });

export const rateLimited: Reply = failure(429, {
  type: 'invalid_request_error',
  code: 'rate_limit',
  message: 'Request rate limit exceeded.',
});

/** The object that a cursor names was deleted. */
export const missingObject = (id: string): Reply =>
  failure(400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param: 'starting_after',
    message: `No such object: '${id}'`,
  });

const productOf = ({ id, title, updatedMs }: ChangingRecord) => ({
  id,
  object: 'product',
  name: title,
  description: `Text of ${title}`,
  updated: updatedMs / 1_000,
});

const eventOf = (record: ChangingRecord) => ({
  id: `evt_${record.version}`,
  object: 'event',
  type: record.deleted ? 'product.deleted' : 'product.updated',
  created: record.updatedMs / 1_000,
  data: { object: { ...productOf(record), ...(record.deleted && { deleted: true }) } },
});

/** Products of Stripe and the events about them, newest first: the cursor is the id of the last object of a page. */
export function stripe(records: ChangingRecords): Reply {
  return (response, request) => {
    const { path, query } = askedOf(request);
    if (request.headers.authorization !== 'Bearer rk_test_secret') {
      failure(401, { type: 'invalid_request_error', message: 'Invalid API Key provided' })(response, request);
      return;
    }
    const since = Number(query.get('created[gte]') ?? 0) * 1_000;
    const all: readonly { readonly id: string }[] =
      path === '/v1/events'
        ? records.changedFrom(since).reverse().map(eventOf)
        : records.live.reverse().map(productOf);
    const after = query.get('starting_after');
    const at = all.findIndex(({ id }) => id === after);
    if (after !== null && at < 0) {
      missingObject(after)(response, request);
      return;
    }
    const limit = Number(query.get('limit') ?? 10);
    json(200, {
      object: 'list',
      url: path,
      has_more: at + 1 + limit < all.length,
      data: all.slice(at + 1, at + 1 + limit),
    })(response, request);
  };
}
