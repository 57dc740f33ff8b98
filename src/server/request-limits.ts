import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CALLER_REQUESTS_PER_MINUTE, FAILED_ATTEMPTS_PER_MINUTE } from '../core/limits.ts';
import { HttpError } from './http-error.ts';

/** How often the same may ask. Counts are of this server alone, and of the 5,000 addresses and callers that asked last. */
interface RequestLimits {
  /** Whether more wrong keys came from this address lately than from somebody who mistypes. */
  guessing(request: FastifyRequest): Promise<boolean>;
  /** Counts a wrong key. */
  countFailure(request: FastifyRequest): Promise<FailureCount>;
  /** Counts a request of a known caller. @throws HttpError TOO_MANY_REQUESTS when it is one too many */
  countRequest(request: FastifyRequest): Promise<void>;
}

interface FailureCount {
  /** It is the last one that its address may send in this minute. Of all in a minute, one is. */
  readonly isLast: boolean;
  /** What to answer when it is one too many: TOO_MANY_REQUESTS. */
  readonly tooMany: HttpError | undefined;
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
  await app.register(rateLimit, { global: false });
  app.decorateRequest('countedAs', undefined);
  // By address; of IPv6 by /64, which is what one subscriber has.
  const failures = app.createRateLimit({ max: FAILED_ATTEMPTS_PER_MINUTE, timeWindow: 60_000 });
  const requests = app.createRateLimit({
    max: CALLER_REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request) => request.countedAs ?? request.ip,
  });
  app.decorate('limits', {
    async guessing(request) {
      const count = await failures(request, { increment: false });
      return !count.isAllowed && count.remaining === 0;
    },
    async countFailure(request) {
      const count = await failures(request);
      if (count.isAllowed) return { isLast: false, tooMany: undefined };
      const { isExceeded, remaining, ttlInSeconds } = count;
      const isLast = remaining === 0 && !isExceeded;
      if (!isExceeded) return { isLast, tooMany: undefined };
      return { isLast, tooMany: tooMany('Too many wrong keys came from this address.', ttlInSeconds) };
    },
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
