import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CALLER_REQUESTS_PER_MINUTE } from '../limits.ts';
import { HttpError } from '../http/http-error.ts';
import { RequestCounts } from './request-counts.ts';

/**
 * How often the same caller may ask. Counts are of this server alone, and of the
 * `CALLERS_COUNTED_MAX` callers that asked last.
 */
interface RequestLimits {
  /** Counts a request of a known caller. @throws HttpError TOO_MANY_REQUESTS when it is one too many */
  countRequest(request: FastifyRequest): Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    limits: RequestLimits;
  }
  interface FastifyRequest {
    /** Whose requests this one counts as: a key, a session or a user. */
    countedAs: string | undefined;
  }
}

/** Makes `app.limits`. Nothing is limited by itself. */
export async function countRequests(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, { global: false, store: RequestCounts });
  app.decorateRequest('countedAs', undefined);
  const requests = app.createRateLimit({
    max: CALLER_REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request) => request.countedAs ?? request.ip,
  });
  app.decorate('limits', {
    async countRequest(request) {
      const count = await requests(request);
      if (!count.isAllowed && count.isExceeded) {
        throw tooMany(`This key may send ${count.max} requests a minute.`, count.ttlInSeconds);
      }
    },
  });
}

function tooMany(message: string, retryAfterSeconds: number): HttpError {
  const hint = 'Try again after the time in Retry-After.';
  return new HttpError('TOO_MANY_REQUESTS', message, { hint, retryAfterSeconds });
}
