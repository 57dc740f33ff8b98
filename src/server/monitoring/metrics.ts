import { Type } from 'typebox';
import { failures } from '../http/answer-schemas.ts';
import type { ServerContext } from '../context.ts';
import type { RouteSet } from '../http/route-set.ts';

const pageSchema = {
  description: "Metrics in Prometheus' text format.",
  content: { 'text/plain': { schema: Type.String() } },
};

/** `/metrics`, which requires a key with the right "read". */
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
        // The route has a schema, because of which the body would otherwise be serialized as a JSON string.
        return reply.type(contentType).serializer(String).send(body);
      },
    );
    done();
  };
}
