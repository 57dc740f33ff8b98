import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BridgeError } from '../../core/errors.ts';
import { UNAVAILABLE_RETRY_AFTER_SECONDS } from '../../core/limits.ts';
import type { Logger } from '../../core/log.ts';
import type { FailureAnswer } from './answer-schemas.ts';
import { HttpError, type HttpErrorCode } from './http-error.ts';
import { failurePage } from './failure-page.tsx';
import { spreadRetryAfter } from '../monitoring/spread-retries.ts';
import { wantsPage } from './wants-page.ts';

/** Answers every failure in one form, as JSON or as a page, and never with what only the log may know. */
export function answerFailures(app: FastifyInstance, log: Logger): void {
  app.setNotFoundHandler((request, reply) => {
    const error = new HttpError('NOT_FOUND', `Not found: ${request.method} ${pathOf(request)}.`);
    return answer(error, request, reply);
  });
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const error = httpErrorOf(thrown);
    // A weak token is logged by itself, once an hour, and not for each request.
    if (error.status >= 500 && error.code !== 'PUSH_TOKEN_WEAK') {
      const level = error.code === 'UNAVAILABLE' ? 'warn' : 'error';
      log[level](`${request.method} ${pathOf(request)} failed`, {
        request_id: request.id,
        reason: thrown.message,
        stack: error.code === 'INTERNAL' ? thrown.stack : undefined,
      });
    }
    return answer(error, request, reply);
  });
}

/** What the router refuses before there is a route: a path that cannot be read, or parts of it that are too long. */
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

function answer(error: HttpError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.retryAfterSeconds !== undefined)
    reply.header('retry-after', retryAfter(error.retryAfterSeconds, error));
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer realm="gemini-sync-bridge"');
  reply.status(error.status).header('cache-control', 'no-store');
  return wantsPage(request)
    ? reply.type('text/html; charset=utf-8').send(failurePage(error, request.id))
    : reply.type('application/json; charset=utf-8').send(JSON.stringify(failureAnswer(error, request.id)));
}

/** What is limited by the minute ends for all clients at the same moment; any other failure meets each at a time of its own. */
function retryAfter(seconds: number, { code }: HttpError): number {
  return code === 'TOO_MANY_REQUESTS' ? spreadRetryAfter(seconds) : Math.ceil(seconds);
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

/** What an error means to the client. Of those that are not made for clients, nothing but that is said. */
function httpErrorOf(thrown: FastifyError): HttpError {
  if (thrown instanceof HttpError) return thrown;
  if (thrown instanceof BridgeError) {
    // A full disk or a lost right is for an operator of the database to mend; to a client it is a time to wait.
    return thrown.retryable || thrown.code.startsWith('STATE_')
      ? unavailable(thrown)
      : new HttpError('INTERNAL', 'The server failed to answer.', { cause: thrown });
  }
  const code = OF_STATUS.get(thrown.statusCode);
  if (code === undefined) return new HttpError('INTERNAL', 'The server failed to answer.', { cause: thrown });
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

/** Without the query, which may hold what nobody should read in a log. */
function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1).join('');
}
