import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../app/serve/metrics.ts';

/** Counts every answered request by its route; paths without a route are one, so that nobody can make more series. */
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
