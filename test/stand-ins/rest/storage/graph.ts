import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

const PAGE_SIZE = 2;

const error = (code: string, message: string) => ({ error: { code, message } });

export const rateLimited: Reply = json(429, error('TooManyRequests', 'Throttled'), { 'retry-after': '0' });

const itemOf = ({ id, title, updatedMs, deleted }: ChangingRecord) =>
  deleted
    ? { id, deleted: { state: 'deleted' } }
    : {
        id,
        webUrl: `https://acme.sharepoint.com/Lists/Policies/${id}`,
        lastModifiedDateTime: new Date(updatedMs).toISOString(),
        fields: { Title: title },
      };

/** Items of a SharePoint list in Microsoft Graph: a listing behind `@odata.nextLink`, and a feed that continues at a delta link. */
export class Graph {
  readonly #records: ChangingRecords;
  #token = 1;
  /** Delta links of versions up to this one are answered 410. */
  expiredVersion = 0;

  constructor(records: ChangingRecords) {
    this.#records = records;
  }

  /** Refuses the tokens that were given out. */
  expireTokens(): void {
    this.#token++;
  }

  readonly reply: Reply = (response, request) => {
    const { origin, path, query } = askedOf(request);
    const answer = (status: number, value: unknown) => {
      json(status, value)(response, request);
    };
    if (path.endsWith('/token')) {
      answer(200, { token_type: 'Bearer', expires_in: 3599, access_token: `graph-token-${this.#token}` });
      return;
    }
    if (request.headers.authorization !== `Bearer graph-token-${this.#token}`) {
      answer(401, error('InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.'));
      return;
    }
    if (path.endsWith('/delta')) {
      const link = query.get('$deltatoken');
      // The version after which the page begins, and 1 if the feed is not read from its beginning.
      const [after = 0, since = 0] = (link ?? query.get('$skiptoken') ?? '0.0').split('.').map(Number);
      if (link !== null && after <= this.expiredVersion) {
        answer(410, error('resyncRequired', 'Resync required. Replace local items with the server version.'));
        return;
      }
      const changed = this.#records.changedAfter(after).filter(({ deleted }) => since > 0 || !deleted);
      const page = changed.slice(0, PAGE_SIZE);
      const isLast = changed.length <= PAGE_SIZE;
      const last = page.at(-1)?.version ?? after;
      const next = isLast
        ? { '@odata.deltaLink': `${origin}${path}?$deltatoken=${last}.1` }
        : { '@odata.nextLink': `${origin}${path}?$skiptoken=${last}.${since}` };
      answer(200, { value: page.map(itemOf), ...next });
      return;
    }
    const size = Number(query.get('$top') ?? PAGE_SIZE);
    const from = Number(query.get('$skiptoken') ?? 0);
    const items = this.#records.live;
    const next = new URLSearchParams(query);
    next.set('$skiptoken', String(from + size));
    answer(200, {
      value: items.slice(from, from + size).map(itemOf),
      ...(from + size < items.length && { '@odata.nextLink': `${origin}${path}?${next.toString()}` }),
    });
  };
}
