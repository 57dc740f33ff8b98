import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecords } from '../changing-records.ts';

const PAGE_SIZE = 2;

export const rateLimited: Reply = json(
  429,
  { error: { code: '429', message: { lang: 'en', value: 'Too many requests' } } },
  { 'retry-after': '0' },
);

/** An OData 2 service of SAP: pages of the server's size behind `__next`, and times such as `/Date(1704067200000)/`. */
export function sapOData(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, path, query } = askedOf(request);
    const filter = query.get('$filter');
    const since = /^LastChange ge datetime'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)'$/.exec(filter ?? '')?.[1];
    if (filter !== null && since === undefined) {
      const value = `Invalid filter ${filter}`;
      json(400, { error: { code: '005056A509B11EE1B9A8FEC11C21578E', message: { lang: 'en', value } } })(
        response,
        request,
      );
      return;
    }
    const found = (since === undefined ? records.live : records.changedFrom(Date.parse(`${since}Z`))).filter(
      ({ deleted }) => !deleted,
    );
    const from = Number(query.get('$skiptoken') ?? 0);
    const next = new URLSearchParams(query);
    next.set('$skiptoken', String(from + PAGE_SIZE));
    json(200, {
      d: {
        results: found.slice(from, from + PAGE_SIZE).map(({ id, title, updatedMs }) => ({
          __metadata: { uri: `${origin}${path}('${id}')`, type: 'API.Document' },
          Id: id,
          Title: title,
          LastChange: `/Date(${updatedMs})/`,
        })),
        ...(from + PAGE_SIZE < found.length && { __next: `${origin}${path}?${next.toString()}` }),
      },
    })(response, request);
  };
}
