import { Readable } from 'node:stream';
import { request } from 'undici';
import { DeadlineError } from '../../core/deadline.ts';
import { TELEMETRY_ANSWER_BYTES_MAX, TELEMETRY_REQUEST_SECONDS_MAX } from '../../core/limits.ts';
import { Dispatchers } from '../../net/dispatchers.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { readBodyStart } from '../../net/response-body.ts';

import { UnansweredError } from './unanswered.ts';

export interface PostAnswer {
  readonly status: number;
  /** The beginning of a long one. */
  readonly text: string;
  readonly retryAfter: string | null;
}

/** HTTP through the proxies of this machine; the only file of telemetry that names undici. */
export class PostClient {
  readonly #dispatchers: Dispatchers;
  /** Ends connections that are not made yet, which the dispatcher leaves alone. */
  readonly #end = new AbortController();

  constructor(proxy: ProxySettings) {
    this.#dispatchers = new Dispatchers(proxy, {
      connectMs: TELEMETRY_REQUEST_SECONDS_MAX * 1_000,
      signal: this.#end.signal,
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
      dispatcher: this.#dispatchers.of(url),
      signal,
    });
    // The library does not look at the signal before there is a connection, which may take ten seconds.
    const answer = await Promise.race([asking, aborted(signal)]).catch((thrown: unknown) => {
      throw signal.aborted && sending.readableEnded ? new UnansweredError(thrown) : thrown;
    });
    const retryAfter = answer.headers['retry-after'];
    const encoding = answer.headers['content-encoding'];
    const coding = Array.isArray(encoding) ? encoding.join(',') : encoding;
    return {
      status: answer.statusCode,
      text: (await readBodyStart(answer.body, coding, TELEMETRY_ANSWER_BYTES_MAX)).toString('utf8'),
      retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
    };
  }

  /** Closes all connections at once. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#dispatchers.destroy();
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
