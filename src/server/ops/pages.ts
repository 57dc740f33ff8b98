import type { Ops } from '../../app/ops/ops.ts';
import type { ServerContext } from '../context.ts';
import { baseUrlOf } from '../http/base-url.ts';
import { FIRST_ORDER } from './overview/connector-list.ts';
import { connectorPage } from './connector/connector-page.tsx';
import { errorsPage } from './errors/errors-page.tsx';
import { overviewPage } from './overview/overview.tsx';
import { runPage } from './run/run-page.tsx';
import type { Caller } from '../access/access.ts';
import { LOOPBACK_CALLER } from '../access/loopback-gate.ts';
import type { Viewer } from './elements/frame.tsx';
import type { RouteSet } from '../http/route-set.ts';
import { foundConnector, foundRun } from './found.ts';
import { idParamsSchema, pageQuerySchema, runParamsSchema } from './query-schemas.ts';

type OpsContext = Pick<ServerContext, 'publicUrl'> & {
  readonly state: Pick<ServerContext['state'], 'startedRun'>;
};

const access = { access: 'read' } as const;
const HTML = 'text/html; charset=utf-8';

/** `/ops`: pages for people. They are read-only. */
export function opsPageRoutes(ops: Ops, { state: { startedRun }, publicUrl }: OpsContext): RouteSet {
  return (app, _options, done) => {
    app.get('/', { config: access, schema: { hide: true } }, (_request, reply) => reply.redirect('/ops'));
    app.get(
      '/ops',
      { config: access, schema: { hide: true, querystring: pageQuerySchema } },
      async ({ query, caller }, reply) => {
        const address = {
          status: query.status === undefined || query.status === '' ? null : query.status,
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

/** A form submits an empty field as an empty string. */
function textOrNull(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text.trim();
}

/** On a server without keys, users do not log in, so they cannot log out. */
function viewerOf(caller: Caller | undefined): Viewer {
  return caller === undefined || caller.id === LOOPBACK_CALLER.id ? undefined : caller.name;
}
