import { readFileSync } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import type { HttpSourceSpec } from '../../connector/types.ts';
import { BridgeError } from '../../core/errors.ts';
import { isLoopback } from '../../core/endpoint.ts';
import { HTTP_CONNECT_SECONDS, HTTP_PAGE_BYTES_MAX, HTTP_WORDS_BYTES_MAX } from '../../core/limits.ts';

/** The usual proxy variables, as the environment has them. */
export interface ProxySettings {
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** Hosts that are reached directly, with commas between them. */
  readonly except: string | undefined;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Any answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  /** The value of a header, its name in lower case; of several, all with commas between them. */
  readonly header: (name: string) => string | undefined;
  /** Unpacked. Of an answer that is no success, only the beginning. */
  readonly body: Buffer;
}

/** An answer with a body that is not read. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly problem: 'too large' | 'packed';

  constructor(problem: 'too large' | 'packed', message: string) {
    super(message);
    this.problem = problem;
  }
}

/** HTTP through the proxies of this machine, with the certificates of a connector; the only file that names undici. */
export class HttpClient {
  readonly #dispatcher: Dispatcher;
  /** Past every proxy. */
  readonly #direct: Dispatcher;

  /** @throws BridgeError SOURCE_TLS for a file that cannot be read; ENVIRONMENT_INVALID for a proxy that is no address. */
  constructor(tls: HttpSourceSpec['tls'], proxy: ProxySettings) {
    const files = certificates(tls);
    this.#direct = new Agent(optionsWith(files));
    this.#dispatcher = openProxied(files, proxy) ?? this.#direct;
  }

  /**
   * Follows no redirect and tries nothing again.
   * @param signal ends the request at any point, also while its body is read
   * @throws BodyError, or what undici throws; `networkProblem` knows what it means
   */
  async send({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await request(url, {
      method,
      headers: { ...headers, 'accept-encoding': 'gzip' },
      body: body ?? null,
      dispatcher: this.#dispatcherFor(url),
      signal,
    });
    const { statusCode: status } = answer;
    const header = (name: string) => {
      const value = answer.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    const success = status >= 200 && status < 300;
    const unpacked = unpack(answer.body, header('content-encoding'));
    return { status, header, body: await (success ? readWhole(unpacked) : readStart(unpacked)) };
  }

  /** Closes all connections at once. May be called twice. */
  async close(): Promise<void> {
    await Promise.all([this.#dispatcher.destroy(), this.#direct.destroy()]);
  }

  /** Without encryption, a request to this machine would carry its credentials off the machine on the way to a proxy. */
  #dispatcherFor(address: string): Dispatcher {
    const url = new URL(address);
    return url.protocol === 'http:' && isLoopback(url) ? this.#direct : this.#dispatcher;
  }
}

interface Certificates {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

function certificates(tls: HttpSourceSpec['tls']): Certificates {
  const { caFile, certFile, keyFile } = tls ?? {};
  return {
    ...(caFile === undefined ? {} : { ca: read('caFile', caFile) }),
    ...(certFile === undefined ? {} : { cert: read('certFile', certFile) }),
    ...(keyFile === undefined ? {} : { key: read('keyFile', keyFile) }),
  };
}

function read(field: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    throw new BridgeError('SOURCE_TLS', `source.tls.${field} cannot be read: ${words}.`, {
      hint: 'Check the path; it is relative to the working directory.',
      cause: thrown,
    });
  }
}

function optionsWith(tls: Certificates): Agent.Options {
  return {
    connect: { ...tls, timeout: HTTP_CONNECT_SECONDS * 1_000 },
    // The time limit of a request is its caller's signal, which a server that trickles cannot put off.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

/** @returns undefined without a proxy */
function openProxied(files: Certificates, proxy: ProxySettings): Dispatcher | undefined {
  if (proxy.http === undefined && proxy.https === undefined) return undefined;
  try {
    return new EnvHttpProxyAgent({
      ...optionsWith(files),
      requestTls: { ...files },
      // Never undefined: then the library would read the environment by itself.
      httpProxy: proxy.http ?? '',
      httpsProxy: proxy.https ?? '',
      noProxy: proxy.except ?? '',
    });
  } catch (thrown) {
    throw new BridgeError('ENVIRONMENT_INVALID', 'HTTPS_PROXY or HTTP_PROXY is no address of a proxy.', {
      hint: 'Write a URL such as http://proxy.example.com:3128.',
      cause: thrown,
    });
  }
}

function unpack(body: Readable, encoding: string | undefined): Readable {
  const packed = encoding?.trim().toLowerCase() ?? 'identity';
  if (packed === 'identity' || packed === '') return body;
  if (packed !== 'gzip' && packed !== 'x-gzip') {
    body.destroy();
    throw new BodyError('packed', `is packed as ${JSON.stringify(encoding)}, which was not asked for`);
  }
  // Whoever reads the end of it is told the error.
  return pipeline(body, createGunzip(), () => undefined);
}

async function readWhole(body: Readable): Promise<Buffer> {
  const { bytes, more } = await readUpTo(body, HTTP_PAGE_BYTES_MAX);
  if (more) throw new BodyError('too large', `has more than ${HTTP_PAGE_BYTES_MAX} bytes`);
  return bytes;
}

async function readStart(body: Readable): Promise<Buffer> {
  const { bytes } = await readUpTo(body, HTTP_WORDS_BYTES_MAX);
  return bytes;
}

/** Leaving the loop early closes the connection, so nothing more is sent. */
async function readUpTo(body: Readable, most: number): Promise<{ bytes: Buffer; more: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) return { bytes: Buffer.concat(chunks), more: true };
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks, length), more: false };
}
