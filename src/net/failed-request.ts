import { BridgeError, type ErrorCode } from '../core/errors.ts';
import { notBeforeWords, type Ending } from '../core/retry.ts';

/** Why a request failed, for good or for this run. */
interface RequestFailure {
  readonly code: ErrorCode;
  /** The request and what became of it, without a full stop: `GET https://api.example.com/ was answered 503`. */
  readonly message: string;
  readonly hint: string;
  /** Whether the hint also holds when the server named a time, as the advice to send less does. */
  readonly lasting: boolean;
}

/**
 * The error of a request that is not retried again. It says how often it was sent, and when the server wants to be asked again,
 * which is when the next run is due.
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
