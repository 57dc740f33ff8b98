import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { TELEMETRY_ANSWER_BYTES_MAX, TELEMETRY_REQUEST_SECONDS_MAX } from '../../core/limits.ts';
import type { ProxySettings } from '../settings.ts';

export interface PostAnswer {
  readonly status: number;
  /** The beginning of a long one. */
  readonly text: string;
  readonly retryAfter: string | null;
}

/** HTTP through the proxies of this machine; the only file of telemetry that names undici. */
export class PostClient {
  readonly #dispatcher: Dispatcher;
  /** Ends connections that are not made yet, which the dispatcher leaves alone. */
  readonly #end = new AbortController();

  constructor(proxy: ProxySettings) {
    const options = {
      connect: { timeout: TELEMETRY_REQUEST_SECONDS_MAX * 1_000, signal: this.#end.signal },
      // The time limit of a request is its caller's signal, which a server that trickles cannot put off.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    this.#dispatcher =
      proxy.http === undefined && proxy.https === undefined
        ? new Agent(options)
        : new EnvHttpProxyAgent({
            ...options,
            // Never undefined: then the library would read the environment by itself.
            httpProxy: proxy.http ?? '',
            httpsProxy: proxy.https ?? '',
            noProxy: proxy.except ?? '',
          });
  }

  /** Follows no redirect and tries nothing again. @throws what undici throws; `networkFailure` knows what it means. */
  async post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<PostAnswer> {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      dispatcher: this.#dispatcher,
      signal,
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
    await this.#dispatcher.destroy();
  }
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
