import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { retryAfterMs, type Wait } from '../../core/retry.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { JobSpec, RestSpec } from '../../definitions/rest/types.ts';
import { bindWatermarkTexts, type WatermarkTexts } from '../../definitions/watermark-text.ts';
import { withoutRoot } from '../../core/text/field-path.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import { eachMember, isObject } from '../../json/scan.ts';
import type { DefinitionWords } from '../definition-words.ts';
import {
  HTTP_WORDS_CHARACTERS_MAX,
  JOB_ID_CHARACTERS_MAX,
  JOB_INTERVAL_SECONDS_DEFAULT,
  JOB_TIMEOUT_SECONDS_DEFAULT,
} from '../limits.ts';
import { originOf, sameOriginUrl } from '../request/address.ts';
import type { HttpRequest } from '../request/client.ts';
import type { Exchange, PageAnswer } from '../request/exchange.ts';
import { deep } from '../request/request.ts';
import { needsJobId, requireOwnOrigin, withJobId } from './job-address.ts';

interface JobPorts {
  /** Its responses are JSON, whatever the format of the result. */
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
  readonly words: DefinitionWords;
}

/** Runs the job of one listing. Every listing starts a job of its own, because the result of an older one may be incomplete. */
export class Job {
  readonly #spec: RestSpec;
  readonly #job: JobSpec;
  readonly #ports: JobPorts;

  /** @throws BridgeError CONNECTOR_INVALID for addresses of another origin */
  constructor(spec: RestSpec, job: JobSpec, ports: JobPorts) {
    requireOwnOrigin(spec.url, job, ports.words);
    this.#spec = spec;
    this.#job = job;
    this.#ports = ports;
  }

  /**
   * Starts the job and waits until it has ended.
   * @param range the values that replace `:watermark` and `:until`
   * @returns the address of the result
   * @throws BridgeError SOURCE_*; the reason of `signal` when aborted
   */
  async run(range: WatermarkTexts, signal: AbortSignal): Promise<string> {
    const { exchange, log } = this.#ports;
    const request = this.#startRequest(range);
    const id = this.#idIn(await this.#answer(request, signal), request);
    log.info('the API started a job', id === undefined ? {} : { job: exchange.redact(id) });
    const ended = await this.#ended(id, signal);
    return this.#resultUrl(id, ended);
  }

  #startRequest({ since, until }: WatermarkTexts): HttpRequest {
    const { url, payload } = this.#job.start;
    const bound = deep(payload, (text) => bindWatermarkTexts(text, { since, until }));
    return {
      method: 'POST',
      url: bindWatermarkTexts(url, {
        since: since && encodeURIComponent(since),
        until: until && encodeURIComponent(until),
      }),
      headers: {
        ...this.#headers(),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: payload === undefined ? undefined : JSON.stringify(bound),
    };
  }

  /** Those of the listing, but the responses are JSON. */
  #headers(): Readonly<Record<string, string>> {
    const own = Object.entries(this.#spec.headers ?? {}).map(
      ([name, text]) => [name.toLowerCase(), text] as const,
    );
    return {
      'user-agent': 'gemini-sync-bridge',
      ...Object.fromEntries(own),
      accept: 'application/json',
    };
  }

  async #answer(request: HttpRequest, signal: AbortSignal): Promise<PageAnswer> {
    const answer = await this.#ports.exchange.page(request, signal);
    if (typeof answer === 'string')
      throw new Error(`A request without conditions has no response ${answer}.`);
    return answer;
  }

  /** @returns undefined if there is none and no address needs it */
  #idIn(answer: PageAnswer, request: HttpRequest): string | undefined {
    const { at } = this.#ports.words;
    const idPath = this.#job.start.idPath ?? 'id';
    const id = textAt(answer, idPath) ?? '';
    const isUsable = id !== '' && id.length <= JOB_ID_CHARACTERS_MAX && !/^\.{1,2}$/.test(id);
    if (isUsable) return id;
    if (![this.#job.poll.url, this.#spec.url].some(needsJobId)) return undefined;
    throw this.#invalid(
      `${request.method} ${request.url} was answered without the id of a job at ${idPath}`,
      `Correct ${at('job.start.idPath')}.`,
      answer,
    );
  }

  /** @returns the response that reports the complete result */
  async #ended(id: string | undefined, signal: AbortSignal): Promise<PageAnswer> {
    const { clock, wait } = this.#ports;
    const { poll } = this.#job;
    const { intervalSeconds = JOB_INTERVAL_SECONDS_DEFAULT, timeoutSeconds = JOB_TIMEOUT_SECONDS_DEFAULT } =
      poll;
    const url = id === undefined ? poll.url : withJobId(poll.url, id);
    const request = { method: 'GET', url, headers: this.#headers(), body: undefined } as const;
    const startedMs = clock.elapsedMs();
    let waitedMs = 0;
    for (;;) {
      const answer = await this.#answer(request, signal);
      const state = this.#stateIn(answer, request);
      if (poll.doneValues.includes(state)) return answer;
      if (poll.failedValues?.includes(state) === true) throw this.#failed(id, state, answer);
      const usedMs = Math.max(waitedMs, clock.elapsedMs() - startedMs);
      if (usedMs >= timeoutSeconds * 1_000) throw this.#timedOut(id, state, timeoutSeconds);
      const askedMs = retryAfterMs(answer.header('retry-after'), clock.now());
      const waitMs = Math.min(
        Math.max(intervalSeconds * 1_000, askedMs),
        Math.max(timeoutSeconds * 1_000 - usedMs, 1),
      );
      await wait(waitMs, signal);
      waitedMs += waitMs;
    }
  }

  #stateIn(answer: PageAnswer, { method, url }: HttpRequest): string {
    const { statusPath } = this.#job.poll;
    const state = textAt(answer, statusPath);
    if (state !== undefined) return state;
    throw this.#invalid(
      `${method} ${url} was answered without the state of the job at ${statusPath}`,
      `Correct ${this.#ports.words.at('job.poll.statusPath')}.`,
      answer,
    );
  }

  #resultUrl(id: string | undefined, ended: PageAnswer): string {
    const { url } = this.#spec;
    const { resultUrlPath } = this.#job;
    if (resultUrlPath === undefined) return id === undefined ? url : withJobId(url, id);
    const { at } = this.#ports.words;
    const link = textAt(ended, resultUrlPath);
    if (link === undefined || link === '') {
      throw this.#invalid(
        `The job is complete, and the response has no address of the result at ${resultUrlPath}`,
        `Correct ${at('job.resultUrlPath')}.`,
        ended,
      );
    }
    const result = sameOriginUrl(link, ended.url);
    if (result !== undefined) return result;
    throw new BridgeError(
      'SOURCE_REDIRECT',
      `The result of the job is at ${originOf(link, ended.url)}, which is another server and is sent no credentials.`,
      { hint: `Ask the API to provide the result at ${new URL(url).origin}; no request was sent elsewhere.` },
    );
  }

  #failed(id: string | undefined, state: string, answer: PageAnswer): BridgeError {
    return new BridgeError(
      'SOURCE_REFUSED',
      `The job${this.#named(id)} ended in the state ${JSON.stringify(this.#short(state))}: ${this.#wordsOf(answer)}`,
      {
        hint: 'The message quotes the API. Correct the request of the job; the next run starts another job.',
      },
    );
  }

  #timedOut(id: string | undefined, state: string, seconds: number): BridgeError {
    return new BridgeError(
      'SOURCE_TIMEOUT',
      `The job${this.#named(id)} has not ended within ${seconds} s; its state is ${JSON.stringify(this.#short(state))}.`,
      {
        hint: `Raise ${this.#ports.words.at('job.poll.timeoutSeconds')}, or correct doneValues and failedValues. The next run starts another job.`,
      },
    );
  }

  /** Only the names in the response are shown, because a value may be a signed link. */
  #invalid(what: string, hint: string, { bytes, root }: PageAnswer): BridgeError {
    const keys: string[] = [];
    if (isObject(bytes, root.start)) eachMember(bytes, root.start, (key) => keys.push(key));
    const has = this.#short(keys.join(', '));
    return new BridgeError(
      'SOURCE_ANSWER_INVALID',
      `${this.#ports.exchange.redact(what)}. It has: ${has === '' ? 'nothing' : has}.`,
      { hint },
    );
  }

  #named(id: string | undefined): string {
    return id === undefined ? '' : ` ${this.#short(id)}`;
  }

  #wordsOf({ bytes }: PageAnswer): string {
    return this.#short(bytes.toString('utf8'));
  }

  #short(text: string): string {
    const line = this.#ports.exchange
      .redact(text)
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .trim();
    return line.length > HTTP_WORDS_CHARACTERS_MAX ? `${line.slice(0, HTTP_WORDS_CHARACTERS_MAX)}…` : line;
  }
}

function textAt({ bytes, root }: PageAnswer, path: string): string | undefined {
  const value = valueAtPath(bytes, root.start, withoutRoot(path));
  return value && plainText(bytes, value);
}
