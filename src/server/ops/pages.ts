import type { Ops } from '../../app/ops/ops.ts';
import type { ServerContext } from '../context.ts';
import { HttpError } from '../http/http-error.ts';
import { baseUrlOf } from '../http/base-url.ts';
import { FIRST_ORDER } from './overview/connector-list.ts';
import { documentPage } from './connector/document-page.tsx';
import { connectorPage } from './connector/connector-page.tsx';
import { errorsPage } from './errors/errors-page.tsx';
import { overviewPage } from './overview/overview.tsx';
import { runPage } from './run/run-page.tsx';
import { viewerOf } from './elements/viewer.ts';
import type { RouteSet } from '../http/route-set.ts';
import { foundConnector, foundRun } from './found.ts';
import { documentQuerySchema, idParamsSchema, pageQuerySchema, runParamsSchema } from './query-schemas.ts';

type OpsContext = Pick<ServerContext, 'publicUrl' | 'catalog' | 'lookUpDocument'> & {
  readonly state: Pick<ServerContext['state'], 'startedRun'>;
};

const access = { access: 'read' } as const;
const HTML = 'text/html; charset=utf-8';

/** `/ops`: pages for people. They are read-only. */
export function opsPageRoutes(
  ops: Ops,
  { state: { startedRun }, publicUrl, catalog, lookUpDocument }: OpsContext,
): RouteSet {
  return (app, _options, done) => {
    app.get('/', { config: access, schema: { hide: true } }, (_request, reply) => reply.redirect('/ops'));
    app.get(
      '/ops',
      { config: access, schema: { hide: true, querystring: pageQuerySchema } },
      async ({ query, caller }, reply) => {
        const address = {
          status: query.status === undefined || query.status === '' ? null : query.status,
          kind: query.kind,
          runsOf: textOrNull(query.connector_id),
          windowHours: query.window_hours,
          limitRuns: query.limit_runs,
          offsetRuns: query.offset_runs,
        };
        const snapshot = await ops.snapshot({ ...address, connectorId: null });
        const sort = query.sort ?? 'state';
        const list = {
          allConnectors: query.connectors === 'all',
          find: textOrNull(query.find),
          sort,
          order: query.order ?? FIRST_ORDER[sort],
        };
        return reply.type(HTML).send(overviewPage(snapshot, { ...address, ...list }, viewerOf(caller)));
      },
    );
    app.get(
      '/ops/connectors/:id',
      { config: access, schema: { hide: true, params: idParamsSchema } },
      async (request, reply) => {
        const { id } = request.params;
        const detail = foundConnector(await ops.connector(id, baseUrlOf(request, publicUrl)), id);
        return reply.type(HTML).send(connectorPage(detail, viewerOf(request.caller)));
      },
    );
    app.get(
      '/ops/connectors/:id/document',
      // It shows who may read a document, which no other page does.
      {
        config: { access: 'operate' },
        schema: { hide: true, params: idParamsSchema, querystring: documentQuerySchema },
      },
      async ({ params: { id }, query: { doc }, caller }, reply) => {
        const entry = (await catalog.current()).connectors.get(id);
        const { connector } = foundConnector(await ops.connector(id), id);
        if (entry === undefined) throw fileNeeded(id);
        const local = connector.last_run !== null && !connector.last_run.target.includes('/');
        const report = await lookUpDocument({ ...entry, doc: doc.trim(), local });
        const page = { connectorId: id, doc, report, viewer: viewerOf(caller) };
        return reply.type(HTML).send(documentPage(page));
      },
    );
    app.get('/ops/errors', { config: access, schema: { hide: true } }, ({ caller }, reply) =>
      reply.type(HTML).send(errorsPage(viewerOf(caller))),
    );
    app.get(
      '/ops/runs/:run_id',
      { config: access, schema: { hide: true, params: runParamsSchema } },
      async ({ params, caller }, reply) => {
        const started = await startedRun(params.run_id);
        const detail = foundRun(await ops.run(params.run_id), params.run_id, started);
        return reply.type(HTML).send(runPage(detail, started, viewerOf(caller)));
      },
    );
    done();
  };
}

function fileNeeded(id: string): HttpError {
  return new HttpError('NOT_FOUND', `The folder of connectors has no valid file of ${id}.`, {
    hint: 'Documents are looked up by the settings in the file of their connector.',
  });
}

/** A form submits an empty field as an empty string. */
function textOrNull(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text.trim();
}
