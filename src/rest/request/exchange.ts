import { withDeadline } from '../../core/time/deadline.ts';
import { BridgeError } from '../../core/errors.ts';
import { isUtf8ButForHalves } from '../../pipeline/bytes/lone-surrogates.ts';
import {
  logRetries,
  withRetries,
  type Attempt,
  type Failure,
  type RetryPolicy,
  type Wait,
} from '../../core/retry.ts';
import type { DecodedBody, OpenAnswer } from './answer-body.ts';
import { answerProblem, limitInSuccess } from './answers.ts';
import { AuthorizedRequests, type AuthorizedPorts, type Send } from './authorized-requests.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './client.ts';
import { OpenBody } from './open-body.ts';
import { failureOf } from '../../net/request-problem.ts';
import { networkProblem, ProblemError } from './problems.ts';
import { isLimitInSuccess, type LimitSigns } from './rate-limit.ts';
import { checkJson } from '../../json/check.ts';
import { JsonTextError } from '../../json/tokens.ts';
import { jsonProblem, notUtf8 } from './unusable-answers.ts';
import { isLimit } from './rate-limit.ts';
import { expiredPlace, type NoPage, type PageExpectation } from './page-reply.ts';
import { conditionOf, type Validator } from './validator.ts';

/** One page, checked to be JSON. */
export interface PageAnswer extends Pick<HttpAnswer, 'status' | 'header'>, DecodedBody {
  /** The final address, which links in the page are relative to. It has no secrets. */
  readonly url: string;
}

export interface ExchangePorts extends AuthorizedPorts {
  readonly client: Pick<HttpClient, 'send' | 'open'>;
  /** Converts the body of a page to JSON that is checked; undefined for a body that is JSON. @throws ProblemError */
  readonly decode?: ((answer: HttpAnswer) => Promise<DecodedBody>) | undefined;
  /** How the definition recognizes an exceeded limit. */
  readonly limitSigns?: LimitSigns | undefined;
  readonly retry: RetryPolicy;
  readonly wait: Wait;
  /** The time limit of one attempt, including its whole response. */
  readonly seconds: number;
}

/** How a request is sent, and what becomes of its response. Both are part of one attempt. */
interface Way<T> {
  readonly send: Send;
  /** Called for a response of any status. */
  readonly take: (answer: HttpAnswer, url: string) => Promise<T>;
}

/** Requests one page from an API, with retries. */
export class Exchange {
  readonly #ports: ExchangePorts;
  readonly #requests: AuthorizedRequests;

  constructor(ports: ExchangePorts) {
    this.#ports = ports;
    this.#requests = new AuthorizedRequests(ports);
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
    const { client, seconds } = this.#ports;
    const way: Way<PageAnswer> = {
      send: (whole, alive) => withDeadline(seconds, alive, (inTime) => client.send(whole, inTime)),
      take: (answer, url) => this.#judged(answer, url),
    };
    return await this.#retried(request, signal, expected, way);
  }

  /**
   * Requests a response that is read as a stream. The time limit applies to the time until its body begins, and to each wait
   * for more of it.
   * @param begin reads the beginning of the body. A failure until it returns is retried; later failures are for `errorOf`.
   * @returns undefined if the response to `known` is unchanged
   * @throws BridgeError SOURCE_*; the reason of `signal` when aborted
   */
  async open<T extends object>(
    request: HttpRequest,
    signal: AbortSignal,
    known: Validator | undefined,
    begin: (answer: OpenAnswer) => Promise<T>,
  ): Promise<T | undefined> {
    const { client, seconds } = this.#ports;
    const opened = new OpenBody(client, seconds);
    const answer = await this.#retried(
      request,
      signal,
      { known },
      {
        send: (whole, alive) => opened.send(whole, alive),
        take: async (answer, url) => {
          try {
            this.#requireSuccess(answer);
            const { status, header } = answer;
            return await begin({ status, header, url, chunks: opened.chunksOf(answer, signal) });
          } catch (thrown) {
            opened.close();
            throw thrown;
          }
        },
      },
    );
    return answer === 'unchanged' || answer === 'no_page' ? undefined : answer;
  }

  /** Returns the error of a response that failed after its beginning was used, so that it cannot be retried in this run. */
  errorOf(thrown: unknown, request: HttpRequest, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (thrown instanceof BridgeError) return thrown;
    return this.#failureOf(thrown, this.nameOf(request)).toError({ attempts: 1, notBefore: undefined });
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

  async #retried<T>(
    request: HttpRequest,
    signal: AbortSignal,
    expected: PageExpectation,
    way: Way<T>,
  ): Promise<T | NoPage> {
    const { retry, wait, clock, log } = this.#ports;
    const asked = this.nameOf(request);
    return await withRetries(
      () => this.#attempt(request, asked, signal, expected, way),
      {
        policy: retry,
        wait,
        now: () => clock.now(),
        onRetry: logRetries(log, { request: asked }),
      },
      signal,
    );
  }

  async #attempt<T>(
    request: HttpRequest,
    asked: string,
    signal: AbortSignal,
    { known, endStatuses, expiredStatuses }: PageExpectation,
    way: Way<T>,
  ): Promise<Attempt<T | NoPage>> {
    const condition = known === undefined ? {} : conditionOf(known);
    const whole = { ...request, headers: { ...request.headers, ...condition } };
    try {
      const { answer, url } = await this.#requests.send(whole, signal, way.send);
      // A 304 is only valid as the response to a conditional request.
      if (answer.status === 304 && known !== undefined) return { ok: true, value: 'unchanged' };
      if (endStatuses?.includes(answer.status) === true && !this.#isRateLimit(answer))
        return { ok: true, value: 'no_page' };
      if (expiredStatuses?.includes(answer.status) === true)
        throw expiredPlace(asked, answer.status, this.#ports.words);
      return { ok: true, value: await way.take(answer, url) };
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof BridgeError) throw thrown;
      return { ok: false, failure: this.#failureOf(thrown, asked) };
    }
  }

  #failureOf(thrown: unknown, asked: string): Failure {
    const problem = networkProblem(thrown, this.#ports.words);
    const lasting = problem.code === 'SOURCE_RATE_LIMITED';
    return failureOf({ ...problem, what: this.redact(problem.what) }, asked, lasting);
  }

  /** A rate limit says nothing about a page, whatever its status means otherwise. */
  #isRateLimit(answer: HttpAnswer): boolean {
    return answer.status === 403 && isLimit(answer, this.#ports.clock.now());
  }

  /** @throws ProblemError */
  #requireSuccess(answer: HttpAnswer): void {
    const { clock, words, limitSigns } = this.#ports;
    if (answer.status >= 200 && answer.status <= 299) return;
    throw new ProblemError(
      answerProblem(answer, clock.now(), (text) => this.redact(text), words, limitSigns),
    );
  }

  async #judged(answer: HttpAnswer, url: string): Promise<PageAnswer> {
    const { clock, words, decode, limitSigns = {} } = this.#ports;
    const redact = (text: string) => this.redact(text);
    this.#requireSuccess(answer);
    const { status, body: bytes, header } = answer;
    if (decode !== undefined) return { status, header, url, ...(await decode(answer)) };
    try {
      const root = checkJson(bytes);
      if (isLimitInSuccess(bytes, root, limitSigns)) {
        throw new ProblemError(limitInSuccess(answer, clock.now(), redact, words, limitSigns));
      }
      if (!isUtf8ButForHalves(bytes)) throw new ProblemError(notUtf8(words));
      return { status, bytes, root, url, header };
    } catch (thrown) {
      if (!(thrown instanceof JsonTextError)) throw thrown;
      throw new ProblemError(jsonProblem(answer, thrown, words), thrown);
    }
  }
}
