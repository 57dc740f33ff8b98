import { Agent, buildConnector, Pool, ProxyAgent, type Dispatcher } from 'undici';
import { isLoopback } from '../core/endpoint.ts';
import { tlsFaultOfCode } from './tls-faults.ts';
import { isExcepted, readProxy, type ProxyServer, type ProxySettings } from './proxy.ts';

/** What the connections of one client are made with. */
export interface DispatcherOptions {
  /** Certificates for the servers themselves. */
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  /** Time limit for one connection with its TLS handshake. */
  readonly connectMs: number;
  /** Ends connections that are not made yet, which a dispatcher leaves alone. */
  readonly signal?: AbortSignal;
}

/** The connections of one HTTP client: directly, or through the proxies of this machine. */
export class Dispatchers {
  readonly #except: string | undefined;
  readonly #direct: Dispatcher;
  readonly #http: Dispatcher;
  readonly #https: Dispatcher;

  /** @throws BridgeError ENVIRONMENT_INVALID for a proxy that is not an address */
  constructor(proxy: ProxySettings, { tls = {}, connectMs, signal }: DispatcherOptions) {
    // The time limit of a request is its caller's signal, which a server that trickles cannot put off.
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
   * What a request to this address goes through. Without encryption, a request to this machine would carry its credentials off
   * the machine on the way to a proxy, so it uses none.
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
 * Connects as the library does. With TLS 1.3 a server says only after the handshake that it wants a client certificate, and
 * then closes the connection, for which the library would report the end alone.
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

/** A request without TLS names its whole address to the proxy. Many proxies open tunnels to port 443 alone. */
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

/** This program gives its headers as an object; the library would take lists as well. */
function plainHeaders(headers: Dispatcher.DispatchOptions['headers']): HeaderRecord {
  if (headers === null || headers === undefined) return {};
  if (Array.isArray(headers) || Symbol.iterator in headers) throw new TypeError('Headers must be an object.');
  return { ...headers };
}
