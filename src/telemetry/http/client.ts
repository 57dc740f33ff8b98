import { Readable } from 'node:stream';
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { DeadlineError } from '../../core/deadline.ts';
import { isLoopback } from '../../core/endpoint.ts';
import { TELEMETRY_ANSWER_BYTES_MAX, TELEMETRY_REQUEST_SECONDS_MAX } from '../../core/limits.ts';
import type { ProxySettings } from '../settings.ts';
import { UnansweredError } from './unanswered.ts';

export interface PostAnswer {
  readonly status: number;
  /** The beginning of a long one. */
  readonly text: string;
  readonly retryAfter: string | null;
}

/** HTTP through the proxies of this machine; the only file of telemetry that names undici. */
export class PostClient {
  readonly #dispatcher: Dispatcher;
  /** Past every proxy. */
  readonly #direct: Dispatcher;
  /** Ends connections that are not made yet, which the dispatcher leaves alone. */
  readonly #end = new AbortController();

  constructor(proxy: ProxySettings) {
    const options = {
      connect: { timeout: TELEMETRY_REQUEST_SECONDS_MAX * 1_000, signal: this.#end.signal },
      // The time limit of a request is its caller's signal, which a server that trickles cannot put off.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    this.#direct = new Agent(options);
    this.#dispatcher =
      proxy.http === undefined && proxy.https === undefined
        ? this.#direct
        : new EnvHttpProxyAgent({
            ...options,
            // Never undefined: then the library would read the environment by itself.
            httpProxy: proxy.http ?? '',
            httpsProxy: proxy.https ?? '',
            noProxy: proxy.except ?? '',
          });
  }

  /**
   * Follows no redirect and tries nothing again.
   * @throws UnansweredError when `signal` is aborted after all was sent, DeadlineError when it is aborted before; what undici
   * throws. `networkFailure` knows what it means.
   */
  async post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<PostAnswer> {
    const bytes = Buffer.from(body);
    const sending = Readable.from([bytes], { objectMode: false });
    const asking = request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers },
      // As a stream, because that is read only when there is a connection, and so tells whether it went out.
      body: sending,
      dispatcher: this.#dispatcherFor(url),
      signal,
    });
    // The library does not look at the signal before there is a connection, which may take ten seconds.
    const answer = await Promise.race([asking, aborted(signal)]).catch((thrown: unknown) => {
      throw signal.aborted && sending.readableEnded ? new UnansweredError(thrown) : thrown;
    });
    const retryAfter = answer.headers['retry-after'];
    return {
      status: answer.statusCode,
      text: await beginningOf(answer.body),
      retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
    };
  }

  /** Closes all connections at once. */
  async close(): Promise<void> {
    this.#end.abort();
    await Promise.all([this.#dispatcher.destroy(), this.#direct.destroy()]);
  }

  /** Without encryption, a token for this machine would leave it on the way to a proxy. */
  #dispatcherFor(address: string): Dispatcher {
    const url = new URL(address);
    return url.protocol === 'http:' && isLoopback(url) ? this.#direct : this.#dispatcher;
  }
}

/** Rejects when `signal` is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => {
      reject(new DeadlineError('The time for this request is over.'));
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** Leaving the loop early closes the connection, so nothing more is sent. */
async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= TELEMETRY_ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).subarray(0, TELEMETRY_ANSWER_BYTES_MAX).toString('utf8');
}
