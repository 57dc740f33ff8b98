import type { OAuthSpec } from '../../definitions/rest/types.ts';
import type { Clock } from '../../core/time/clock.ts';
import { withDeadline } from '../../core/time/deadline.ts';
import { HTTP_REQUEST_SECONDS_DEFAULT, HTTP_WORDS_CHARACTERS_MAX, OAUTH_SKEW_SECONDS } from '../limits.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { answerProblem } from './answers.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './client.ts';
import { networkProblem, ProblemError, tokenHints, type Problem } from './problems.ts';
import { refusalIn, tokenFields, type TokenRefusal } from './token-answer.ts';

/** Provides access tokens of an API, one at a time. */
export interface TokenSource {
  /** Returns the current token or fetches a new one. Concurrent callers share one fetch. @throws ProblemError */
  token(signal: AbortSignal): Promise<string>;
  /** Discards a token that was refused. The next one is new. */
  discard(token: string): void;
}

interface Token {
  readonly text: string;
  /** The expiry by the clock's `elapsedMs`; infinite if the server sent no usable lifetime. */
  readonly staleMs: number;
}

interface OAuthPorts {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly words: DefinitionWords;
}

/** Opens a token source for OAuth client credentials (RFC 6749, 4.4). @param clientSecret the value, not its name */
export function openTokens(spec: OAuthSpec, clientSecret: string, ports: OAuthPorts): TokenSource {
  const { clock, redactor } = ports;
  redactor.add(clientSecret);
  const request = tokenRequest(spec, clientSecret, redactor);
  let current: Token | undefined;
  let fetching: Promise<Token> | undefined;
  const fetched = async (signal: AbortSignal): Promise<Token> => {
    try {
      return await fetchToken(request, ports, signal);
    } finally {
      fetching = undefined;
    }
  };
  return {
    async token(signal) {
      if (current !== undefined && clock.elapsedMs() < current.staleMs) return current.text;
      fetching ??= fetched(signal);
      current = await fetching;
      redactor.addToken(current.text);
      return current.text;
    },
    discard(token) {
      if (current?.text === token) current = undefined;
    },
  };
}

function tokenRequest(
  { tokenUrl, clientId = '', scopes, audience, clientAuthMethod }: OAuthSpec,
  clientSecret: string,
  redactor: Redactor,
): HttpRequest {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scopes !== undefined && scopes.length > 0) form.set('scope', scopes.join(' '));
  if (audience !== undefined) form.set('audience', audience);
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  if (clientAuthMethod === 'client_secret_post') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
    return { method: 'POST', url: tokenUrl, headers, body: form.toString() };
  }
  // RFC 6749, 2.3.1: both values are form-encoded first.
  const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
  const encoded = Buffer.from(pair).toString('base64');
  redactor.add(encoded);
  redactor.add(formEncoded(clientSecret));
  return {
    method: 'POST',
    url: tokenUrl,
    headers: { ...headers, authorization: `Basic ${encoded}` },
    body: form.toString(),
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

async function fetchToken(request: HttpRequest, ports: OAuthPorts, signal: AbortSignal): Promise<Token> {
  const { client, clock, redactor, words } = ports;
  const askedMs = clock.elapsedMs();
  let answer: HttpAnswer;
  try {
    answer = await withDeadline(HTTP_REQUEST_SECONDS_DEFAULT, signal, (inTime) =>
      client.send(request, inTime),
    );
  } catch (thrown) {
    signal.throwIfAborted();
    throw refused(networkProblem(thrown, words, tokenHints(words)), request);
  }
  const redact = (text: string) => redactor.redact(text);
  if (answer.status < 200 || answer.status > 299) {
    throw refused(tokenProblem(answer, answerProblem(answer, clock.now(), redact, words), words), request);
  }
  const fields = tokenFields(answer.body);
  const text = fields['access_token'];
  const refusal = typeof text === 'string' && text !== '' ? undefined : refusalIn(fields);
  if (refusal !== undefined) throw refused(errorProblem(refusal, redact, words), request);
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) {
    const problem: Problem = {
      code: 'SOURCE_ANSWER_INVALID',
      reason: 'no token',
      // The text of the response is not shown, because it may be a token under another name.
      what: `was answered without an access_token${text === undefined ? '' : ' that can be used'}`,
      hint: `Correct ${words.path}.oauth.tokenUrl; it must be the token endpoint of the provider.`,
      again: false,
    };
    throw refused(problem, request);
  }
  return { text, staleMs: askedMs + lifeMs(fields['expires_in']) };
}

const correctClient = ({ path }: DefinitionWords): string =>
  `Correct ${path}.oauth (clientId, scopes, audience, clientAuthMethod) or the secret of clientSecretRef.`;

const TEMPORARY: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

/** Some providers report an error with a success status. */
function errorProblem(
  refusal: TokenRefusal,
  redact: (text: string) => string,
  words: DefinitionWords,
): Problem {
  const { error } = refusal;
  const told = redact(refusal.words)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, HTTP_WORDS_CHARACTERS_MAX);
  return {
    // RFC 6749 and RFC 8628 define these codes for a temporarily overloaded server.
    ...(TEMPORARY.has(error)
      ? { code: 'SOURCE_UNREACHABLE', hint: 'Try again later.', again: true }
      : { code: 'SOURCE_AUTH_FAILED', hint: correctClient(words), again: false }),
    reason: 'refused',
    what: `was answered with success and an error${told === '' ? '' : `: ${told}`}`,
  };
}

/** With 400 or 401, a provider reports an unknown client; the request itself is correct. */
function tokenProblem(answer: HttpAnswer, problem: Problem, words: DefinitionWords): Problem {
  if (answer.status !== 400 && answer.status !== 401) return problem;
  return { ...problem, code: 'SOURCE_AUTH_FAILED', hint: correctClient(words) };
}

function refused(problem: Problem, { url }: HttpRequest): ProblemError {
  const { origin, pathname } = new URL(url);
  return new ProblemError({
    ...problem,
    reason: `no token: ${problem.reason}`,
    what: `was not sent, because POST ${origin}${pathname} ${problem.what}`,
  });
}

/**
 * Returns how long a token is used. Some providers omit `expires_in`, or send it as a string or as 0: then the token is used
 * until it is refused. A short-lived token is replaced after half of its lifetime, because the clock skew allowance alone would
 * make it expire at once.
 */
function lifeMs(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' && expiresIn.trim() !== '' ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return Infinity;
  return Math.max(seconds - OAUTH_SKEW_SECONDS, seconds / 2) * 1_000;
}
