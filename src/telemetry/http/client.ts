import { Readable } from 'node:stream';
import { DeadlineError } from '../../core/time/deadline.ts';
import { TELEMETRY_ANSWER_BYTES_MAX, TELEMETRY_REQUEST_SECONDS_MAX } from '../limits.ts';
import { Client } from '../../net/client.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { readBodyStart } from '../../net/response-body.ts';
import { UnansweredError } from './unanswered.ts';

export interface PostAnswer {
  readonly status: number;
  /** The body; only its beginning if it is long. */
  readonly text: string;
  readonly retryAfter: string | null;
}

/** Posts JSON to a telemetry server, through the proxies of this machine. */
export class PostClient {
  readonly #client: Client;
  /** Aborts connection attempts, which `close` of the client does not. */
  readonly #end = new AbortController();

  constructor(proxy: ProxySettings) {
    this.#client = new Client(proxy, {
      connectMs: TELEMETRY_REQUEST_SECONDS_MAX * 1_000,
      signal: this.#end.signal,
    });
  }

  /**
   * Does not follow redirects and does not retry.
   * @throws UnansweredError when `signal` is aborted after everything was sent, DeadlineError when it is aborted before;
   *   otherwise what undici throws. `networkFailure` interprets these errors.
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
      // A stream, because its end tells whether the body was sent.
      { method: 'POST', url, headers: { ...content, ...headers }, body: sending },
      signal,
    );
    // The library ignores the signal until there is a connection, which may take ten seconds.
    const answer = await Promise.race([asking, aborted(signal)]).catch((thrown: unknown) => {
      throw signal.aborted && sending.readableEnded ? new UnansweredError(thrown) : thrown;
    });
    const { status, header, body: said } = answer;
    const text = await readBodyStart(said, header('content-encoding'), TELEMETRY_ANSWER_BYTES_MAX);
    return { status, text: text.toString('utf8'), retryAfter: header('retry-after') ?? null };
  }

  /** Closes all connections immediately. */
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
