import { randomUUID } from 'node:crypto';
import { fastify, type FastifyInstance } from 'fastify';
import { openOps } from '../app/ops/ops.ts';
import {
  SERVER_BODY_BYTES_MAX,
  SERVER_HEADERS_BYTES_MAX,
  SERVER_HEADERS_SECONDS_MAX,
  SERVER_IDLE_SECONDS_MAX,
  SERVER_OVERDUE_CHECK_SECONDS,
  SERVER_PATH_PART_CHARACTERS_MAX,
  SERVER_REQUEST_READ_SECONDS_MAX,
  SERVER_STALLED_SECONDS_MAX,
} from './limits.ts';
import { guardRoutes } from './access/access.ts';
import { closeConnectionsWhenStopping } from './http/protocol/closing-connections.ts';
import { recordRefusedRequests } from './access/refused-requests.ts';
import type { ServerContext } from './context.ts';
import { answerFailures, answerUnreadablePath } from './http/failure-answers.ts';
import { continueAfterGate } from './http/protocol/expect-continue.ts';
import { describeRoutes } from './http/openapi.ts';
import { answerProtocolFailures } from './http/protocol/protocol-failures.ts';
import { logRequests } from './monitoring/request-log.ts';
import { measureRequests } from './monitoring/request-metrics.ts';
import { healthRoutes } from './monitoring/health.ts';
import { loginRoutes } from './access/login/login.ts';
import { metricsRoutes } from './monitoring/metrics.ts';
import { knowledgeRoutes } from './knowledge/knowledge-routes.ts';
import { opsApiRoutes } from './ops/api.ts';
import { opsPageRoutes } from './ops/pages.ts';
import { publicFileRoutes } from './public/public-files.ts';
import { runLogRoutes } from './runs/run-log.ts';
import { syncRoutes } from './sync/sync.ts';
import { pushRoutes } from './push/push.ts';
import { studioRoutes } from './studio/studio-routes.ts';
import { schemaProblem } from './http/schema-problem.ts';
import { sendSecurityHeaders } from './http/security-headers.ts';

/** Creates the server with all its routes. It does not listen yet. */
export async function createServer(context: ServerContext): Promise<FastifyInstance> {
  const { log, metrics, version, gate, trustedProxies } = context;
  const app = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: SERVER_BODY_BYTES_MAX,
    requestTimeout: SERVER_REQUEST_READ_SECONDS_MAX * 1_000,
    connectionTimeout: SERVER_STALLED_SECONDS_MAX * 1_000,
    keepAliveTimeout: SERVER_IDLE_SECONDS_MAX * 1_000,
    http: {
      headersTimeout: SERVER_HEADERS_SECONDS_MAX * 1_000,
      connectionsCheckingInterval: SERVER_OVERDUE_CHECK_SECONDS * 1_000,
      maxHeaderSize: SERVER_HEADERS_BYTES_MAX,
    },
    clientErrorHandler: answerProtocolFailures(log),
    forceCloseConnections: 'idle',
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    frameworkErrors: answerUnreadablePath,
    schemaErrorFormatter: schemaProblem,
    routerOptions: { maxParamLength: SERVER_PATH_PART_CHARACTERS_MAX },
    // An undeclared field is an error in the request and is not dropped silently.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', allErrors: false } },
  });
  // No header is dropped silently: SERVER_HEADERS_BYTES_MAX bounds their number.
  app.server.maxHeadersCount = 0;
  answerFailures(app, log);
  logRequests(app, log);
  measureRequests(app, metrics);
  closeConnectionsWhenStopping(app);
  await sendSecurityHeaders(app);
  await guardRoutes(app, gate);
  recordRefusedRequests(app, context.studio.refusals);
  continueAfterGate(app);
  await describeRoutes(app, version);

  await app.register(healthRoutes(context));
  await app.register(loginRoutes(context));
  await app.register(metricsRoutes(context));
  const ops = openOps({
    ...context,
    state: context.state.ops,
    otherStates: context.state.otherOps,
  });
  await app.register(opsApiRoutes(ops, context));
  await app.register(opsPageRoutes(ops, context));
  await app.register(pushRoutes(context));
  await app.register(knowledgeRoutes(context));
  await app.register(publicFileRoutes());
  await app.register(runLogRoutes(context));
  await app.register(syncRoutes(context));
  await app.register(studioRoutes({ ...context, ...context.studio, ops }));
  return app;
}
