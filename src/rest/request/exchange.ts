import type { Clock } from '../../core/time/clock.ts';
import { withDeadline } from '../../core/time/deadline.ts';
import { BridgeError } from '../../core/errors.ts';
import { HTTP_REDIRECTS_MAX } from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import type { MinuteQuota } from '../../core/time/minute-quota.ts';
import { isUtf8ButForHalves } from '../../pipeline/bytes/lone-surrogates.ts';
import { logRetries, withRetries, type Attempt, type RetryPolicy, type Wait } from '../../core/retry.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { originOf, sameOriginUrl, withoutParameter, withParameters } from './address.ts';
import { answerProblem, isHtml } from './answers.ts';
import type { Authorizer, Credentials } from './auth.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './client.ts';
import { withOwnSecrets } from './kept-place.ts';
import { failureOf, networkProblem, ProblemError, type Problem } from './problems.ts';
import { checkJson } from '../../json/check.ts';
import { JsonTextError } from '../../json/tokens.ts';
import type { Span } from '../../json/scan.ts';
import { unknownCoding } from '../../net/response-body.ts';
import { expiredPlace, type NoPage, type PageExpectation } from './page-reply.ts';
import { conditionOf } from './validator.ts';

/** One page, checked to be JSON. */
export interface PageAnswer extends Pick<HttpAnswer, 'status' | 'header'> {
  readonly bytes: Buffer;
  readonly root: Span;
  /** The final address, which links in the page are relative to. It has no secrets. */
  readonly url: string;
}

interface ExchangePorts {
  readonly client: Pick<HttpClient, 'send'>;
  readonly authorizer: Authorizer;
  /** Called with the address of every request. @throws BridgeError if nothing may be sent there */
  readonly admit: (address: string) => void;
  /** If undefined, the number of requests is not limited. */
  readonly budget: MinuteQuota | undefined;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  /** The time limit of one attempt, including its whole response. */
  readonly seconds: number;
  readonly words: DefinitionWords;
}

interface Followed {
  readonly answer: HttpAnswer;
  /** The address after redirects. */
  readonly url: string;
}

/** Requests one page from an API, with retries. */
export class Exchange {
  readonly #ports: ExchangePorts;

  constructor(ports: ExchangePorts) {
    this.#ports = ports;
  }

  /**
   * @param request without credentials
   * @throws BridgeError SOURCE_*; the reason of `signal` when aborted
   */
  async page(
    request: HttpRequest,
    signal: AbortSignal,
    expected: PageExpectation = {},
  ): Promise<PageAnswer | NoPage> {
    const { retry, wait, clock, log } = this.#ports;
    const asked = this.nameOf(request);
    return await withRetries(
      () => this.#attempt(request, asked, signal, expected),
      { policy: retry, wait, now: () => clock.now(), onRetry: logRetries(log, { request: asked }) },
      signal,
    );
  }

  /** Returns the name of a request for messages, without secrets. */
  nameOf({ method, url }: Pick<HttpRequest, 'method' | 'url'>): string {
    return this.redact(`${method} ${url}`);
  }

  redact(text: string): string {
    return this.#ports.authorizer.redactor.redact(text);
  }

  /** Whether storing a text would reveal a secret. */
  isSecretIn(text: string): boolean {
    return this.#ports.authorizer.redactor.isGivenAwayBy(text) || this.redact(text) !== text;
  }

  async #attempt(
    request: HttpRequest,
    asked: string,
    signal: AbortSignal,
    { known, endStatuses, expiredStatuses }: PageExpectation,
  ): Promise<Attempt<PageAnswer | NoPage>> {
    const { words } = this.#ports;
    const condition = known === undefined ? {} : conditionOf(known);
    const whole = { ...request, headers: { ...request.headers, ...condition } };
    try {
      const { answer, url } = await this.#authorised(whole, signal);
      // A 304 is only valid as the response to a conditional request.
      if (answer.status === 304 && known !== undefined) return { ok: true, value: 'unchanged' };
      if (endStatuses?.includes(answer.status) === true) return { ok: true, value: 'no_page' };
      if (expiredStatuses?.includes(answer.status) === true) throw expiredPlace(asked, answer.status, words);
      return { ok: true, value: this.#judged(answer, url) };
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof BridgeError) throw thrown;
      const problem = networkProblem(thrown, words);
      return { ok: false, failure: failureOf({ ...problem, what: this.redact(problem.what) }, asked) };
    }
  }

  /** A token can be revoked before it expires, so a refused one is replaced, and the request is retried once. */
  async #authorised(request: HttpRequest, signal: AbortSignal): Promise<Followed> {
    const { authorizer } = this.#ports;
    const credentials = await authorizer.authorize(signal);
    const first = await this.#followed(request, credentials, signal);
    const renewed = first.answer.status === 401 && authorizer.renew(credentials);
    return renewed ? await this.#followed(request, await authorizer.authorize(signal), signal) : first;
  }

  async #followed(request: HttpRequest, credentials: Credentials, signal: AbortSignal): Promise<Followed> {
    let { url } = request;
    for (let redirects = 0; redirects <= HTTP_REDIRECTS_MAX; redirects++) {
      const answer = await this.#sent({ ...request, url }, credentials, signal);
      const location = redirectOf(answer);
      if (location === undefined) return { answer, url };
      url = this.#redirected(request, answer.status, location, url);
    }
    throw new ProblemError({
      code: 'SOURCE_REDIRECT',
      reason: 'redirect loop',
      what: `was redirected more than ${HTTP_REDIRECTS_MAX} times, at last to ${url}`,
      hint: `Correct ${this.#ports.words.path}.url; a login page in the way also does this.`,
      again: false,
    });
  }

  #redirected({ method }: HttpRequest, status: number, location: string, url: string): string {
    const { authorizer, words } = this.#ports;
    const to = sameOriginUrl(location, url);
    const kept = method === 'GET' || status === 307 || status === 308;
    if (to !== undefined && kept) {
      const { secretParameter } = authorizer;
      // The server repeats the requested address, and the secret is added again later.
      return secretParameter === undefined ? to : withoutParameter(to, secretParameter);
    }
    throw new ProblemError({
      code: 'SOURCE_REDIRECT',
      reason: 'redirect refused',
      what:
        to === undefined
          ? `is redirected to ${originOf(location, url)}, which is another server and is sent no credentials`
          : `is redirected by a ${status}, which would make a GET of it`,
      hint: `If this is right, write the address that it redirects to in ${words.path}.url.`,
      again: false,
    });
  }

  async #sent(request: HttpRequest, credentials: Credentials, signal: AbortSignal): Promise<HttpAnswer> {
    const { client, authorizer, budget, seconds, clock, log, admit } = this.#ports;
    admit(request.url);
    await budget?.take(signal);
    const startedMs = clock.elapsedMs();
    const whole = {
      ...request,
      url: withParameters(withOwnSecrets(request.url, authorizer.secrets), credentials.query),
      headers: { ...request.headers, ...credentials.headers },
    };
    const answer = await withDeadline(seconds, signal, (inTime) => client.send(whole, inTime));
    const ms = Math.round(clock.elapsedMs() - startedMs);
    const { status, body } = answer;
    log.debug('the API answered', { request: this.nameOf(request), status, bytes: body.length, ms });
    return answer;
  }

  #judged(answer: HttpAnswer, url: string): PageAnswer {
    const { clock, words } = this.#ports;
    const { status, body: bytes, header } = answer;
    if (status < 200 || status > 299) {
      throw new ProblemError(answerProblem(answer, clock.now(), (text) => this.redact(text), words));
    }
    try {
      const root = checkJson(bytes);
      if (!isUtf8ButForHalves(bytes)) throw new ProblemError(notUtf8(words));
      return { status, bytes, root, url, header };
    } catch (thrown) {
      if (!(thrown instanceof JsonTextError)) throw thrown;
      throw new ProblemError(jsonProblem(answer, thrown, words), thrown);
    }
  }
}

function notUtf8({ path }: DefinitionWords): Problem {
  return {
    code: 'SOURCE_ANSWER_INVALID',
    reason: 'not UTF-8',
    what: 'got an answer that is not UTF-8, as JSON must be',
    hint: `Ask the API for UTF-8, for example with the header Accept-Charset in ${path}.headers.`,
    again: false,
  };
}

function redirectOf({ status, header }: HttpAnswer): string | undefined {
  return [301, 302, 303, 307, 308].includes(status) ? header('location') : undefined;
}

function jsonProblem(
  { status, body, header }: HttpAnswer,
  error: JsonTextError,
  { path }: DefinitionWords,
): Problem {
  const wrong = { code: 'SOURCE_ANSWER_INVALID', again: false } as const;
  if (body.length === 0) {
    const what = `was answered ${status} with nothing, which is not an empty list`;
    return { ...wrong, reason: 'empty answer', what, hint: `Correct ${path}.url, or ask the API for JSON.` };
  }
  if (isHtml(body.toString('utf8', 0, 1_000), header('content-type'))) {
    return {
      ...wrong,
      reason: 'HTML',
      what: `was answered ${status} with a page of HTML instead of JSON`,
      hint: `It may be a login page, a wrong ${path}.url, or a proxy: open the URL in a browser.`,
    };
  }
  const coding = unknownCoding(header('content-encoding'));
  if (coding !== undefined) {
    return {
      ...wrong,
      reason: 'unknown content coding',
      what: `got an answer that is packed as ${JSON.stringify(coding)}, which was not asked for`,
      hint: 'Something between here and the API packs its answers; check HTTPS_PROXY.',
    };
  }
  const what = `was answered ${status} with ${body.length} bytes that cannot be taken as JSON: ${error.message}`;
  // A server that fails in the middle of a response may send all of it the next time; other invalid JSON stays invalid.
  if (error.fault === 'cut') {
    return {
      code: 'SOURCE_LOST',
      reason: 'JSON cut off',
      what,
      hint: `Trying again can help; if not, ask for smaller pages with ${path}.pagination.pageSize.`,
      again: true,
    };
  }
  return { ...wrong, reason: 'no JSON', what, hint: `Let ${path}.url lead to an API that answers JSON.` };
}
