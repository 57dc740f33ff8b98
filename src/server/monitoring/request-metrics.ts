import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../app/serve/metrics.ts';

/** Counts every completed request by its route. Paths without a route share one series, so that clients cannot create more. */
export function measureRequests(app: FastifyInstance, metrics: Pick<Metrics, 'record'>): void {
  app.addHook('onResponse', (request, reply, done) => {
    metrics.record({
      route: request.routeOptions.url ?? '(none)',
      method: request.routeOptions.url === undefined ? 'ANY' : request.method,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1_000,
    });
    done();
  });
}
