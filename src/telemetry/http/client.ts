import { Readable } from 'node:stream';
import { DeadlineError } from '../../core/deadline.ts';
import { TELEMETRY_ANSWER_BYTES_MAX, TELEMETRY_REQUEST_SECONDS_MAX } from '../limits.ts';
import { Client } from '../../net/client.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { readBodyStart } from '../../net/response-body.ts';
import { UnansweredError } from './unanswered.ts';

export interface PostAnswer {
  readonly status: number;
  /** The beginning of a long one. */
  readonly text: string;
  readonly retryAfter: string | null;
}

/** JSON to a server of telemetry, through the proxies of this machine. */
export class PostClient {
  readonly #client: Client;
  /** Ends connections that are not made yet, which a client leaves alone. */
  readonly #end = new AbortController();

  constructor(proxy: ProxySettings) {
    this.#client = new Client(proxy, {
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
    const content = { 'content-type': 'application/json', 'content-length': String(bytes.length) };
    const asking = this.#client.send(
      // As a stream, which tells whether it went out.
      { method: 'POST', url, headers: { ...content, ...headers }, body: sending },
      signal,
    );
    // The library does not look at the signal before there is a connection, which may take ten seconds.
    const answer = await Promise.race([asking, aborted(signal)]).catch((thrown: unknown) => {
      throw signal.aborted && sending.readableEnded ? new UnansweredError(thrown) : thrown;
    });
    const { status, header, body: said } = answer;
    const text = await readBodyStart(said, header('content-encoding'), TELEMETRY_ANSWER_BYTES_MAX);
    return { status, text: text.toString('utf8'), retryAfter: header('retry-after') ?? null };
  }

  /** Closes all connections at once. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#client.close();
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
