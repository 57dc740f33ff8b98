import type { Right } from '../../../src/core/secrets/access-key.ts';

/** A route of Studio, as `METHOD pattern`, with the lowest right that may use it and a path that matches it. */
export interface StudioRoute {
  readonly right: Exclude<Right, 'push'>;
  readonly path: string;
  /** A JSON body that the route accepts, or a path that leads to 404, so that a test of rights starts nothing. */
  readonly body?: object;
}

/** Every route below `/studio` and `/v1/studio`. A new route needs an entry here; the test of rights fails without it. */
export const STUDIO_ROUTES: Readonly<Record<string, StudioRoute>> = {
  'GET /studio/audit': { right: 'admin', path: '/studio/audit' },
  'GET /v1/studio/audit': { right: 'admin', path: '/v1/studio/audit' },
  'GET /v1/studio/audit.ndjson': { right: 'admin', path: '/v1/studio/audit.ndjson' },

  'GET /studio/secrets': { right: 'admin', path: '/studio/secrets' },
  'GET /studio/secrets/new': { right: 'admin', path: '/studio/secrets/new' },
  'POST /studio/secrets/new': { right: 'admin', path: '/studio/secrets/new' },
  'GET /studio/secrets/:name/edit': { right: 'admin', path: '/studio/secrets/absent/edit' },
  'POST /studio/secrets/:name/edit': { right: 'admin', path: '/studio/secrets/absent/edit' },
  'GET /studio/secrets/:name/delete': { right: 'admin', path: '/studio/secrets/absent/delete' },
  'POST /studio/secrets/:name/delete': { right: 'admin', path: '/studio/secrets/absent/delete' },
  'POST /studio/secrets/rotate': { right: 'admin', path: '/studio/secrets/rotate' },
  'GET /v1/studio/secrets': { right: 'admin', path: '/v1/studio/secrets' },
  'PUT /v1/studio/secrets/:name': {
    right: 'admin',
    path: '/v1/studio/secrets/absent',
    body: { allowed_hosts: [], allowed_connectors: [] },
  },
  'DELETE /v1/studio/secrets/:name': { right: 'admin', path: '/v1/studio/secrets/absent' },
  'POST /v1/studio/secrets/rotate': { right: 'admin', path: '/v1/studio/secrets/rotate' },

  'POST /v1/studio/connectors/:connector_id/run-now': {
    right: 'operate',
    path: '/v1/studio/connectors/absent/run-now',
    body: {},
  },

  'GET /studio': { right: 'read', path: '/studio' },
  'GET /studio/connectors': { right: 'read', path: '/studio/connectors' },
  'GET /studio/connectors/:id': { right: 'read', path: '/studio/connectors/absent' },
  'GET /studio/connectors/:id/:action/patch': {
    right: 'author',
    path: '/studio/connectors/absent/delete/patch',
  },
  'GET /studio/connectors/:id/clone': { right: 'read', path: '/studio/connectors/absent/clone' },
  'GET /studio/connectors/:id/delete': { right: 'author', path: '/studio/connectors/absent/delete' },
  'POST /studio/connectors/:id/delete': { right: 'author', path: '/studio/connectors/absent/delete' },
  'GET /studio/connectors/:id/edit': { right: 'read', path: '/studio/connectors/absent/edit' },
  'GET /studio/connectors/:id/pause': { right: 'author', path: '/studio/connectors/absent/pause' },
  'POST /studio/connectors/:id/pause': { right: 'author', path: '/studio/connectors/absent/pause' },
  'GET /studio/connectors/:id/resume': { right: 'author', path: '/studio/connectors/absent/resume' },
  'POST /studio/connectors/:id/resume': { right: 'author', path: '/studio/connectors/absent/resume' },
  'GET /studio/connectors/:id/run': { right: 'operate', path: '/studio/connectors/absent/run' },
  'POST /studio/connectors/:id/run': { right: 'operate', path: '/studio/connectors/absent/run' },
  'GET /studio/connectors/new': { right: 'author', path: '/studio/connectors/new' },
  'POST /studio/drafts': { right: 'author', path: '/studio/drafts' },
  'GET /studio/drafts/:id': { right: 'author', path: '/studio/drafts/absent' },
  'POST /studio/drafts/:id': { right: 'author', path: '/studio/drafts/absent' },
  'POST /studio/drafts/:id/discard': { right: 'author', path: '/studio/drafts/absent/discard' },
  'GET /studio/drafts/:id/patch': { right: 'author', path: '/studio/drafts/absent/patch' },
  'GET /studio/drafts/:id/preview': { right: 'author', path: '/studio/drafts/absent/preview' },
  'POST /studio/drafts/:id/preview': { right: 'author', path: '/studio/drafts/absent/preview' },
  'GET /studio/drafts/:id/propose': { right: 'author', path: '/studio/drafts/absent/propose' },
  'POST /studio/drafts/:id/propose': { right: 'author', path: '/studio/drafts/absent/propose' },
  'POST /studio/drafts/:id/resolve': { right: 'author', path: '/studio/drafts/absent/resolve' },
  'GET /studio/proposals': { right: 'read', path: '/studio/proposals' },
  'GET /studio/proposals/:id': { right: 'read', path: '/studio/proposals/absent' },
  'GET /studio/runs/:run_id': { right: 'read', path: '/studio/runs/absent' },
  'GET /v1/studio/catalog': { right: 'read', path: '/v1/studio/catalog' },
  'GET /v1/studio/connectors/:id': { right: 'read', path: '/v1/studio/connectors/absent' },
  'POST /v1/studio/connectors/counts': {
    right: 'operate',
    path: '/v1/studio/connectors/counts',
    body: { text: 'kind: Connector' },
  },
  'POST /v1/studio/connectors/diff': {
    right: 'author',
    path: '/v1/studio/connectors/diff',
    body: { draft: 'absent' },
  },
  'POST /v1/studio/connectors/preview': {
    right: 'author',
    path: '/v1/studio/connectors/preview',
    body: { text: 'kind: Connector' },
  },
  'POST /v1/studio/connectors/propose': {
    right: 'author',
    path: '/v1/studio/connectors/propose',
    body: { draft: 'absent' },
  },
  'POST /v1/studio/connectors/test': {
    right: 'author',
    path: '/v1/studio/connectors/test',
    body: { text: 'kind: Connector' },
  },
  'POST /v1/studio/connectors/validate': {
    right: 'author',
    path: '/v1/studio/connectors/validate',
    body: { text: 'kind: Connector' },
  },
  'GET /v1/studio/drafts': { right: 'author', path: '/v1/studio/drafts' },
  'POST /v1/studio/drafts': {
    right: 'author',
    path: '/v1/studio/drafts',
    body: { intent: 'edit', connector: 'absent' },
  },
  'DELETE /v1/studio/drafts/:id': { right: 'author', path: '/v1/studio/drafts/absent' },
  'GET /v1/studio/drafts/:id': { right: 'author', path: '/v1/studio/drafts/absent' },
  'PUT /v1/studio/drafts/:id': {
    right: 'author',
    path: '/v1/studio/drafts/absent',
    body: { version: 1, text: '' },
  },
  'POST /v1/studio/drafts/:id/check': {
    right: 'author',
    path: '/v1/studio/drafts/absent/check',
    body: { version: 1, text: '' },
  },
  'GET /v1/studio/proposals': { right: 'read', path: '/v1/studio/proposals' },
  'GET /v1/studio/proposals/:id': { right: 'read', path: '/v1/studio/proposals/absent' },
};
