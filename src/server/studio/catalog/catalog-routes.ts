import { openStudioCatalog, type CatalogDetail } from '../../../app/studio/catalog/studio-catalog.ts';
import { toBridgeError } from '../../../core/errors.ts';
import { failures } from '../../http/answer-schemas.ts';
import { takeFlash } from '../../http/flash.ts';
import { HttpError } from '../../http/http-error.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { viewerOf } from '../elements/viewer.ts';
import { idParamsSchema } from '../../ops/query-schemas.ts';
import { CATALOG_PATH } from '../paths.ts';
import { proposalSignal } from '../proposals/proposal-api.ts';
import type { StudioContext } from '../studio-context.ts';
import { catalogQueryOf, catalogQuerySchema } from './catalog-address.ts';
import { catalogPage } from './catalog-page.tsx';
import { catalogAnswer, catalogSchema, connectorAnswer, connectorSchema } from './catalog-schemas.ts';
import { connectorPage } from './connector-page.tsx';

const READ = { access: 'read' } as const;
const HTML = 'text/html; charset=utf-8';

/** The connectors of the folder, for people and programs. Everything is read-only. */
export function catalogRoutes(context: StudioContext): RouteSet {
  const studio = openStudioCatalog(context);
  const refreshProposals = refreshInBackground(context);
  const found = async (id: string): Promise<CatalogDetail> => {
    const detail = await studio.find(id);
    if (detail !== undefined) return detail;
    throw new HttpError('NOT_FOUND', `The folder of connectors has no connector ${id}.`, {
      hint: `See ${CATALOG_PATH} for the existing connectors.`,
    });
  };
  return (app, _options, done) => {
    app.get('/studio', { config: READ, schema: { hide: true } }, (_request, reply) =>
      reply.redirect(CATALOG_PATH),
    );
    app.get(
      CATALOG_PATH,
      { config: READ, schema: { hide: true, querystring: catalogQuerySchema } },
      async (request, reply) => {
        refreshProposals();
        const query = catalogQueryOf(request.query);
        const content = await studio.list(query);
        const flash = takeFlash(CATALOG_PATH, request, reply);
        const viewer = viewerOf(request.caller);
        return reply.type(HTML).send(catalogPage({ content, query, viewer, flash }));
      },
    );
    app.get(
      `${CATALOG_PATH}/:id`,
      { config: READ, schema: { hide: true, params: idParamsSchema } },
      async (request, reply) => {
        const detail = await found(request.params.id);
        const flash = takeFlash(CATALOG_PATH, request, reply);
        const viewer = viewerOf(request.caller);
        return reply.type(HTML).send(connectorPage({ detail, viewer, flash }));
      },
    );
    app.get(
      '/v1/studio/catalog',
      {
        config: READ,
        schema: {
          tags: ['studio'],
          summary: 'The connectors of the folder',
          description: 'Valid and broken files, a page at a time.',
          querystring: catalogQuerySchema,
          response: { 200: catalogSchema, ...failures() },
        },
      },
      async ({ query }) => {
        refreshProposals();
        return catalogAnswer(await studio.list(catalogQueryOf(query)));
      },
    );
    app.get(
      '/v1/studio/connectors/:id',
      {
        config: READ,
        schema: {
          tags: ['studio'],
          summary: 'One connector with the text of its file',
          description: 'The file may be broken; then its problems are those of `validate`.',
          params: idParamsSchema,
          response: { 200: connectorSchema, ...failures(404) },
        },
      },
      async ({ params }) => connectorAnswer(await found(params.id)),
    );
    done();
  };
}

/** The catalog does not wait for GitHub: the next answer has the states that this one requests. */
function refreshInBackground({ proposals, log }: Pick<StudioContext, 'proposals' | 'log'>): () => void {
  let isRunning = false;
  return () => {
    if (isRunning) return;
    isRunning = true;
    void proposals
      .refresh(proposalSignal())
      .catch((thrown: unknown) => {
        log.warn('the states of open proposals could not be requested', {
          reason: toBridgeError(thrown).message,
        });
      })
      .finally(() => {
        isRunning = false;
      });
  };
}
