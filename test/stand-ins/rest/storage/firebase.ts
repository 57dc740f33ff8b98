import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecords } from '../changing-records.ts';

export const rateLimited: Reply = json(429, { error: 'Too many requests' }, { 'retry-after': '0' });

/** A path of the Firebase Realtime Database: a map of records by their keys, or `null` if there are none. */
export function firebase(records: ChangingRecords): Reply {
  return (response, request) => {
    const { query } = askedOf(request);
    const from = query.get('startAt');
    if (from !== null && query.get('orderBy') !== '"updated"') {
      json(400, { error: 'orderBy must be defined when other query parameters are defined' })(
        response,
        request,
      );
      return;
    }
    const found = from === null ? records.live : records.changedFrom(Number(from));
    const entries = found
      .filter(({ deleted }) => !deleted)
      .map(({ id, title, updatedMs }) => [id, { title, updated: updatedMs }] as const);
    json(200, entries.length === 0 ? null : Object.fromEntries(entries))(response, request);
  };
}
