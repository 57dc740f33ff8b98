import { json, type Reply } from '../../../support/http/http-server.ts';
import type { ChangingRecords } from '../changing-records.ts';

export const rateLimited: Reply = json(
  429,
  { code: '429', message: 'Request rate is large' },
  { 'x-ms-retry-after-ms': '0' },
);

/** Queries of Azure Cosmos DB: the continuation is a header of the response and of the next request. */
export function cosmosDb(records: ChangingRecords): Reply {
  return (response, request) => {
    const { headers } = request;
    if (
      headers['content-type'] !== 'application/query+json' ||
      headers['x-ms-documentdb-isquery'] !== 'true'
    ) {
      json(400, { code: 'BadRequest', message: 'The content type of a query is application/query+json' })(
        response,
        request,
      );
      return;
    }
    const { query } = JSON.parse(request.body) as { readonly query: string };
    const since = Number(/ c\._ts >= (\d+)/.exec(query)?.[1] ?? 0);
    const after = Number(/^\+RID:(\d+)$/.exec(String(headers['x-ms-continuation'] ?? ''))?.[1] ?? 0);
    const size = Number(headers['x-ms-max-item-count'] ?? 100);
    const rest = records
      .changedFrom(since * 1_000)
      .filter(({ deleted, version }) => !deleted && version > after);
    const page = rest.slice(0, size);
    const last = page.at(-1);
    json(
      200,
      {
        _rid: 'd9RzAJRFKgw=',
        Documents: page.map(({ id, title, updatedMs }) => ({ id, title, _ts: updatedMs / 1_000 })),
        _count: page.length,
      },
      last === undefined || rest.length <= size ? {} : { 'x-ms-continuation': `+RID:${last.version}` },
    )(response, request);
  };
}
