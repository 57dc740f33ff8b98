import {
  gitHub,
  notFound,
  rateLimited as gitHubLimit,
  unauthorized as gitHubUnauthorized,
} from '../../stand-ins/rest/issues/github.ts';
import { gitLab, rateLimited as gitLabLimit } from '../../stand-ins/rest/issues/gitlab.ts';
import {
  expiredToken,
  jira,
  rateLimited as jiraLimit,
  TIME_ZONE,
  unauthorized as jiraUnauthorized,
} from '../../stand-ins/rest/issues/jira.ts';
import { rateLimited as ticketLimit, zendeskTickets } from '../../stand-ins/rest/issues/zendesk-tickets.ts';
import type { ApiShape } from '../../contracts/api-shape.contract.ts';
import { presetConnector } from '../../support/http/api-place.ts';

const JIRA_FAILURES: ApiShape['failures'] = {
  'the token was revoked': { reply: jiraUnauthorized, code: 'SOURCE_AUTH_FAILED' },
  'the token of the next page expired': { reply: expiredToken, code: 'SOURCE_REFUSED' },
};

export const ISSUE_SHAPES = {
  'issues of GitHub': {
    start: gitHub,
    rateLimited: gitHubLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'github-token': 'ghp_secret-of-a-reader' },
    connector: (origin) => gitHubConnector('github-issues', origin),
    failures: {
      'the token was revoked': { reply: gitHubUnauthorized, code: 'SOURCE_AUTH_FAILED' },
      'the token lost its access': { reply: notFound, code: 'SOURCE_REFUSED' },
    },
  },
  'changed issues of GitHub': {
    start: gitHub,
    rateLimited: gitHubLimit,
    reads: 'changes',
    deletes: 'nothing',
    secrets: { 'github-token': 'ghp_secret-of-a-reader' },
    connector: (origin) => gitHubConnector('github-issues-changes', origin),
  },
  'issues of GitLab': {
    start: gitLab,
    rateLimited: gitLabLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'gitlab-token': 'glpat-secret-of-a-reader' },
    connector: (origin) => gitLabConnector('gitlab-issues', origin),
  },
  'issues of GitLab by keyset': {
    start: gitLab,
    rateLimited: gitLabLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'gitlab-token': 'glpat-secret-of-a-reader' },
    connector: (origin) => gitLabConnector('gitlab-issues', origin, { payload: { pagination: 'keyset' } }),
  },
  'changed issues of GitLab': {
    start: gitLab,
    rateLimited: gitLabLimit,
    reads: 'changes',
    deletes: 'nothing',
    secrets: { 'gitlab-token': 'glpat-secret-of-a-reader' },
    connector: (origin) => gitLabConnector('gitlab-issues-changes', origin),
  },
  'issues of Jira': {
    start: jira,
    rateLimited: jiraLimit,
    reads: 'whole',
    deletes: 'missing',
    secrets: { 'jira-user': 'reader@example.com:ATATT-secret' },
    connector: (origin) => jiraConnector('jira-issues', origin),
    failures: JIRA_FAILURES,
  },
  'changed issues of Jira': {
    start: jira,
    rateLimited: jiraLimit,
    reads: 'changes',
    deletes: 'nothing',
    secrets: { 'jira-user': 'reader@example.com:ATATT-secret' },
    connector: (origin) => jiraConnector('jira-issues-changes', origin, { watermarkTimeZone: TIME_ZONE }),
    failures: JIRA_FAILURES,
  },
  'the incremental export of tickets of Zendesk': {
    start: zendeskTickets,
    rateLimited: ticketLimit,
    reads: 'changes',
    deletes: 'reported',
    connector: (origin) => ({
      source: {
        url: `${origin}/api/v2/incremental/tickets/cursor.json?start_time=0&per_page=2`,
        recordsPath: 'tickets',
        pagination: {
          type: 'cursor',
          cursorField: 'cursor',
          nextCursorPath: 'after_cursor',
          lastPagePath: 'end_of_stream',
        },
        changes: {
          deletedPath: 'status',
          deletedValues: ['deleted'],
          nextPath: 'after_cursor',
          nextField: 'cursor',
        },
      },
      mapping: { idField: 'id', titleField: 'subject', contentTemplate: '{{ description }}' },
      deletePolicy: 'auto_delete_missing',
    }),
  },
} satisfies Readonly<Record<string, ApiShape>>;

function gitHubConnector(preset: string, origin: string) {
  return presetConnector(preset, {
    url: `${origin}/repos/acme/handbook/issues`,
    pagination: { pageSize: 2 },
  });
}

function gitLabConnector(preset: string, origin: string, source: object = {}) {
  return presetConnector(preset, {
    url: `${origin}/api/v4/projects/4711/issues`,
    pagination: { pageSize: 2 },
    ...source,
  });
}

function jiraConnector(preset: string, origin: string, source: object = {}) {
  return presetConnector(
    preset,
    { url: `${origin}/rest/api/2/search/jql`, pagination: { pageSize: 2 }, ...source },
    { uriTemplate: `${origin}/browse/{{ key }}`, metadataFields: ['key', 'fields.updated'] },
  );
}
