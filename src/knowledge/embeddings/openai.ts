import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import {
  logRetries,
  withRetries,
  type Attempt,
  type Failure,
  type RetryPolicy,
  type Wait,
} from '../../core/retry.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { Clock } from '../../core/time/clock.ts';
import { DeadlineError, withDeadline } from '../../core/time/deadline.ts';
import { propertyOf } from '../../core/thrown.ts';
import { loadTokenCount } from '../chunks/tokens.ts';
import type { Embedder, Embedding } from '../embedder.ts';
import {
  EMBEDDING_REQUEST_SECONDS_MAX,
  EMBEDDING_TEXTS_MAX,
  EMBEDDING_TOKENS_MAX,
  REFUSED_TEXTS_MAX,
} from '../limits.ts';
import { answerVectors } from './answer-vectors.ts';
import { OpenAiClient, type OpenAiSettings } from './openai-client.ts';
import { failureOf } from '../../net/request-problem.ts';
import { failureProblem, refusalProblem, type EmbeddingProblem } from './problems.ts';
import { halves, requestGroups, type PendingText } from './request-groups.ts';

const MODEL = 'text-embedding-3-small';

/** A text that every embedding API accepts. It shows whether the API refuses a text or everything. */
const PROBE = 'test';

export interface OpenAiEmbedderOptions extends OpenAiSettings {
  readonly retry: RetryPolicy;
  readonly log: Logger;
  readonly redactor: Redactor;
  readonly wait: Wait;
  readonly clock: Clock;
}

/** The outcome of a request that the API understood. */
type Outcome = { readonly vectors: Float32Array[] } | { readonly divisible: EmbeddingProblem };

/** Embeds with the model text-embedding-3-small of OpenAI, or of a server with the same API. */
export class OpenAiEmbedder implements Embedder {
  readonly name = MODEL;
  readonly #options: OpenAiEmbedderOptions;
  readonly #client: OpenAiClient;
  readonly #request: string;
  /** The number of texts that this server accepts in one request; gateways accept less than the API. */
  #textsMax = EMBEDDING_TEXTS_MAX;

  /** @throws BridgeError ENVIRONMENT_INVALID for a proxy that is not a valid address */
  constructor(options: OpenAiEmbedderOptions) {
    this.#options = options;
    this.#client = new OpenAiClient(options);
    this.#request = `POST ${options.baseUrl}/embeddings`;
    options.redactor.add(options.apiKey);
  }

  /**
   * As `Embedder` has it. If the signal ends because of a time limit, the error is EMBEDDINGS_UNREACHABLE with the last problem of
   * the API; if it ends for another reason, the reason is thrown.
   */
  async embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Embedding[]> {
    const count = await loadTokenCount();
    const pending = texts.map((text, index) => ({
      index,
      // The API answers 400 for half of a surrogate pair.
      text: text.toWellFormed(),
      tokens: count(text),
    }));
    const embeddings = await this.#embedAll(pending, signal);
    return texts.map((_, index) => {
      const embedding = embeddings.get(index);
      if (embedding === undefined) throw new Error(`Text ${index} was left out.`);
      return embedding;
    });
  }

  /** Closes all connections at once. */
  async close(): Promise<void> {
    await this.#client.close();
  }

  async #embedAll(texts: readonly PendingText[], signal: AbortSignal): Promise<Map<number, Embedding>> {
    const embeddings = new Map<number, Embedding>();
    const refusals: EmbeddingProblem[] = [];
    let isProbed = false;
    // The last group is next.
    const groups = this.#divide(texts).reverse();
    for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
      if (group.length > this.#textsMax) {
        groups.push(...this.#divide(group).reverse());
        continue;
      }
      const outcome = await this.#send(
        group.map(({ text }) => text),
        signal,
      );
      if ('vectors' in outcome) {
        outcome.vectors.forEach((vector, at) => embeddings.set(group[at]?.index ?? -1, { vector }));
        continue;
      }
      const problem = outcome.divisible;
      if (problem.divisible === 'text' && !isProbed) await this.#probe(problem, signal);
      isProbed ||= problem.divisible === 'text';
      const [text] = group;
      if (group.length > 1) {
        if (problem.divisible === 'size') this.#textsMax = Math.ceil(group.length / 2);
        groups.push(...[...halves(group)].reverse());
      } else if (text !== undefined) {
        // The text alone was too long, so the number of texts was not the fault.
        if (problem.divisible === 'size') this.#textsMax = EMBEDDING_TEXTS_MAX;
        refusals.push(problem);
        embeddings.set(text.index, { refused: `${this.#request} ${problem.what}` });
        this.#requireSomeAccepted(refusals, embeddings.size, texts.length);
      }
    }
    return embeddings;
  }

  /** @throws BridgeError EMBEDDINGS_REFUSED if the API refuses texts one after the other, and has not accepted any */
  #requireSomeAccepted(refusals: readonly EmbeddingProblem[], done: number, texts: number): void {
    const [first] = refusals;
    if (first === undefined || refusals.length < done) return;
    const isEvery = refusals.length === texts && texts > 1;
    if (isEvery || refusals.length >= REFUSED_TEXTS_MAX) throw this.#error(first);
  }

  /**
   * Embeds a harmless text. If that is refused too, the fault is not in the texts.
   * @throws BridgeError EMBEDDINGS_REFUSED
   */
  async #probe(problem: EmbeddingProblem, signal: AbortSignal): Promise<void> {
    const outcome = await this.#send([PROBE], signal);
    if ('divisible' in outcome) throw this.#error(problem);
  }

  #divide(texts: readonly PendingText[]): PendingText[][] {
    return requestGroups(texts, { texts: this.#textsMax, tokens: EMBEDDING_TOKENS_MAX });
  }

  /** Sends one request until it succeeds or fails for good. */
  async #send(texts: readonly string[], signal: AbortSignal): Promise<Outcome> {
    const { retry, log, wait, clock } = this.#options;
    const now = () => clock.now();
    let last: Failure | undefined;
    let attempts = 0;
    const attempt = async (): Promise<Attempt<Outcome>> => {
      attempts++;
      const result = await this.#attempt(texts, signal);
      if (!('code' in result)) return { ok: true, value: result };
      last = failureOf(result, this.#request);
      return { ok: false, failure: last };
    };
    const onRetry = logRetries(log, { request: this.#request });
    try {
      return await withRetries(attempt, { policy: retry, wait, now, onRetry }, signal);
    } catch (thrown) {
      if (!signal.aborted || !isTimeLimit(signal.reason)) throw thrown;
      throw (
        last?.toError({ attempts, notBefore: undefined }) ?? this.#error(failureProblem(new DeadlineError()))
      );
    }
  }

  async #attempt(texts: readonly string[], signal: AbortSignal): Promise<Outcome | EmbeddingProblem> {
    const { redactor, clock } = this.#options;
    try {
      const answer = await withDeadline(
        EMBEDDING_REQUEST_SECONDS_MAX,
        signal,
        async (limited) => await this.#client.embed(MODEL, texts, limited),
      );
      if ('body' in answer) return { vectors: answerVectors(answer.body, texts.length) };
      const problem = refusalProblem(answer.refusal, (text) => redactor.redact(text), clock.now());
      return problem.divisible === undefined ? problem : { divisible: problem };
    } catch (thrown) {
      signal.throwIfAborted();
      return failureProblem(thrown);
    }
  }

  #error(problem: EmbeddingProblem): BridgeError {
    const error = failureOf(problem, this.#request).toError({ attempts: 1, notBefore: undefined });
    return error instanceof BridgeError ? error : new BridgeError(problem.code, problem.what);
  }
}

/** Whether a signal ended because of `withDeadline` or `AbortSignal.timeout`. */
function isTimeLimit(reason: unknown): boolean {
  return reason instanceof DeadlineError || propertyOf(reason, 'name') === 'TimeoutError';
}
