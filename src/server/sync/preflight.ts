import type { FastifyInstance } from 'fastify';

const METHODS = 'POST, OPTIONS';
/** How long a browser may keep the answer to a preflight request. */
const PREFLIGHT_SECONDS = 600;

/** Answers preflight requests of browsers; only those of the named origins are allowed to go on. */
export function preflightRoute(
  app: Pick<FastifyInstance, 'options'>,
  allowedOrigins: readonly string[],
): void {
  app.options(
    '/v1/sync',
    { config: { access: 'open' }, schema: { hide: true } },
    ({ headers: { origin } }, reply) => {
      reply.header('allow', METHODS).header('vary', 'Origin').code(204);
      if (origin !== undefined && allowedOrigins.includes(origin)) {
        reply
          .header('access-control-allow-origin', origin)
          .header('access-control-allow-methods', 'POST')
          .header('access-control-allow-headers', 'authorization, content-type')
          .header('access-control-max-age', PREFLIGHT_SECONDS);
      }
      return reply.send();
    },
  );
}
