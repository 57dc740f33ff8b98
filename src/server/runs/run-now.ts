import { Type } from 'typebox';
import { EXIT, EXIT_MEANINGS, EXIT_NAMES } from '../../core/exit-status.ts';
import { secretRefsOf } from '../../definitions/connector/secrets/secret-references.ts';
import { UNAVAILABLE_RETRY_AFTER_SECONDS } from '../../core/limits.ts';
import { failures } from '../http/answer-schemas.ts';
import type { ServerContext } from '../context.ts';
import { HttpError } from '../http/http-error.ts';
import type { RouteSet } from '../http/route-set.ts';
import { runParamsSchema } from '../ops/query-schemas.ts';

const connectorParams = Type.Object({
  connector_id: Type.String({ description: 'Name of the connector.', maxLength: 64 }),
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
  { additionalProperties: false, description: 'The run was started; it goes on by itself.' },
);

/** The exit statuses as `run --help` lists them. */
const EXIT_STATUSES_TEXT = EXIT_NAMES.map((name) => `${EXIT[name]}: ${EXIT_MEANINGS[name].meaning}`).join(
  '; ',
);

const logSchema = Type.Object(
  {
    run_id: Type.String(),
    connector_id: Type.String(),
    started_by: Type.String({ description: 'Id of the key that asked for it.' }),
    started_at: Type.String({ format: 'date-time' }),
    finished_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'null: in progress, or its server was killed before the run ended.',
    }),
    exit_status: Type.Union([Type.Integer(), Type.Null()], {
      description: `${EXIT_STATUSES_TEXT}; null: ended by a signal, or not yet.`,
    }),
    log: Type.String({ description: 'Its last log lines and its result, one JSON object each.' }),
  },
  { additionalProperties: false, description: 'What a run said that this server started.' },
);

/** Routes that start a run. */
export function runNowRoutes({ catalog, runStarter }: ServerContext): RouteSet {
  return (app, _options, done) => {
    app.post(
      '/v1/studio/connectors/:connector_id/run-now',
      {
        config: { access: 'operate' },
        schema: {
          tags: ['studio'],
          summary: 'Start a run now',
          description: `Starts \`gemini-sync-bridge run\` as a process of its own, on the machine of the server. If another run of the connector is in progress, this one ends with status ${EXIT.tryAgain}.`,
          params: connectorParams,
          body: orderSchema,
          response: { 202: startedSchema, ...failures(404, 413, 415) },
        },
      },
      async (request, reply) => {
        const { connector_id: connectorId } = request.params;
        const { connectors } = await catalog.current();
        const found = connectors.get(connectorId);
        if (found === undefined) {
          throw new HttpError('NOT_FOUND', `There is no connector ${connectorId} that is valid.`, {
            hint: 'Check the connectors with: gemini-sync-bridge validate',
          });
        }
        const { dry_run: dryRun = false, full = false } = request.body;
        const startedBy = request.caller?.id ?? '';
        const runId = await runStarter.start({
          connectorId,
          file: found.file,
          secretRefs: secretRefsOf(found.connector),
          dryRun,
          full,
          startedBy,
        });
        if (runId === undefined) {
          throw new HttpError(
            'TOO_MANY_REQUESTS',
            'The limit of concurrent runs started by this server is reached.',
            {
              hint: 'Wait for one of them to end.',
              retryAfterSeconds: UNAVAILABLE_RETRY_AFTER_SECONDS,
            },
          );
        }
        return reply.code(202).send({ run_id: runId });
      },
    );
    done();
  };
}

/** Routes that return the log of a run that this server started. */
export function runLogRoutes({ state }: ServerContext): RouteSet {
  return (app, _options, done) => {
    app.get(
      '/v1/ops/runs/:run_id/log',
      {
        config: { access: 'read' },
        schema: {
          tags: ['ops'],
          summary: 'What a run said that a server started',
          description: 'For a run in progress, its output until a few seconds ago.',
          params: runParamsSchema,
          response: { 200: logSchema, ...failures(404) },
        },
      },
      async ({ params }) => {
        const run = await state.startedRun(params.run_id);
        if (run === undefined) {
          throw new HttpError(
            'NOT_FOUND',
            `This server did not start a run ${params.run_id}, so it has no log of it.`,
            {
              hint: 'Check the logs of your orchestrator.',
            },
          );
        }
        return {
          run_id: run.runId,
          connector_id: run.connectorId,
          started_by: run.startedBy,
          started_at: run.startedAt,
          finished_at: run.finishedAt,
          exit_status: run.exitStatus,
          log: run.log,
        };
      },
    );
    done();
  };
}
