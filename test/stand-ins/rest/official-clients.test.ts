import { afterEach, describe, expect, test } from '@jest/globals';
import { APIErrorCode, Client as NotionClient, iteratePaginatedAPI, LogLevel } from '@notionhq/client';
import { ErrorCode as SlackErrorCode, WebClient as SlackClient } from '@slack/web-api';
import type { Reply } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { ChangingRecords } from './changing-records.ts';
import { invalidCursor, notion, rateLimited as notionLimit } from './content/notion.ts';
import { failed, rateLimited as slackLimit, slack } from './content/slack.ts';

const servers = new RestServers();
afterEach(() => servers.close());

/** An API with five records, of which one was deleted. */
async function start(api: (records: ChangingRecords) => Reply): Promise<string> {
  const records = new ChangingRecords();
  records.put('one', '1', '2', '3', '4', '5');
  records.remove('4');
  return (await servers.answering(api(records))).url;
}

async function all(pages: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const page of pages) found.push(page);
  return found;
}

describe('the stand-in of Notion, read by the client of Notion', () => {
  const pagesOf = (url: string) => {
    const client = new NotionClient({
      auth: 'ntn_secret',
      baseUrl: url,
      notionVersion: '2022-06-28',
      retry: false,
      logLevel: LogLevel.ERROR,
    });
    const query = (body: { start_cursor?: string }) =>
      client.request<{ object: 'list'; results: object[]; next_cursor: string | null; has_more: boolean }>({
        path: 'databases/d/query',
        method: 'post',
        body: { ...body, page_size: 2 },
      });
    return iteratePaginatedAPI(query, {});
  };

  test('lists its pages to the end', async () => {
    const pages = await all(pagesOf(await start(notion)));
    expect(pages).toMatchObject(['1', '2', '3', '5'].map((id) => ({ object: 'page', id })));
  });

  test.each([
    ['a rate limit', notionLimit, { code: APIErrorCode.RateLimited, status: 429 }],
    ['an invalid cursor', invalidCursor, { code: APIErrorCode.ValidationError, status: 400 }],
  ])('reports %s as the API does', async (_, reply, error) => {
    await expect(all(pagesOf(await start(() => reply)))).rejects.toMatchObject(error);
  });
});

describe('the stand-in of Slack, read by the client of Slack', () => {
  const pagesOf = (url: string) => {
    const client = new SlackClient('xoxb-secret', {
      slackApiUrl: `${url}/api/`,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    });
    return client.paginate('users.list', { limit: 2 });
  };

  test('lists its members to the end, deleted ones included', async () => {
    const pages = await all(pagesOf(await start(slack)));
    const deleted = { id: '4', deleted: true };
    expect(pages).toMatchObject([
      { ok: true, members: [{ id: '1' }, { id: '2' }] },
      { ok: true, members: [{ id: '3' }, deleted] },
      { ok: true, members: [{ id: '5', deleted: false }] },
    ]);
  });

  test.each([
    ['a rate limit', slackLimit, { code: SlackErrorCode.RateLimitedError, retryAfter: 1 }],
    [
      'an invalid cursor',
      failed('invalid_cursor'),
      { code: SlackErrorCode.PlatformError, data: { error: 'invalid_cursor' } },
    ],
  ])('reports %s as the API does', async (_, reply, error) => {
    await expect(all(pagesOf(await start(() => reply)))).rejects.toMatchObject(error);
  });
});
