import { json, type Reply } from '../../../support/http/http-server.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

const failure = (status: number, code: string, message: string, headers = {}): Reply =>
  json(status, { object: 'error', status, code, message }, headers);

export const rateLimited: Reply = failure(429, 'rate_limited', 'You have been rate limited.', {
  'retry-after': '1',
});

export const unauthorized = failure(401, 'unauthorized', 'API token is invalid.');

export const invalidCursor = failure(400, 'validation_error', 'The start_cursor provided is invalid.');

interface Query {
  readonly filter?: { readonly last_edited_time?: { readonly on_or_after?: string } };
  readonly sorts?: readonly { readonly timestamp: string; readonly direction: string }[];
  readonly start_cursor?: string;
  readonly page_size?: number;
}

/** A formatted text has several parts, and an empty one has none. */
const partsOf = (text: string) =>
  [text.slice(0, 2), text.slice(2)]
    .filter((part) => part !== '')
    .map((part) => ({ type: 'text', plain_text: part }));

const pageOf = ({ id, title, updatedMs }: ChangingRecord) => ({
  object: 'page',
  id,
  archived: false,
  in_trash: false,
  last_edited_time: new Date(updatedMs).toISOString(),
  url: `https://www.notion.so/${id}`,
  properties: {
    Name: {
      id: 'title',
      type: 'title',
      title: partsOf(title),
    },
    Summary: { id: 'sum', type: 'rich_text', rich_text: partsOf(id === '2' ? '' : `Text of ${title}`) },
  },
});

/** The query of a Notion database: a POST whose cursor is in the body. Pages in the trash are not found. */
export function notion(records: ChangingRecords): Reply {
  return (response, request) => {
    const { method, headers } = request;
    if (headers.authorization !== 'Bearer ntn_secret') {
      unauthorized(response, request);
      return;
    }
    if (headers['notion-version'] === undefined || method !== 'POST') {
      failure(400, 'missing_version', 'Notion-Version header failed validation.')(response, request);
      return;
    }
    const {
      filter,
      sorts = [],
      start_cursor: cursor,
      page_size: size = 100,
    } = JSON.parse(request.body) as Query;
    const after = Number(cursor?.slice(1) ?? 0);
    const byEdit = sorts[0]?.timestamp === 'last_edited_time';
    const keyOf = ({ id, version }: ChangingRecord) => (byEdit ? version : Number(id));
    const since = Date.parse(filter?.last_edited_time?.on_or_after ?? '1970-01-01T00:00:00Z');
    const found = byEdit ? records.changedFrom(since) : records.live;
    const rest = found.filter((page) => !page.deleted && keyOf(page) > after);
    const last = rest[size - 1];
    const hasMore = rest.length > size && last !== undefined;
    json(200, {
      object: 'list',
      results: rest.slice(0, size).map(pageOf),
      next_cursor: hasMore ? `c${keyOf(last)}` : null,
      has_more: hasMore,
      type: 'page_or_database',
    })(response, request);
  };
}
