import { readFileSync } from 'node:fs';
import type { RestSpec } from '../../definitions/rest/types.ts';
import { BridgeError } from '../../core/errors.ts';
import {
  HTTP_CONNECT_SECONDS,
  HTTP_PAGE_BYTES_MAX,
  HTTP_STREAM_BYTES_MAX,
  HTTP_WORDS_BYTES_MAX,
} from '../limits.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { Client } from '../../net/client.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { readBodyStart, readWholeBody } from '../../net/response-body.ts';
import { readBodyChunks } from '../../net/response-stream.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A response with any status. */
export interface HttpAnswer {
  readonly status: number;
  /** Returns the value of a header, given its name in lower case; several values are joined with commas, cookies with line breaks. */
  readonly header: (name: string) => string | undefined;
  /** The decompressed body. For an unsuccessful response, only its beginning is kept. */
  readonly body: Buffer;
  /** The decompressed body of a success that was requested as a stream; `body` is empty then. It can be iterated once. */
  readonly unread?: AsyncGenerator<Buffer>;
}

const NOTHING = Buffer.alloc(0);

/** An HTTP client that uses the proxies of this machine and the certificates of a definition. */
export class HttpClient {
  readonly #client: Client;

  /**
   * @throws BridgeError SOURCE_TLS for a file that cannot be read; ENVIRONMENT_INVALID for a proxy that is not a valid address
   */
  constructor(tls: RestSpec['tls'], proxy: ProxySettings, words: DefinitionWords) {
    this.#client = new Client(proxy, {
      tls: certificates(tls, words),
      connectMs: HTTP_CONNECT_SECONDS * 1_000,
    });
  }

  /**
   * Sends a request without following redirects and without retries.
   * @param signal aborts the request at any point, also while its body is read
   * @throws BodyError, or what undici throws; `networkProblem` explains both
   */
  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { status, header, body } = await this.#begin(request, signal);
    const encoding = header('content-encoding');
    const bytes = hasPage(status)
      ? await readWholeBody(body, encoding, HTTP_PAGE_BYTES_MAX)
      : await readBodyStart(body, encoding, HTTP_WORDS_BYTES_MAX);
    return { status, header, body: bytes };
  }

  /**
   * Like `send`, but leaves the body of a success unread.
   * @param signal aborts the request at any point, also while `unread` is iterated; it must be aborted if `unread` is not
   *   iterated to its end
   */
  async open(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { status, header, body } = await this.#begin(request, signal);
    const encoding = header('content-encoding');
    return hasPage(status)
      ? { status, header, body: NOTHING, unread: readBodyChunks(body, encoding, HTTP_STREAM_BYTES_MAX) }
      : { status, header, body: await readBodyStart(body, encoding, HTTP_WORDS_BYTES_MAX) };
  }

  async #begin({ method, url, headers, body }: HttpRequest, signal: AbortSignal): ReturnType<Client['send']> {
    const packable = { ...headers, 'accept-encoding': 'gzip' };
    return await this.#client.send({ method, url, headers: packable, body }, signal);
  }

  /** Closes all connections at once. May be called twice. */
  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** A success without content may announce any length and coding: those of the page that it does not send. */
function hasPage(status: number): boolean {
  return status >= 200 && status < 300 && status !== 204 && status !== 205;
}

interface Certificates {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

function certificates(tls: RestSpec['tls'], words: DefinitionWords): Certificates {
  const { caFile, certFile, keyFile } = tls ?? {};
  const read = (field: string, file: string) => readCertificate(words.at(`tls.${field}`), file);
  return {
    ...(caFile === undefined ? {} : { ca: read('caFile', caFile) }),
    ...(certFile === undefined ? {} : { cert: read('certFile', certFile) }),
    ...(keyFile === undefined ? {} : { key: read('keyFile', keyFile) }),
  };
}

function readCertificate(field: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    throw new BridgeError('SOURCE_TLS', `${field} cannot be read: ${words}.`, {
      hint: 'Check the path; it is relative to the working directory.',
      cause: thrown,
    });
  }
}
