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
};
