import type { FastifyInstance, FastifyError } from 'fastify';
import type { ErrorCode } from '../../core/error-kinds.ts';
import { BridgeError } from '../../core/errors.ts';
import { PREVIEW_FAILURES } from './preview/preview-failures.ts';
import { HttpError, type HttpErrorCode } from '../http/http-error.ts';

/** Errors of use cases that are the caller's to fix; every other error is answered as on any route. */
const ANSWERS: Readonly<Partial<Record<ErrorCode, HttpErrorCode>>> = {
  ...PREVIEW_FAILURES,
  RIGHT_MISSING: 'FORBIDDEN',
  DEFINITION_UNKNOWN: 'NOT_FOUND',
  SECRET_UNKNOWN: 'NOT_FOUND',
  SECRET_IN_USE: 'CONFLICT',
  SECRET_VALUE_INVALID: 'BAD_REQUEST',
  SECRETS_KEY_MISSING: 'CONFLICT',
  SECRETS_KEY_WRONG: 'CONFLICT',
  SECRET_UNREADABLE: 'CONFLICT',
  PROPOSAL_UNKNOWN: 'NOT_FOUND',
  PROPOSAL_EMPTY: 'CONFLICT',
  PROPOSAL_CONFLICT: 'CONFLICT',
  PROPOSAL_REFUSED: 'UNUSABLE',
  PROPOSAL_BUSY: 'UNAVAILABLE',
  REPOSITORY_FILE_REFUSED: 'UNUSABLE',
  GITHUB_NOT_CONFIGURED: 'UNUSABLE',
  GITHUB_CREDENTIALS: 'BAD_GATEWAY',
  GITHUB_PERMISSION: 'BAD_GATEWAY',
  GITHUB_NOT_FOUND: 'BAD_GATEWAY',
  GITHUB_CONFLICT: 'BAD_GATEWAY',
  GITHUB_REFUSED: 'BAD_GATEWAY',
  GITHUB_UNREACHABLE: 'BAD_GATEWAY',
  GITHUB_MOVED: 'BAD_GATEWAY',
  GITHUB_LIMITED: 'UNAVAILABLE',
  DRAFT_UNKNOWN: 'NOT_FOUND',
  DRAFT_CHANGED: 'CONFLICT',
  DRAFT_REFUSED: 'UNUSABLE',
};

/** The words of a database may quote a row, and rows are never logged. */
function loggedCause(thrown: FastifyError): Error {
  if (!(thrown instanceof BridgeError) || PREVIEW_FAILURES[thrown.code] === undefined) return thrown;
  return new Error(`${thrown.code}; the author has the message, which may contain rows of the source`);
}

/** Answers errors of use cases with their message and hint, which are written for people. */
export function answerStudioFailures(app: FastifyInstance): void {
  const answerOthers = app.errorHandler;
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const code = thrown instanceof BridgeError ? ANSWERS[thrown.code] : undefined;
    if (code === undefined) {
      answerOthers(thrown, request, reply);
      return;
    }
    const { hint } = thrown instanceof BridgeError ? thrown : {};
    const error = new HttpError(code, thrown.message, {
      ...(hint !== undefined && { hint }),
      cause: loggedCause(thrown),
    });
    answerOthers(Object.assign(error, { statusCode: error.status }), request, reply);
  });
}
