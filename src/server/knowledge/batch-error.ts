import type { ErrorCode } from '../../core/error-kinds.ts';
import type { BridgeError } from '../../core/errors.ts';
import { UNAVAILABLE_RETRY_AFTER_SECONDS } from '../../core/limits.ts';
import type { Clock } from '../../core/time/clock.ts';
import { HttpError } from '../http/http-error.ts';
import { ERROR_MEANINGS } from '../ops/errors/error-meanings.ts';
import { SOURCES_PATH } from './paths.ts';

/** A failed batch as a response, with the code of docs/errors.md where there is one. */
export interface BatchError {
  readonly http: HttpError;
  readonly code: string;
}

const READ_ON = `Read the last error of the source at ${SOURCES_PATH}, or the log of the server.`;
const TRY_LATER = 'Try again after the time in Retry-After.';

/**
 * Only what this program says is repeated: the source and the embedding API may answer anything, and their words are for the log
 * and for the page of sources.
 */
export function batchError(error: BridgeError, id: string, clock: Pick<Clock, 'now'>): BatchError {
  const { code } = error;
  const as = (http: HttpError) => ({ http, code });
  if (code === 'KNOWLEDGE_SOURCE_UNKNOWN') {
    const http = new HttpError('NOT_FOUND', `There is no knowledge source ${id}.`, {
      hint: `See ${SOURCES_PATH} for the existing sources.`,
    });
    return { http, code: http.code };
  }
  if (code === 'LEASE_HELD' || code === 'LEASE_LOST') {
    return as(
      new HttpError('CONFLICT', 'Another batch of this source is in progress.', {
        hint: TRY_LATER,
        retryAfterSeconds: UNAVAILABLE_RETRY_AFTER_SECONDS,
        cause: error,
      }),
    );
  }
  if (code.startsWith('SOURCE_')) {
    const wait = error.nextRunAfter && secondsUntil(error.nextRunAfter, clock.now());
    return as(
      new HttpError('BAD_GATEWAY', firstSentence(code), {
        hint: READ_ON,
        cause: error,
        ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
      }),
    );
  }
  if (code.startsWith('EMBEDDINGS_')) {
    return as(
      new HttpError('UNAVAILABLE', firstSentence(code), {
        hint: READ_ON,
        retryAfterSeconds: UNAVAILABLE_RETRY_AFTER_SECONDS,
        cause: error,
      }),
    );
  }
  if (isConfiguration(code)) {
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return as(new HttpError('UNUSABLE', error.message, { ...hint, cause: error }));
  }
  if (error.retryable || code.startsWith('STATE_')) return serverCannot(error);
  const http = new HttpError('INTERNAL', 'The server failed to answer.', { cause: error });
  return { http, code: http.code };
}

/** For a batch that did not end in time, and for a state that cannot be used. */
export function serverCannot(cause: unknown): BatchError {
  const http = new HttpError('UNAVAILABLE', 'The server cannot do this now.', {
    hint: TRY_LATER,
    retryAfterSeconds: UNAVAILABLE_RETRY_AFTER_SECONDS,
    cause,
  });
  return { http, code: http.code };
}

function isConfiguration(code: ErrorCode): boolean {
  return code === 'KNOWLEDGE_SOURCE_INVALID' || code.startsWith('SECRET_') || code.startsWith('POLICY_');
}

function firstSentence(code: ErrorCode): string {
  const meaning = ERROR_MEANINGS[code];
  return `${meaning.split(/\.(?:\s|$)/, 1).join('')}.`;
}

function secondsUntil(moment: Date, now: Date): number {
  return Math.max(1, Math.ceil((moment.getTime() - now.getTime()) / 1_000));
}
