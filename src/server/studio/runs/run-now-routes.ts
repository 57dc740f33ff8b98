import { NO_NUL } from '../../ops/query-schemas.ts';
import formbody from '@fastify/formbody';
import { Type } from 'typebox';
import { noValidConnector, runNow, type RunNowOrder } from '../../../app/studio/runs/run-now.ts';
import { EXIT } from '../../../core/exit-status.ts';
import { UNAVAILABLE_RETRY_AFTER_SECONDS } from '../../../core/limits.ts';
import { actorOf } from '../../access/actor-of.ts';
import { failures } from '../../http/answer-schemas.ts';
import { HttpError } from '../../http/http-error.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { runPath } from '../../ops/elements/addresses.ts';
import { viewerOf } from '../elements/viewer.ts';
import { idParamsSchema, runParamsSchema } from '../../ops/query-schemas.ts';
import { STUDIO_RUN_REFRESH_SECONDS } from '../../limits.ts';
import { startedPath } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';
import { runNowPage } from './run-now-page.tsx';
import { startedRunPage } from './started-run-page.tsx';

const connectorParams = Type.Object({
  connector_id: Type.String({ description: 'Name of the connector.', maxLength: 64, pattern: NO_NUL }),
});

const orderSchema = Type.Object(
  {
    dry_run: Type.Optional(Type.Boolean({ description: 'Find the changes and apply none.', default: false })),
    full: Type.Optional(
      Type.Boolean({ description: 'Read everything, whatever the checkpoint says.', default: false }),
    ),
  },
  { additionalProperties: false },
);

const startedSchema = Type.Object(
  { run_id: Type.String({ description: 'Id of the run that was started.' }) },
  { additionalProperties: false, description: 'The run was started and continues in the background.' },
);

/** A checkbox that is not checked is left out of the form. */
const formSchema = Type.Object(
  { dry_run: Type.Optional(Type.Literal('yes')), full: Type.Optional(Type.Literal('yes')) },
  { additionalProperties: false },
);

const HTML = 'text/html; charset=utf-8';
const OPERATE = { access: 'operate' } as const;

/** Starts runs. Opening the page starts nothing. */
export function runNowRoutes(context: StudioContext): RouteSet {
  const started = async (order: RunNowOrder, actor: ReturnType<typeof actorOf>): Promise<string> => {
    const runId = await runNow(order, actor, context);
    if (runId === undefined) throw tooManyRuns();
    return runId;
  };
  return (app, _options, done) => {
    if (!app.hasContentTypeParser('application/x-www-form-urlencoded')) void app.register(formbody);
    app.post(
      '/v1/studio/connectors/:connector_id/run-now',
      {
        config: OPERATE,
        schema: {
          tags: ['studio'],
          summary: 'Start a run now',
          description: `Starts \`gemini-sync-bridge run\` as a process of its own, on the machine of the server, also for a paused connector. If another run of the connector is in progress, this one ends with status ${EXIT.tryAgain}.`,
          params: connectorParams,
          body: orderSchema,
          response: { 202: startedSchema, ...failures(404, 413, 415, 429) },
        },
      },
      async (request, reply) => {
        const { dry_run: dryRun = false, full = false } = request.body;
        const order = { connectorId: request.params.connector_id, dryRun, full };
        return reply.code(202).send({ run_id: await started(order, actorOf(request)) });
      },
    );

    app.get(
      '/studio/connectors/:id/run',
      { config: OPERATE, schema: { hide: true, params: idParamsSchema } },
      async ({ params: { id }, formToken, caller }, reply) => {
        const entry = (await context.catalog.current()).connectors.get(id);
        if (entry === undefined) throw noValidConnector(id);
        const viewer = viewerOf(caller);
        const page = runNowPage({ ...entry, formToken: formToken?.value, viewer });
        return reply.type(HTML).send(page);
      },
    );

    app.post(
      '/studio/connectors/:id/run',
      { config: OPERATE, schema: { hide: true, params: idParamsSchema, body: formSchema } },
      async (request, reply) => {
        const { dry_run: dryRun, full } = request.body;
        const order = { connectorId: request.params.id, dryRun: dryRun === 'yes', full: full === 'yes' };
        const runId = await started(order, actorOf(request));
        return reply.redirect(startedPath(runId), 303);
      },
    );

    app.get(
      '/studio/runs/:run_id',
      { config: { access: 'read' }, schema: { hide: true, params: runParamsSchema } },
      async ({ params: { run_id: runId }, caller }, reply) => {
        if ((await context.ops.run(runId)) !== undefined) return reply.redirect(runPath(runId), 303);
        const run = await context.state.startedRun(runId);
        if (run === undefined) throw new HttpError('NOT_FOUND', `This server did not start a run ${runId}.`);
        // The page reloads itself without a script until the run is in Ops or has ended.
        if (run.finishedAt === null) reply.header('refresh', String(STUDIO_RUN_REFRESH_SECONDS));
        return reply.type(HTML).send(startedRunPage({ run, viewer: viewerOf(caller) }));
      },
    );
    done();
  };
}

function tooManyRuns(): HttpError {
  return new HttpError(
    'TOO_MANY_REQUESTS',
    'The limit of concurrent runs started by this server is reached.',
    { hint: 'Wait for one of them to end.', retryAfterSeconds: UNAVAILABLE_RETRY_AFTER_SECONDS },
  );
}
