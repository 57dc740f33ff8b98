import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Static } from 'typebox';
import { requireCollections } from '../../app/sync/require-collections.ts';
import { reportedCounts, reportedDetails } from '../../app/sync/sync-report.ts';
import { BridgeError, INTERNAL_MESSAGE } from '../../core/errors.ts';
import { UNAVAILABLE_RETRY_AFTER_SECONDS } from '../../core/limits.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { ServerContext, SyncContext } from '../context.ts';
import { failures } from '../http/answer-schemas.ts';
import { HttpError } from '../http/http-error.ts';
import type { RouteSet } from '../http/route-set.ts';
import { jobAnswer } from './job-answer.ts';
import { preflightRoute } from './preflight.ts';
import { RequestWindow } from './request-window.ts';
import { jobParamsSchema, jobSchema, requestedSchema, syncBodySchema, syncedSchema } from './schemas.ts';

/** `POST /v1/sync` and `GET /v1/sync/jobs/{job_id}` */
export function syncRoutes({ sync, clock }: Pick<ServerContext, 'sync' | 'clock'>): RouteSet {
  const { service } = sync;
  const onRequest = limitOf(sync, clock);

  return (app, _options, done) => {
    const ajv = new Ajv2020({ coerceTypes: false, removeAdditional: false, allErrors: false, strict: false });
    // Unlike other routes: a number in place of a text is an error, because a wrong value may delete entities.
    app.setValidatorCompiler(({ schema }) => ajv.compile(schema));
    app.post(
      '/v1/sync',
      {
        config: { access: 'admin', bearerOnly: true },
        onRequest,
        schema: {
          tags: ['sync'],
          summary: 'Sync an app',
          description:
            'Requests a sync as a job, which a server works on, or syncs now. Equal requests that wait are one job.',
          body: syncBodySchema,
          response: { 200: syncedSchema, 202: requestedSchema, ...failures(404, 409, 413, 415) },
        },
      },
      async (request, reply) => {
        try {
          return await syncOrRequest(sync, request.body, request, reply);
        } catch (thrown) {
          throw forClient(thrown);
        }
      },
    );
    app.get(
      '/v1/sync/jobs/:job_id',
      {
        config: { access: 'admin', bearerOnly: true },
        schema: {
          tags: ['sync'],
          summary: 'The status of a requested sync',
          params: jobParamsSchema,
          response: { 200: jobSchema, ...failures(404) },
        },
      },
      async ({ params }) => {
        const request = await service.find(params.job_id).catch((thrown: unknown) => {
          throw forClient(thrown);
        });
        if (request !== undefined) return jobAnswer(request);
        throw new HttpError('NOT_FOUND', 'There is no sync job with this id.', {
          hint: 'Finished jobs are removed after some weeks. Ops and the logs have the runs of the app.',
        });
      },
    );
    preflightRoute(app, sync.allowedOrigins);
    done();
  };
}

/** Runs after the gate, so only valid keys are counted, and before the body is read. */
function limitOf({ requestsPerMinute }: SyncContext, clock: Clock): onRequestHookHandler {
  const window = new RequestWindow(requestsPerMinute, clock);
  return (request, _reply, done) => {
    const retryAfterSeconds = window.take(request.countedAs ?? request.caller?.id ?? '');
    if (retryAfterSeconds === undefined) {
      done();
      return;
    }
    throw new HttpError('TOO_MANY_REQUESTS', `This key may request ${requestsPerMinute} syncs a minute.`, {
      hint: 'Try again after the time in Retry-After. The operator of the server sets SYNC_REQUESTS_PER_MINUTE.',
      retryAfterSeconds,
      exactRetryAfter: true,
    });
  };
}

async function syncOrRequest(
  sync: SyncContext,
  {
    app_key: appKey,
    mode = 'incremental',
    collections = [],
    immediate = false,
  }: Static<typeof syncBodySchema>,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { service } = sync;
  const found = await service.findApp(appKey);
  if (found === undefined) {
    throw new HttpError('NOT_FOUND', `There is no valid app with the key ${appKey}.`, {
      hint: 'Check the apps with: gemini-sync-bridge validate',
    });
  }
  const order = { appKey, mode, collections: collections.length === 0 ? undefined : collections };
  requireCollections(found.app, order.collections);
  if (!immediate) {
    const stored = await service.request(order, request.caller?.name ?? '');
    const { id, status } = stored;
    return reply.code(202).send({ job_id: id, app_key: appKey, mode, status });
  }
  // A sync may take longer than a connection may be silent.
  request.raw.socket.setTimeout(0);
  const result = await service.sync(found, order);
  return reply.code(200).send({
    app_key: appKey,
    mode,
    ...reportedCounts(result),
    ...reportedDetails(result, (text) => sync.redact(text)),
  });
}

/** An error of a sync as a client may see it: what is wrong with the request, but not what is wrong inside. */
function forClient(thrown: unknown): unknown {
  if (!(thrown instanceof BridgeError)) return thrown;
  const { code, message, hint } = thrown;
  if (code === 'APP_COLLECTION_UNKNOWN')
    return new HttpError('BAD_REQUEST', message, hint === undefined ? {} : { hint });
  if (code === 'LEASE_HELD') {
    return new HttpError('CONFLICT', 'The app is being synced.', {
      hint: 'Try again later, or request a job with "immediate": false, which waits.',
      retryAfterSeconds: UNAVAILABLE_RETRY_AFTER_SECONDS,
    });
  }
  return thrown.retryable ? thrown : new HttpError('INTERNAL', INTERNAL_MESSAGE, { cause: thrown });
}
