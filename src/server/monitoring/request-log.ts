import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../core/log.ts';

/** Logs one line per completed request. The path is the route's pattern, so neither queries nor ids are logged. */
export function logRequests(app: FastifyInstance, log: Logger): void {
  app.addHook('onResponse', async (request, reply) => {
    log.debug('request', {
      request_id: request.id,
      method: request.method,
      route: request.routeOptions.url ?? '(none)',
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime),
      caller: request.caller?.id,
      address: request.ip,
    });
  });
}
