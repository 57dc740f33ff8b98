import { json, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

export const rateLimited: Reply = json(
  429,
  { errorMessages: ['Rate limit exceeded.'] },
  { 'retry-after': '1' },
);

export const unauthorized: Reply = json(401, {
  errorMessages: ['Client must be authenticated to access this resource.'],
});

/** A token is valid for seven days. */
export const expiredToken: Reply = json(400, {
  errorMessages: ['The provided next page token is invalid or expired.'],
});

const OFFSET_MS = (5 * 60 + 30) * 60 * 1_000;

/** The time zone of the account, which Jira takes the times of JQL to be in, and writes times in. */
export const TIME_ZONE = 'Asia/Kolkata';

const issueOf = ({ id, title, updatedMs }: ChangingRecord) => ({
  id,
  key: `HB-${id}`,
  fields: {
    summary: title,
    description: `Text of ${title}`,
    status: { name: 'To Do' },
    updated: new Date(updatedMs + OFFSET_MS).toISOString().replace('Z', '+0530'),
  },
});

/** A search by JQL, which has minutes, with tokens that lead to the next pages. */
export function jira(records: ChangingRecords): Reply {
  return (response, request) => {
    const { query } = askedOf(request);
    const answer = (status: number, value: unknown) => {
      json(status, value)(response, request);
    };
    const account = Buffer.from('reader@example.com:ATATT-secret').toString('base64');
    if (request.headers.authorization !== `Basic ${account}`) {
      unauthorized(response, request);
      return;
    }
    const [, field, date = '', time = '00:00', order] =
      /^(created|updated) >= "(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d))?" ORDER BY (created|updated) ASC$/.exec(
        query.get('jql') ?? '',
      ) ?? [];
    if (field === undefined || field !== order) {
      answer(400, { errorMessages: ['Error in the JQL Query.'] });
      return;
    }
    const after = Number(query.get('nextPageToken')?.slice(1) ?? 0);
    const keyOf = ({ id, version }: ChangingRecord) => (field === 'updated' ? version : Number(id));
    const sinceMs = Date.parse(`${date}T${time}:00Z`) - OFFSET_MS;
    const found = field === 'updated' ? records.changedFrom(sinceMs) : records.live;
    const rest = found.filter((record) => !record.deleted && keyOf(record) > after);
    const issues = rest.slice(0, Number(query.get('maxResults') ?? 50));
    const last = issues.at(-1);
    const isLast = last === undefined || rest.length === issues.length;
    answer(200, {
      issues: issues.map(issueOf),
      ...(!isLast && { nextPageToken: `t${keyOf(last)}` }),
      isLast,
    });
  };
}
