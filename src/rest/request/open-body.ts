import { withDeadline } from '../../core/time/deadline.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './client.ts';

/** Sends a request whose response is read as a stream, and closes its connection. */
export class OpenBody {
  readonly #client: Pick<HttpClient, 'open'>;
  readonly #seconds: number;
  #stop = new AbortController();

  /** @param seconds the limit of the time until the body begins, and of each wait for more of it */
  constructor(client: Pick<HttpClient, 'open'>, seconds: number) {
    this.#client = client;
    this.#seconds = seconds;
  }

  /** @throws DeadlineError, and the errors of `HttpClient.open` */
  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    this.close();
    const stop = new AbortController();
    this.#stop = stop;
    const alive = AbortSignal.any([signal, stop.signal]);
    try {
      return await withDeadline(this.#seconds, signal, () => this.#client.open(request, alive));
    } catch (thrown) {
      stop.abort();
      throw thrown;
    }
  }

  /** The chunks of the body of the last response; none if it has no body. @throws DeadlineError, and the errors of the body */
  async *chunksOf({ unread }: HttpAnswer, signal: AbortSignal): AsyncGenerator<Buffer> {
    if (unread === undefined) return;
    try {
      for (;;) {
        const next = await withDeadline(this.#seconds, signal, () => unread.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      this.close();
    }
  }

  /** Closes the connection of the last response. May be called twice. */
  close(): void {
    this.#stop.abort();
  }
}
