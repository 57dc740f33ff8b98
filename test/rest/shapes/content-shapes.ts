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
import type { ApiShape } from '../../contracts/api-shape.contract.ts';
import { presetConnector } from '../../support/http/api-place.ts';
import { json } from '../../support/http/http-server.ts';

export const CONTENT_SHAPES = {
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
  'pages of each space of Confluence Cloud': {
    start: confluenceCloud,
    rateLimited: confluenceLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'confluence-user': 'reader@example.com:ATATT-secret' },
    connector: (origin) =>
      presetConnector(
        'confluence-pages',
        {
          url: `${origin}/wiki/api/v2/spaces/{{ parent.id }}/pages`,
          pagination: { pageSize: 2 },
          parents: {
            url: `${origin}/wiki/api/v2/spaces`,
            recordsPath: 'results',
            pagination: { type: 'next_url', nextUrlPath: '_links.next' },
            concurrency: 1,
          },
          parentFields: { space: 'name' },
          // A space may have exactly as many pages as one response, and then has no link.
          ignoreSigns: ['pageSize'],
        },
        {
          uriTemplate: `${origin}/wiki{{ _links.webui }}`,
          contentTemplate: '{{ space }}: {{ body.storage.value }}',
        },
      ),
  },
  'pages of Confluence Data Center': {
    start: confluenceDataCenter,
    rateLimited: confluenceLimit,
    reads: 'whole',
    deletes: 'missing',
    connector: (origin) =>
      dataCenterConnector(
        { url: `${origin}/wiki/rest/api/content`, payload: { type: 'page', expand: EXPAND } },
        'auto_delete_missing',
      ),
  },
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
} satisfies Readonly<Record<string, ApiShape>>;

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
