import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecords } from '../changing-records.ts';

export const rateLimited: Reply = json(
  429,
  { error: 'APIRateLimitExceeded', description: 'Too many incremental export requests.' },
  { 'retry-after': '1' },
);

/** The incremental export of tickets of Zendesk: every response has a cursor, and a flag says that it is the last one for now. */
export function zendeskTickets(records: ChangingRecords): Reply {
  return (response, request) => {
    const { origin, path, query } = askedOf(request);
    if (!query.has('start_time') && !query.has('cursor')) {
      json(400, { error: 'StartTimeMissing', description: 'start_time is missing' })(response, request);
      return;
    }
    const after = Number(Buffer.from(query.get('cursor') ?? '', 'base64url').toString() || '0');
    const rest = records.changedAfter(after);
    const tickets = rest.slice(0, Number(query.get('per_page') ?? 1_000));
    const cursor = Buffer.from(String(tickets.at(-1)?.version ?? after)).toString('base64url');
    json(200, {
      tickets: tickets.map(({ id, title, updatedMs, deleted }) => ({
        id: Number(id),
        subject: title,
        description: `Text of ${title}`,
        status: deleted ? 'deleted' : 'open',
        updated_at: new Date(updatedMs).toISOString().replace('.000Z', 'Z'),
      })),
      after_url: `${origin}${path}?cursor=${cursor}`,
      after_cursor: cursor,
      end_of_stream: tickets.length === rest.length,
    })(response, request);
  };
}
