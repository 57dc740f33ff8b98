import {
  confluenceCloud,
  confluenceDataCenter,
  rateLimited as confluenceLimit,
} from '../../stand-ins/rest/content/confluence.ts';
import {
  invalidCursor,
  notion,
  rateLimited as notionLimit,
  unauthorized as notionUnauthorized,
} from '../../stand-ins/rest/content/notion.ts';
import {
  failed as slackFailed,
  rateLimited as slackLimit,
  slack,
} from '../../stand-ins/rest/content/slack.ts';
import { rateLimited as wordPressLimit, wordPress } from '../../stand-ins/rest/content/wordpress.ts';
import {
  rateLimited as zendeskLimit,
  zendeskArticles,
} from '../../stand-ins/rest/content/zendesk-articles.ts';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { describeApiShape, startShape, type ApiShape } from '../../contracts/api-shape.contract.ts';
import { presetConnector } from '../../support/http/api-place.ts';
import { json } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const DATA_CENTER: ApiShape = {
  start: confluenceDataCenter,
  rateLimited: confluenceLimit,
  reads: 'whole',
  deletes: 'missing',
  connector: (origin) =>
    dataCenterConnector(
      { url: `${origin}/wiki/rest/api/content`, payload: { type: 'page', expand: EXPAND } },
      'auto_delete_missing',
    ),
};

const SHAPES: Readonly<Record<string, ApiShape>> = {
  'pages of Confluence Cloud': {
    start: confluenceCloud,
    rateLimited: confluenceLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'confluence-user': 'reader@example.com:ATATT-secret' },
    connector: (origin) =>
      presetConnector(
        'confluence-pages',
        { url: `${origin}/wiki/api/v2/pages`, pagination: { pageSize: 2 } },
        { uriTemplate: `${origin}/wiki{{ _links.webui }}` },
      ),
  },
  'pages of Confluence Data Center': DATA_CENTER,
  'changed pages of Confluence Data Center': {
    start: confluenceDataCenter,
    rateLimited: confluenceLimit,
    reads: 'changes',
    deletes: 'nothing',
    connector: (origin) =>
      dataCenterConnector(
        {
          url: `${origin}/wiki/rest/api/content/search`,
          payload: {
            cql: 'type = page and lastmodified >= ":watermark" order by lastmodified',
            expand: EXPAND,
          },
          watermarkField: 'version.when',
          watermarkFormat: '%Y-%m-%d %H:%M',
        },
        'never_delete',
      ),
  },
  'a database of Notion': {
    start: notion,
    rateLimited: notionLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'notion-token': 'ntn_secret' },
    connector: (origin) => notionConnector('notion-database', origin),
    failures: {
      'the token was revoked': { reply: notionUnauthorized, code: 'SOURCE_AUTH_FAILED' },
      'the cursor expired': { reply: invalidCursor, code: 'SOURCE_REFUSED' },
    },
  },
  'changed pages of a database of Notion': {
    start: notion,
    rateLimited: notionLimit,
    reads: 'changes',
    deletes: 'nothing',
    secrets: { 'notion-token': 'ntn_secret' },
    connector: (origin) => notionConnector('notion-database-changes', origin),
  },
  'articles of Zendesk': {
    start: zendeskArticles,
    rateLimited: zendeskLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'zendesk-agent': 'agent@example.com/token:secret' },
    connector: (origin) =>
      presetConnector('zendesk-articles', {
        url: `${origin}/api/v2/help_center/articles`,
        pagination: { pageSize: 2 },
      }),
  },
  'posts of WordPress': {
    start: wordPress,
    rateLimited: wordPressLimit,
    reads: 'whole',
    deletes: 'missing',
    connector: (origin) => wordPressConnector('wordpress-posts', origin),
    failures: {
      'the API refuses a page that its totals announce': {
        reply: json(400, { code: 'rest_invalid_param', message: 'Invalid parameter(s): page' }),
        code: 'SOURCE_REFUSED',
      },
    },
  },
  'changed posts of WordPress': {
    start: wordPress,
    rateLimited: wordPressLimit,
    reads: 'changes',
    deletes: 'nothing',
    connector: (origin) => wordPressConnector('wordpress-posts-changes', origin),
  },
  'members of a workspace of Slack': {
    start: slack,
    rateLimited: slackLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'slack-token': 'xoxb-secret' },
    failures: {
      'the cursor expired': { reply: slackFailed('invalid_cursor'), code: 'SOURCE_REFUSED' },
      'the token was revoked': { reply: slackFailed('token_revoked'), code: 'SOURCE_REFUSED' },
    },
    connector: (origin) => ({
      source: {
        url: `${origin}/api/users.list`,
        secretRef: 'slack-token',
        recordsPath: 'members',
        pagination: {
          type: 'cursor',
          cursorField: 'cursor',
          nextCursorPath: 'response_metadata.next_cursor',
          pageSizeField: 'limit',
          pageSize: 2,
        },
        changes: { deletedPath: 'deleted' },
      },
      mapping: { idField: 'id', titleField: 'real_name', contentTemplate: '{{ real_name }}' },
      deletePolicy: 'auto_delete_missing',
    }),
  },
};

/** How far before its watermark a listing of changes begins, unless a connector says otherwise. */
const LAG_SECONDS = 300;

const EXPAND =
  'body.storage,version,restrictions.read.restrictions.user,restrictions.read.restrictions.group';

function dataCenterConnector(source: object, deletePolicy: string) {
  return {
    source: {
      recordsPath: 'results',
      pagination: {
        type: 'next_url',
        nextUrlPath: '_links.next',
        nextUrlBasePath: '_links.base',
        pageSizeField: 'limit',
        pageSize: 2,
      },
      ...source,
    },
    mapping: {
      idField: 'id',
      titleField: 'title',
      contentTemplate: '{{ body.storage.value }}',
      mimeType: 'text/html',
      aclUsersField: 'restrictions.read.restrictions.user.results[].username',
      aclGroupsField: 'restrictions.read.restrictions.group.results[].name',
    },
    deletePolicy,
  };
}

function notionConnector(preset: string, origin: string) {
  return presetConnector(preset, {
    url: `${origin}/v1/databases/1429989fe8ac4effbc8f57f56486db54/query`,
    pagination: { pageSize: 2 },
  });
}

function wordPressConnector(preset: string, origin: string) {
  return presetConnector(preset, { url: `${origin}/wp-json/wp/v2/posts`, pagination: { pageSize: 2 } });
}

for (const [name, shape] of Object.entries(SHAPES)) describeApiShape(name, shape);

const servers = new RestServers();
const folders = temporaryFolders();
afterEach(() => servers.close());
afterAll(() => {
  folders.removeAll();
});

const start = (shape: Pick<ApiShape, 'start' | 'connector' | 'secrets'>) =>
  startShape(shape, servers, folders.make());

describe('pages of Confluence Data Center with restrictions', () => {
  test('are visible to the users and groups that the response names', async () => {
    const { records, place, run } = await start(DATA_CENTER);
    records.put('one', '1', '2', '3');
    await run();
    expect(place.document('3')).toMatchObject({
      acl_users: ['editor-of-3', 'mei'],
      acl_groups: ['staff'],
    });
  });
});

describe('posts of WordPress whose number of pages changes while they are read', () => {
  const WORD_PRESS = {
    start: wordPress,
    connector: (origin: string) => wordPressConnector('wordpress-posts', origin),
  };

  test('end where the API refuses the next page, and delete only posts that are gone', async () => {
    const { records, api, place, run } = await start(WORD_PRESS);
    records.put('one', '1', '2', '3', '4', '5');
    await run();
    api.reset();
    api.after(2, () => {
      records.remove('4', '5');
    });
    await run();
    api.reset();
    await run();
    expect(place.titles).toEqual({ 1: 'one', 2: 'one', 3: 'one' });
  });
});

describe('messages of a channel of Slack since a time', () => {
  test('are new messages with exact times, newest first', async () => {
    const { records, server, place, run } = await start({
      start: slack,
      secrets: { 'slack-token': 'xoxb-secret' },
      connector: (origin) => ({
        source: {
          url: `${origin}/api/conversations.history`,
          secretRef: 'slack-token',
          recordsPath: 'messages',
          payload: { channel: 'C024BE91L', oldest: ':watermark' },
          pagination: {
            type: 'cursor',
            cursorField: 'cursor',
            nextCursorPath: 'response_metadata.next_cursor',
            hasMorePath: 'has_more',
            pageSizeField: 'limit',
            pageSize: 2,
          },
          watermarkField: 'ts',
          watermarkFormat: 'epoch_seconds',
        },
        mapping: { idField: 'ts', titleField: 'text', contentTemplate: '{{ text }}' },
        deletePolicy: 'never_delete',
      }),
    });
    records.put('one', '1', '2', '3', '4', '5');
    expect((await run()).upserted).toHaveLength(5);
    records.put('two', '6');
    const ts = `${Date.UTC(2024, 0, 1 + 60) / 1_000}.000100`;
    expect(await run()).toMatchObject({ upserted: [ts], deleted: [] });
    expect(place.titles[ts]).toBe('two');
    const oldest = new URL(server.received.at(-1)?.url ?? '', 'http://x').searchParams.get('oldest');
    expect(oldest).toBe(String(Date.UTC(2024, 0, 1 + 50) / 1_000 - LAG_SECONDS));
  });
});
