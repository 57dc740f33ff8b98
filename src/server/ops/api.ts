import { connectorDetailSchema } from '../../app/ops/model/connector-detail.ts';
import { runDetailSchema } from '../../app/ops/model/run-detail.ts';
import { snapshotSchema } from '../../app/ops/model/snapshot.ts';
import type { Ops } from '../../app/ops/ops.ts';
import type { ServerContext } from '../context.ts';
import { baseUrlOf } from '../http/base-url.ts';
import { failures } from '../http/answer-schemas.ts';
import type { RouteSet } from '../http/route-set.ts';
import { foundConnector, foundRun } from './found.ts';
import { idParamsSchema, runParamsSchema, snapshotQuerySchema } from './query-schemas.ts';

type OpsContext = Pick<ServerContext, 'publicUrl'> & {
  readonly state: Pick<ServerContext['state'], 'startedRun'>;
};

const access = { access: 'read' } as const;

/** `/v1/ops/…`: what the pages show, in a form for programs. */
export function opsApiRoutes(ops: Ops, { state: { startedRun }, publicUrl }: OpsContext): RouteSet {
  return (app, _options, done) => {
    app.get(
      '/v1/ops/snapshot',
      {
        config: access,
        schema: {
          tags: ['ops'],
          summary: 'How connectors, knowledge sources, apps and their runs are',
          querystring: snapshotQuerySchema,
          response: { 200: snapshotSchema, ...failures() },
        },
      },
      ({ query }) =>
        ops.snapshot({
          status: query.status ?? null,
          kind: query.kind,
          connectorId: query.connector_id ?? null,
          runsOf: null,
          windowHours: query.window_hours,
          limitRuns: query.limit_runs,
          offsetRuns: query.offset_runs,
        }),
    );
    app.get(
      '/v1/ops/connectors/:id',
      {
        config: access,
        schema: {
          tags: ['ops'],
          summary: 'What is known of a connector, and its newest runs',
          params: idParamsSchema,
          response: { 200: connectorDetailSchema, ...failures(404) },
        },
      },
      async (request) => {
        const { id } = request.params;
        return foundConnector(await ops.connector(id, baseUrlOf(request, publicUrl)), id);
      },
    );
    app.get(
      '/v1/ops/runs/:run_id',
      {
        config: access,
        schema: {
          tags: ['ops'],
          summary: 'What is known of a run',
          params: runParamsSchema,
          response: { 200: runDetailSchema, ...failures(404) },
        },
      },
      async ({ params: { run_id: runId } }) => {
        const detail = await ops.run(runId);
        return foundRun(detail, runId, detail === undefined ? await startedRun(runId) : undefined);
      },
    );
    done();
  };
}
