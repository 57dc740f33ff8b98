import { withDeadline } from '../../core/time/deadline.ts';
import type { Clock } from '../../core/time/clock.ts';
import { HTTP_REQUEST_SECONDS_DEFAULT, HTTP_WORDS_CHARACTERS_MAX } from '../limits.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { NetworkHints } from '../../net/network-error-text.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../request/client.ts';
import type { RequestProblem } from '../../net/request-problem.ts';
import { networkProblem, ProblemError } from '../request/problems.ts';
import type { TokenRefusal } from './token-answer.ts';

export interface IssuingPorts {
  readonly client: Pick<HttpClient, 'send'>;
  /** Called with the address of every request. @throws BridgeError if nothing may be sent there */
  readonly admit: (address: string) => void;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly words: DefinitionWords;
}

/** A request for credentials, and the words of its messages. */
export interface IssuingRequest extends HttpRequest {
  /** What it is for: `token` or `session`. */
  readonly wanted: string;
  readonly hints: NetworkHints;
  /** The instruction for credentials that the server refuses. */
  readonly correction: string;
}

/**
 * Requests credentials. Redirects are not followed, because the request contains a secret.
 * @returns a response of any status
 * @throws ProblemError without a response; the errors of `admit`
 */
export async function issuingAnswer(
  request: IssuingRequest,
  { client, admit, words }: IssuingPorts,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { method, url, headers, body, hints } = request;
  admit(url);
  try {
    return await withDeadline(HTTP_REQUEST_SECONDS_DEFAULT, signal, (inTime) =>
      client.send({ method, url, headers, body }, inTime),
    );
  } catch (thrown) {
    signal.throwIfAborted();
    throw notIssued(networkProblem(thrown, words, hints), request);
  }
}

/** Returns the error of the request that needed the credentials. */
export function notIssued(problem: RequestProblem, { method, url, wanted }: IssuingRequest): ProblemError {
  const { origin, pathname } = new URL(url);
  return new ProblemError({
    ...problem,
    reason: `no ${wanted}: ${problem.reason}`,
    what: `was not sent, because ${method} ${origin}${pathname} ${problem.what}`,
  });
}

/** RFC 6749 and RFC 8628 define these codes for a temporarily overloaded server. */
const TEMPORARY: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

/** Some servers report an error with a success status. */
export function refusalProblem(
  refusal: TokenRefusal,
  { redactor }: IssuingPorts,
  { correction }: IssuingRequest,
): RequestProblem {
  const told = redactor
    .redact(refusal.words)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, HTTP_WORDS_CHARACTERS_MAX);
  return {
    ...(TEMPORARY.has(refusal.error)
      ? { code: 'SOURCE_UNREACHABLE', hint: 'Try again later.', again: true }
      : { code: 'SOURCE_AUTH_FAILED', hint: correction, again: false }),
    reason: 'refused',
    what: `was answered with success and an error${told === '' ? '' : `: ${told}`}`,
  };
}
