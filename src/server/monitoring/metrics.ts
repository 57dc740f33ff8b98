import { Type } from 'typebox';
import { failures } from '../http/answer-schemas.ts';
import type { ServerContext } from '../context.ts';
import type { RouteSet } from '../http/route-set.ts';

const pageSchema = {
  description: "Metrics in Prometheus' text format.",
  content: { 'text/plain': { schema: Type.String() } },
};

/** `/metrics`, for a key that may read. */
export function metricsRoutes({ metrics }: ServerContext): RouteSet {
  return (app, _options, done) => {
    app.get(
      '/metrics',
      {
        config: { access: 'read' },
        schema: {
          tags: ['server'],
          summary: 'Metrics for Prometheus',
          response: { 200: pageSchema, ...failures() },
        },
      },
      async (_request, reply) => {
        const { contentType, body } = await metrics.page();
        // It has a schema, and by that it would be written as a string of JSON.
        return reply.type(contentType).serializer(String).send(body);
      },
    );
    done();
  };
}
