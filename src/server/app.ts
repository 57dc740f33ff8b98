import { randomUUID } from 'node:crypto';
import { fastify, type FastifyInstance } from 'fastify';
import {
  HTTP_BODY_BYTES_MAX,
  HTTP_HEADERS_SECONDS_MAX,
  HTTP_IDLE_SECONDS_MAX,
  HTTP_PATH_PART_CHARACTERS_MAX,
  HTTP_REQUEST_READ_SECONDS_MAX,
} from '../core/limits.ts';
import { guardRoutes } from './access.ts';
import type { ServerContext } from './context.ts';
import { answerFailures } from './failure-answers.ts';
import { describeRoutes } from './openapi.ts';
import { logRequests } from './request-log.ts';
import { healthRoutes } from './routes/health.ts';
import { publicFileRoutes } from './routes/public-files.ts';
import { pushRoutes } from './routes/push.ts';
import { sendSecurityHeaders } from './security-headers.ts';

/** The server, with all its routes, not yet listening. */
export async function createServer(context: ServerContext): Promise<FastifyInstance> {
  const { log, version, gate, trustedProxies } = context;
  const app = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: HTTP_BODY_BYTES_MAX,
    requestTimeout: HTTP_REQUEST_READ_SECONDS_MAX * 1_000,
    keepAliveTimeout: HTTP_IDLE_SECONDS_MAX * 1_000,
    http: { headersTimeout: HTTP_HEADERS_SECONDS_MAX * 1_000 },
    forceCloseConnections: 'idle',
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    routerOptions: { maxParamLength: HTTP_PATH_PART_CHARACTERS_MAX },
    // A field that nobody declared is an error of the request, not something to drop in silence.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', allErrors: true } },
  });
  answerFailures(app, log);
  logRequests(app, log);
  await sendSecurityHeaders(app);
  guardRoutes(app, gate);
  await describeRoutes(app, version);

  await app.register(healthRoutes(context));
  await app.register(pushRoutes(context));
  await app.register(publicFileRoutes());
  return app;
}
