import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifyError, FastifyReply } from 'fastify';
import { failureAnswer, failureHeaders, loggedHttpError } from '../http/failure-answers.ts';
import type { HttpError } from '../http/http-error.ts';
import type { RouteSet } from '../http/route-set.ts';
import { BATCH_BODY_BYTES_MAX } from '../limits.ts';
import { batchError, serverCannot } from './batch-error.ts';
import {
  batchAnswerSchema,
  batchBodySchema,
  batchFailures,
  batchFailureSchema,
  type BatchFailure,
} from './batch-schemas.ts';
import type { KnowledgeContext } from './knowledge-context.ts';

/** `POST /api/backoffice/rest-batch`: one page of a knowledge source. Every failure has the fields of a page too. */
export function restBatchRoutes({ batches, log, clock }: KnowledgeContext): RouteSet {
  return (app, _options, done) => {
    app.addSchema(batchFailureSchema);
    app.setErrorHandler((thrown: FastifyError, request, reply) => {
      const http = loggedHttpError(thrown, request, log);
      return sendFailure({ http, code: http.code }, NOTHING_REQUESTED, request.id, reply);
    });
    app.post(
      '/api/backoffice/rest-batch',
      {
        config: { access: 'admin' },
        bodyLimit: BATCH_BODY_BYTES_MAX,
        // Unlike the other routes, this one takes no number for a text.
        validatorCompiler: TypeBoxValidatorCompiler,
        schema: {
          tags: ['knowledge'],
          summary: 'Sync one page of a knowledge source',
          description:
            'Reads one page, and stores its chunks, its document and its cursor in one transaction. It answers within 15 s. Call it until `done`; the call after that begins the next pass. The session of a browser may call it with the form token of its page in `X-CSRF-Token`.',
          body: batchBodySchema,
          response: { 200: batchAnswerSchema, ...batchFailures },
        },
      },
      async (request, reply) => {
        const id = request.body.sourceId;
        const batch = await batches.sync(id);
        if (batch?.ok === true) {
          const { done: isDone, items, next, url, status } = batch;
          return { ok: true, done: isDone, items, next, url, status } as const;
        }
        const error = batch === undefined ? serverCannot(undefined) : batchError(batch.error, id, clock);
        log.warn('a batch of a knowledge source failed', {
          request_id: request.id,
          source: id,
          code: batch?.error.code,
          reason: batch?.error.message ?? 'It did not end in time.',
        });
        return sendFailure(error, batch ?? NOTHING_REQUESTED, request.id, reply);
      },
    );
    done();
  };
}

const NOTHING_REQUESTED = { next: null, url: null, status: null } as const;

function sendFailure(
  { http, code }: { readonly http: HttpError; readonly code: string },
  { next, url, status }: Pick<BatchFailure, 'next' | 'url' | 'status'>,
  requestId: string,
  reply: FastifyReply,
): FastifyReply {
  const { error, request_id } = failureAnswer(http, requestId);
  const failure: BatchFailure = {
    ok: false,
    done: false,
    items: 0,
    next,
    url,
    status,
    error: { ...error, code },
    request_id,
  };
  return failureHeaders(http, reply).type('application/json; charset=utf-8').send(JSON.stringify(failure));
}
