import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

const PAGE_SIZE = 2;

/** Salesforce refuses with 403 in place of 429. */
export const rateLimited: Reply = json(403, [
  { message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' },
]);

/** `query` and `queryAll` of Salesforce: pages of a result that is kept under a locator. Locators expire on command. */
export class Salesforce {
  readonly #records: ChangingRecords;
  readonly #results: (readonly ChangingRecord[])[] = [];
  #session = 1;
  areLocatorsExpired = false;

  constructor(records: ChangingRecords) {
    this.#records = records;
  }

  /** Refuses the tokens that were given out. */
  expireTokens(): void {
    this.#session++;
  }

  readonly reply: Reply = (response, request) => {
    const { path, query } = askedOf(request);
    const answer = (status: number, value: unknown) => {
      json(status, value)(response, request);
    };
    if (path === '/services/oauth2/token') {
      answer(200, { access_token: `00D-session-${this.#session}`, token_type: 'Bearer', expires_in: 7200 });
      return;
    }
    if (request.headers.authorization !== `Bearer 00D-session-${this.#session}`) {
      answer(401, [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]);
      return;
    }
    const [, resource = '', locator] = /\/data\/v61\.0\/(query|queryAll)(?:\/(.+))?$/.exec(path) ?? [];
    const place = locator?.split('-').map(Number) ?? [this.#find(resource, query.get('q') ?? ''), 0];
    const [result = 0, from = 0] = place;
    const found = this.#results[result];
    if (found === undefined || (locator !== undefined && this.areLocatorsExpired)) {
      answer(400, [{ message: 'invalid query locator', errorCode: 'INVALID_QUERY_LOCATOR' }]);
      return;
    }
    const next = from + PAGE_SIZE;
    const done = next >= found.length;
    answer(200, {
      totalSize: found.length,
      done,
      ...(!done && { nextRecordsUrl: `/services/data/v61.0/${resource}/${result}-${next}` }),
      records: found.slice(from, next).map(({ id, title, updatedMs, deleted }) => ({
        attributes: { type: 'Article', url: `/services/data/v61.0/sobjects/Article/${id}` },
        Id: id,
        Title: title,
        IsDeleted: deleted,
        SystemModstamp: new Date(updatedMs).toISOString().replace('Z', '+0000'),
      })),
    });
  };

  #find(resource: string, soql: string): number {
    const since = / SystemModstamp >= (\S+)/.exec(soql)?.[1];
    const changed = this.#records.changedFrom(since === undefined ? 0 : Date.parse(since));
    this.#results.push(changed.filter(({ deleted }) => resource === 'queryAll' || !deleted));
    return this.#results.length - 1;
  }
}
