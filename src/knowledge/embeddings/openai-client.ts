import type { ClientOptions, OpenAI } from 'openai';
import { Client, type ClientResponse } from '../../net/client.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { readBodyStart, readWholeBody } from '../../net/response-body.ts';
import {
  EMBEDDING_ANSWER_BYTES_MAX,
  EMBEDDING_CONNECT_SECONDS,
  EMBEDDING_REQUEST_SECONDS_MAX,
  EMBEDDING_WORDS_BYTES_MAX,
} from '../limits.ts';

export interface OpenAiSettings {
  readonly apiKey: string;
  /** The base URL with its version, such as `https://api.openai.com/v1`, without a `/` at the end. */
  readonly baseUrl: string;
  readonly proxy: ProxySettings;
}

export type ApiAnswer = { readonly body: unknown } | { readonly refusal: ApiRefusal };

/** A response that is not a success. */
export interface ApiRefusal {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** The beginning of the body, which is JSON if the API itself responded. */
  readonly report: string;
}

/** What happened to one request, which the errors of the library say only in part. */
interface Exchange {
  refusal?: ApiRefusal;
  failure?: unknown;
}

/** The client of the embedding API. The library is loaded with the first request. */
export class OpenAiClient {
  readonly #settings: OpenAiSettings;
  readonly #client: Client;
  #library: Promise<typeof OpenAI> | undefined;

  /** @throws BridgeError ENVIRONMENT_INVALID for a proxy that is not a valid address */
  constructor(settings: OpenAiSettings) {
    this.#settings = settings;
    this.#client = new Client(settings.proxy, { connectMs: EMBEDDING_CONNECT_SECONDS * 1_000 });
  }

  /**
   * Sends one request without retries and without following redirects.
   * @returns the parsed body, which is not checked
   * @throws BodyError, errors of undici and zlib; SyntaxError for a body that is not valid JSON
   */
  async embed(model: string, input: readonly string[], signal: AbortSignal): Promise<ApiAnswer> {
    this.#library ??= import('openai').then((library) => library.OpenAI);
    const Library = await this.#library;
    const exchange: Exchange = {};
    const library = new Library(this.#options(exchange));
    try {
      // Without an explicit format the library decodes the answer, also if a server ignored the format and sent numbers.
      const body = await library.embeddings.create(
        { model, input: [...input], encoding_format: 'base64' },
        { signal },
      );
      return { body };
    } catch (thrown) {
      if (exchange.refusal !== undefined) return { refusal: exchange.refusal };
      throw exchange.failure ?? thrown;
    }
  }

  /** Closes all connections at once. May be called twice. */
  async close(): Promise<void> {
    await this.#client.close();
  }

  /** Every option that the library would otherwise read from the environment is given. */
  #options(exchange: Exchange): ClientOptions {
    return {
      apiKey: this.#settings.apiKey,
      baseURL: this.#settings.baseUrl,
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      logLevel: 'off',
      maxRetries: 0,
      // The caller's deadline is the same or earlier; it also covers the body.
      timeout: EMBEDDING_REQUEST_SECONDS_MAX * 1_000,
      fetch: async (url, init) => await this.#fetch(url, init, exchange),
    };
  }

  /**
   * Sends the library's request through the connections of this program, because the global `fetch` ignores proxies. The headers are
   * our own: those of the library describe this machine, and some come from the environment.
   */
  async #fetch(
    url: string | URL | Request,
    init: RequestInit | undefined,
    exchange: Exchange,
  ): Promise<Response> {
    if (typeof url !== 'string' || typeof init?.body !== 'string') throw new TypeError('Unexpected request.');
    const headers = {
      authorization: `Bearer ${this.#settings.apiKey}`,
      'content-type': 'application/json',
      accept: 'application/json',
      'accept-encoding': 'gzip',
    };
    const signal = init.signal ?? new AbortController().signal;
    try {
      const answer = await this.#client.send({ method: 'POST', url, headers, body: init.body }, signal);
      return await received(answer, exchange);
    } catch (thrown) {
      exchange.failure = thrown;
      throw thrown;
    }
  }
}

async function received({ status, header, body }: ClientResponse, exchange: Exchange): Promise<Response> {
  const encoding = header('content-encoding');
  if (status !== 200) {
    const report = await readBodyStart(body, encoding, EMBEDDING_WORDS_BYTES_MAX);
    exchange.refusal = { status, header, report: report.toString() };
    // Its status only tells the library that the request failed; a Response cannot have every status.
    return new Response(null, { status: 400 });
  }
  const bytes = await readWholeBody(body, encoding, EMBEDDING_ANSWER_BYTES_MAX, header('content-length'));
  // Some servers give JSON another type. What is not JSON cannot be parsed, whatever its type is.
  return new Response(bytes.toString(), { status, headers: { 'content-type': 'application/json' } });
}
