import type { ErrorCode } from '../core/error-kinds.ts';
import { BridgeError } from '../core/errors.ts';
import { notBeforeWords, type Ending } from '../core/retry.ts';

/** The reason for a failed request, whether it is permanent or only for this run. */
interface RequestFailure {
  readonly code: ErrorCode;
  /** Names the request and its result, without a full stop: `GET https://api.example.com/ was answered 503`. */
  readonly message: string;
  readonly hint: string;
  /** Whether the hint also applies when the server gave a retry time, such as the advice to send fewer requests. */
  readonly lasting: boolean;
}

/**
 * Makes the error of a request that is not retried again. The error says how often the request was sent and when the server
 * accepts a retry, which is when the next run is due.
 */
export function failedRequest({ code, message, hint, lasting }: RequestFailure, ending: Ending): BridgeError {
  const { attempts, notBefore } = ending;
  const times = attempts > 1 ? `, after ${attempts} attempts` : '';
  const later = notBefore === undefined ? undefined : `Run again after ${notBefore.toISOString()}.`;
  return new BridgeError(code, `${message}${times}.${notBeforeWords(notBefore)}`, {
    hint: later === undefined ? hint : `${later}${lasting ? ` ${hint}` : ''}`,
    nextRunAfter: notBefore,
  });
}
