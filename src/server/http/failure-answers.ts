import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UNAVAILABLE_RETRY_AFTER_SECONDS } from '../../core/limits.ts';
import type { Logger } from '../../core/log.ts';
import type { FailureAnswer } from './answer-schemas.ts';
import { HttpError, type HttpErrorCode } from './http-error.ts';
import { failurePage } from './pages/failure-page.tsx';
import { BridgeError, INTERNAL_MESSAGE } from '../../core/errors.ts';
import { spreadRetryAfter } from '../monitoring/spread-retries.ts';
import { wantsPage } from './wants-page.ts';

/** Returns every failure in one format, as JSON or as a page, without the details that belong only in the log. */
export function answerFailures(app: FastifyInstance, log: Logger): void {
  app.setNotFoundHandler((request, reply) => {
    const error = new HttpError('NOT_FOUND', `Not found: ${request.method} ${pathOf(request)}.`);
    return answer(error, request, reply);
  });
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const error = loggedHttpError(thrown, request, log);
    return answer(error, request, reply);
  });
}

/** Maps what a route threw to a response, and logs it if the server is the cause. */
export function loggedHttpError(thrown: FastifyError, request: FastifyRequest, log: Logger): HttpError {
  const error = httpErrorOf(thrown);
  // A weak token has its own log line, once an hour and not for each request.
  if (error.status >= 500 && error.code !== 'PUSH_TOKEN_WEAK') {
    // A route that replaced an error by a general one keeps it as the cause.
    const reason = thrown instanceof HttpError && thrown.cause instanceof Error ? thrown.cause : thrown;
    const level = error.code === 'UNAVAILABLE' ? 'warn' : 'error';
    log[level](`${request.method} ${pathOf(request)} failed`, {
      request_id: request.id,
      reason: reason.message,
      stack: error.code === 'INTERNAL' ? reason.stack : undefined,
    });
  }
  return error;
}

/** Handles what the router rejects before it finds a route: a malformed path, or path segments that are too long. */
export function answerUnreadablePath(
  _thrown: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  void answer(new HttpError('BAD_REQUEST', 'The path of the request cannot be read.'), request, reply);
}

/** The JSON form of a failure. */
export function failureAnswer(error: HttpError, requestId: string): FailureAnswer {
  const { code, message, hint } = error;
  return { error: { code, message, ...(hint === undefined ? {} : { hint }) }, request_id: requestId };
}

/** Sets the status and the headers of a failure. */
export function failureHeaders(error: HttpError, reply: FastifyReply): FastifyReply {
  if (error.retryAfterSeconds !== undefined)
    reply.header('retry-after', retryAfter(error.retryAfterSeconds, error));
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer realm="gemini-sync-bridge"');
  return reply.status(error.status).header('cache-control', 'no-store');
}

function answer(error: HttpError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  failureHeaders(error, reply);
  return wantsPage(request)
    ? reply.type('text/html; charset=utf-8').send(failurePage(error, request))
    : reply.type('application/json; charset=utf-8').send(JSON.stringify(failureAnswer(error, request.id)));
}

/**
 * Rate limits by the minute end for all clients at the same moment, so their retries are spread. Other failures meet
 * each client at a different time.
 */
function retryAfter(seconds: number, { code, exactRetryAfter }: HttpError): number {
  return code === 'TOO_MANY_REQUESTS' && !exactRetryAfter ? spreadRetryAfter(seconds) : Math.ceil(seconds);
}

const OF_STATUS = new Map<number | undefined, HttpErrorCode>([
  [400, 'BAD_REQUEST'],
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
  [404, 'NOT_FOUND'],
  [409, 'CONFLICT'],
  [413, 'TOO_LARGE'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
  [429, 'TOO_MANY_REQUESTS'],
  [503, 'UNAVAILABLE'],
]);

/** Maps an error to a response. An internal error is reduced to its status, without details. */
function httpErrorOf(thrown: FastifyError): HttpError {
  if (thrown instanceof HttpError) return thrown;
  if (thrown instanceof BridgeError) {
    // Only an operator of the database can fix a full disk or a missing permission; a client can only retry later.
    return thrown.retryable || thrown.code.startsWith('STATE_')
      ? unavailable(thrown)
      : new HttpError('INTERNAL', INTERNAL_MESSAGE, { cause: thrown });
  }
  const code = OF_STATUS.get(thrown.statusCode);
  if (code === undefined) return new HttpError('INTERNAL', INTERNAL_MESSAGE, { cause: thrown });
  if (code === 'UNAVAILABLE') return unavailable(thrown);
  return new HttpError(code, thrown.message, { cause: thrown });
}

function unavailable(cause: unknown): HttpError {
  return new HttpError('UNAVAILABLE', 'The server cannot do this now.', {
    hint: 'Try again after the time in Retry-After.',
    retryAfterSeconds: UNAVAILABLE_RETRY_AFTER_SECONDS,
    cause,
  });
}

/** Removes the query, which may hold data that does not belong in a log. */
function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1).join('');
}
