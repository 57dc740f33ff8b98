import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

const error = (message: string) => ({ error: { message, detail: '' }, status: 'failure' });

export const rateLimited: Reply = json(429, error('Rate limit exceeded'), { 'retry-after': '0' });

/** The Table API of ServiceNow: offsets, whose links and total are headers, and encoded queries. */
export function serviceNow(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, path, query } = askedOf(request);
    if (request.headers.authorization === undefined) {
      json(401, error('User Not Authenticated'))(response, request);
      return;
    }
    const since = /^sys_updated_on>=(.{19})\^/.exec(query.get('sysparm_query') ?? '')?.[1];
    const found: readonly ChangingRecord[] =
      since === undefined
        ? records.live
        : records.changedFrom(Date.parse(`${since.replace(' ', 'T')}Z`)).filter(({ deleted }) => !deleted);
    const limit = Number(query.get('sysparm_limit') ?? 10_000);
    const offset = Number(query.get('sysparm_offset') ?? 0);
    const link = (rel: string, from: number): string => {
      const to = new URLSearchParams(query);
      to.set('sysparm_offset', String(from));
      return `<${origin}${path}?${to.toString()}>;rel="${rel}"`;
    };
    const links = [
      link('first', 0),
      ...(offset + limit < found.length ? [link('next', offset + limit)] : []),
      link('last', Math.max(0, Math.ceil(found.length / limit) - 1) * limit),
    ];
    const result = found.slice(offset, offset + limit).map(({ id, title, updatedMs }) => ({
      sys_id: id,
      short_description: title,
      description: title,
      sys_updated_on: timeOf(updatedMs),
    }));
    const headers = { 'x-total-count': String(found.length), link: links.join(',') };
    json(200, { result }, headers)(response, request);
  };
}
