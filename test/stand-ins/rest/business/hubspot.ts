import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

/** HubSpot has 10,000. */
export const SEARCH_RESULTS_MAX = 4;

interface Search {
  readonly filterGroups: readonly {
    readonly filters: readonly { readonly value: string; readonly highValue: string }[];
  }[];
  readonly limit: number;
  readonly after?: string;
}

export const rateLimited: Reply = json(429, {
  status: 'error',
  message: 'You have reached your secondly limit.',
  errorType: 'RATE_LIMIT',
  policyName: 'SECONDLY',
});

const objectOf = ({ id, title, updatedMs }: ChangingRecord) => ({
  id,
  properties: {
    subject: title,
    content: title,
    hs_lastmodifieddate: new Date(updatedMs).toISOString(),
    hs_object_id: id,
  },
  updatedAt: new Date(updatedMs).toISOString(),
  archived: false,
});

/** Tickets of HubSpot: a listing after an id, and a search by milliseconds with a limit of results. */
export function hubSpot(records: ChangingRecords): Reply {
  return (response, request) => {
    const { path, query } = askedOf(request);
    if (path.endsWith('/search')) {
      const { filterGroups, limit, after = '0' } = JSON.parse(request.body) as Search;
      const { value, highValue } = filterGroups[0]?.filters[0] ?? { value: '0', highValue: '0' };
      const found = records
        .changedFrom(Number(value))
        .filter(({ updatedMs, deleted }) => updatedMs <= Number(highValue) && !deleted);
      const next = Number(after) + limit;
      if (next > SEARCH_RESULTS_MAX) {
        const message = 'There was a problem with the request: paging beyond the limit of results';
        json(400, { status: 'error', message, category: 'VALIDATION_ERROR' })(response, request);
        return;
      }
      json(200, {
        total: found.length,
        results: found.slice(Number(after), next).map(objectOf),
        ...(next < found.length && { paging: { next: { after: String(next) } } }),
      })(response, request);
      return;
    }
    const limit = Number(query.get('limit') ?? 10);
    const after = query.get('after');
    const rest = records.live
      .sort((one, other) => one.id.localeCompare(other.id))
      .filter(({ id }) => after === null || id >= after);
    const next = rest[limit]?.id;
    json(200, {
      results: rest.slice(0, limit).map(objectOf),
      ...(next !== undefined && { paging: { next: { after: next, link: `?after=${next}` } } }),
    })(response, request);
  };
}
