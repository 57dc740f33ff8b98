import type { Readable } from 'node:stream';
import { request } from 'undici';
import { Dispatchers, type DispatcherOptions } from './dispatchers.ts';
import type { ProxySettings } from './proxy.ts';

/** A complete request. */
export interface ClientRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is read only after the connection is made. */
  readonly body: string | Readable | undefined;
}

/** A response of any status, whose body has not been read yet. */
export interface ClientResponse {
  readonly status: number;
  /**
   * The value of a header, given its name in lower case. Several values are joined with commas, and those of `set-cookie`, which
   * contain commas, with line breaks.
   */
  readonly header: (name: string) => string | undefined;
  readonly body: Readable;
}

/** Sends HTTP requests through the proxies of this machine, without following redirects and without retries. */
export class Client {
  readonly #dispatchers: Dispatchers;

  /** @throws BridgeError ENVIRONMENT_INVALID for a proxy that is not an address */
  constructor(proxy: ProxySettings, options: DispatcherOptions) {
    this.#dispatchers = new Dispatchers(proxy, options);
  }

  /**
   * @param signal aborts the request at any point, also while its body is read. The library checks it only once it is
   *   connected.
   * @throws undici's errors; `networkErrorOf` translates them
   */
  async send({ method, url, headers, body }: ClientRequest, signal: AbortSignal): Promise<ClientResponse> {
    const answer = await request(url, {
      method,
      headers,
      body: body ?? null,
      dispatcher: this.#dispatchers.of(url),
      signal,
    });
    const header = (name: string) => {
      const value = answer.headers[name];
      return Array.isArray(value) ? value.join(name === 'set-cookie' ? '\n' : ', ') : value;
    };
    return { status: answer.statusCode, header, body: answer.body };
  }

  /** Closes all connections at once. May be called twice. */
  async close(): Promise<void> {
    await this.#dispatchers.destroy();
  }
}
