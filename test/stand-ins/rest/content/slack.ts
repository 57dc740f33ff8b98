import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecords } from '../changing-records.ts';

export const rateLimited: Reply = json(429, { ok: false, error: 'ratelimited' }, { 'retry-after': '1' });

/** Slack reports every other error with 200. */
export const failed = (error: string): Reply => json(200, { ok: false, error });

/** Members and messages of a workspace of Slack. Deleted members stay listed; messages are listed newest first. */
export function slack(records: ChangingRecords): Reply {
  return (response, request) => {
    const asked = askedOf(request);
    const { path } = asked;
    // Slack takes parameters of a GET, and forms.
    const query = request.method === 'POST' ? new URLSearchParams(request.body) : asked.query;
    if (request.headers.authorization !== 'Bearer xoxb-secret') {
      failed('invalid_auth')(response, request);
      return;
    }
    const isMembers = path === '/api/users.list';
    const oldest = Number(query.get('oldest') ?? 0) * 1_000;
    const all = isMembers
      ? records.changedAfter(0).sort((one, other) => Number(one.id) - Number(other.id))
      : records.live.filter(({ updatedMs }) => updatedMs > oldest).reverse();
    const limit = Number(query.get('limit') ?? 100);
    const from = Number(query.get('cursor')?.slice(1) ?? 0);
    const hasMore = from + limit < all.length;
    const found = all.slice(from, from + limit);
    json(200, {
      ok: true,
      ...(isMembers
        ? {
            members: found.map(({ id, title, updatedMs, deleted }) => ({
              id,
              deleted,
              real_name: title,
              updated: updatedMs / 1_000,
            })),
          }
        : {
            messages: found.map(({ id, title, updatedMs }) => ({
              type: 'message',
              user: `U${id}`,
              text: title,
              ts: `${updatedMs / 1_000}.000100`,
            })),
            has_more: hasMore,
          }),
      response_metadata: { next_cursor: hasMore ? `c${from + limit}` : '' },
    })(response, request);
  };
}
