import { Agent, buildConnector, Pool, ProxyAgent, type Dispatcher } from 'undici';
import { isLoopback } from '../core/endpoint.ts';
import { tlsFaultOfCode } from './tls-faults.ts';
import { isExcepted, readProxy, type ProxyServer, type ProxySettings } from './proxy.ts';

/** The options for the connections of one client. */
export interface DispatcherOptions {
  /** The certificates for the servers themselves. */
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  /** Time limit for one connection with its TLS handshake. */
  readonly connectMs: number;
  /** Aborts connections that are still being made. A dispatcher does not do that by itself. */
  readonly signal?: AbortSignal;
}

/** The connections of one HTTP client, which are direct or use the proxies of this machine. */
export class Dispatchers {
  readonly #except: string | undefined;
  readonly #direct: Dispatcher;
  readonly #http: Dispatcher;
  readonly #https: Dispatcher;

  /** @throws BridgeError ENVIRONMENT_INVALID for a proxy that is not an address */
  constructor(proxy: ProxySettings, { tls = {}, connectMs, signal }: DispatcherOptions) {
    // The caller's signal limits the time of a request, so a slow trickle of bytes cannot extend it.
    const patience = { headersTimeout: 0, bodyTimeout: 0 };
    const connect = { timeout: connectMs, ...(signal === undefined ? {} : { signal }) };
    const options = { ...patience, connect: keepingAlerts({ ...tls, ...connect }) };
    const http = readProxy(proxy.http);
    const https = readProxy(proxy.https) ?? http;
    this.#except = proxy.except;
    this.#direct = new Agent(options);
    this.#http = http === undefined ? this.#direct : forwarding(http, { ...patience, connect });
    this.#https =
      https === undefined
        ? this.#direct
        : new ProxyAgent({
            ...patience,
            uri: https.origin,
            ...(https.authorization === undefined ? {} : { token: https.authorization }),
            requestTls: { ...tls, timeout: connectMs },
            proxyTls: connect,
          });
  }

  /**
   * The dispatcher for requests to an address. A plain HTTP request to this machine bypasses the proxy, because otherwise it
   * would carry its credentials off the machine.
   */
  of(address: string): Dispatcher {
    const url = new URL(address);
    if (isExcepted(url, this.#except)) return this.#direct;
    if (url.protocol === 'https:') return this.#https;
    return isLoopback(url) ? this.#direct : this.#http;
  }

  /** Closes all connections at once. May be called twice. */
  async destroy(): Promise<void> {
    await Promise.all([...new Set([this.#direct, this.#http, this.#https])].map((each) => each.destroy()));
  }
}

/**
 * Connects as the library does, but keeps TLS alerts. With TLS 1.3 a server requests a client certificate only after the
 * handshake, and then closes the connection. The library alone would report only that the connection ended.
 */
function keepingAlerts(options: buildConnector.BuildOptions): buildConnector.connector {
  const connect = buildConnector(options);
  return (wanted, callback) => {
    connect(wanted, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      socket.prependListener('error', (alert: NodeJS.ErrnoException) => {
        if (tlsFaultOfCode(alert.code ?? '') !== undefined) socket.destroy(alert);
      });
      callback(null, socket);
    });
  };
}

/** Sends the full URL of a request without TLS to the proxy. Many proxies allow tunnels to port 443 only. */
function forwarding({ origin, authorization }: ProxyServer, options: Pool.Options): Dispatcher {
  if (origin.startsWith('socks')) return new ProxyAgent({ uri: origin, ...token(authorization) });
  return new Pool(origin, options).compose((dispatch) => (asked, handler) => {
    const target = String(asked.origin);
    const headers = {
      ...plainHeaders(asked.headers),
      host: new URL(target).host,
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    };
    return dispatch({ ...asked, origin, path: `${target}${asked.path}`, headers }, handler);
  });
}

function token(authorization: string | undefined) {
  return authorization === undefined ? {} : { token: authorization };
}

type HeaderRecord = Record<string, string | string[] | undefined>;

/** This program passes headers as an object, although the library also accepts lists. */
function plainHeaders(headers: Dispatcher.DispatchOptions['headers']): HeaderRecord {
  if (headers === null || headers === undefined) return {};
  if (Array.isArray(headers) || Symbol.iterator in headers) throw new TypeError('Headers must be an object.');
  return { ...headers };
}
