import { Type } from 'typebox';
import { EXIT, EXIT_MEANINGS, EXIT_NAMES } from '../../core/exit-status.ts';
import { failures } from '../http/answer-schemas.ts';
import type { ServerContext } from '../context.ts';
import { HttpError } from '../http/http-error.ts';
import type { RouteSet } from '../http/route-set.ts';
import { runParamsSchema } from '../ops/query-schemas.ts';

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
