import { json, type Reply } from '../../../support/http/http-server.ts';
import type { ChangingRecords } from '../changing-records.ts';

interface Search {
  readonly size: number;
  readonly search_after?: readonly [updatedMs: number, id: string];
  readonly query?: { readonly range: { readonly updated: { readonly gte: string } } };
}

export const rateLimited: Reply = json(429, {
  error: { type: 'es_rejected_execution_exception', reason: 'rejected execution of search' },
  status: 429,
});

/** `_search` of Elasticsearch with `search_after`, in the order of the last change. */
export class Elasticsearch {
  readonly #records: ChangingRecords;
  /** Shards that do not answer: the response then lacks their documents, with the status 200. */
  failedShards = 0;

  constructor(records: ChangingRecords) {
    this.#records = records;
  }

  readonly reply: Reply = (response, request) => {
    const { size, search_after: after, query } = JSON.parse(request.body) as Search;
    const since = query === undefined ? 0 : Date.parse(query.range.updated.gte);
    const all = this.#records.changedFrom(since).filter(({ deleted }) => !deleted);
    // The total counts only the documents of shards that answered.
    const found = all.filter(({ version }) => this.failedShards === 0 || version % 2 === 0);
    const rest = found.filter(({ updatedMs }) => after === undefined || updatedMs > after[0]);
    json(200, {
      took: 2,
      timed_out: false,
      _shards: { total: 2, successful: 2 - this.failedShards, skipped: 0, failed: this.failedShards },
      hits: {
        total: { value: found.length, relation: 'eq' },
        max_score: null,
        hits: rest.slice(0, size).map(({ id, title, updatedMs }) => ({
          _index: 'articles',
          _id: id,
          _score: null,
          _source: { title, updated: new Date(updatedMs).toISOString() },
          sort: [updatedMs, id],
        })),
      },
    })(response, request);
  };
}
