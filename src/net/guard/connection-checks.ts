import type { LookupAddress } from 'node:dns';
import type { Socket } from 'node:net';
import { asError, codeOf } from '../../core/thrown.ts';
import { GUARDED_CONNECT_MS_MAX } from '../limits.ts';
import { canonicalAddress } from './address-kind.ts';
import { AllowedHosts } from './allowed-hosts.ts';

/** A server, as a definition or a connection string names it. */
export interface GuardedServer {
  /** A name, an address, or the path of a Unix socket. */
  readonly host: string;
  /** Undefined: any port. */
  readonly port?: number | undefined;
}

export interface GuardRules {
  /** The only servers that may be reached; their addresses are checked after the lookup. */
  readonly servers: readonly GuardedServer[];
  /** Servers of the operator's own settings, such as a proxy; their addresses are not checked. */
  readonly trusted?: readonly GuardedServer[];
  /** The entries of `AllowedHosts`. */
  readonly allowed: readonly string[];
}

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

export type LookupCallback = (error: Error | null, address?: unknown, family?: number) => void;

export interface LookupOptions {
  readonly all?: boolean;
}

/** Decides about the connections of one process. */
export class ConnectionChecks {
  /** Replaces `dns.lookup`, for drivers that resolve names by themselves. */
  readonly lookup = lookupOf((host) => this.resolve(host));
  readonly refusals: string[] = [];
  connected = 0;
  readonly #allowed: AllowedHosts;
  readonly #servers: readonly GuardedServer[];
  readonly #trusted: readonly GuardedServer[];
  readonly #resolve: Resolve;
  readonly #onConnected: () => void;
  /** The ports of addresses that a checked lookup returned, for drivers that resolve names by themselves. */
  readonly #resolved = new Map<string, GuardedServer[]>();

  constructor({ servers, trusted = [], allowed }: GuardRules, resolve: Resolve, onConnected: () => void) {
    this.#onConnected = onConnected;
    this.#servers = servers;
    this.#trusted = trusted;
    this.#allowed = new AllowedHosts(allowed);
    this.#resolve = resolve;
  }

  /** The arguments of `Socket.connect` with a checked destination. */
  arguments(args: readonly unknown[]): unknown[] {
    const [first, ...rest] = args;
    if (Array.isArray(first)) {
      // Node's own form: the options and the callback in a marked array, so the array must stay the same.
      first[0] = this.#checked(first[0] as ConnectOptions);
      return [...args];
    }
    if (typeof first === 'object' && first !== null) return [this.#checked(first), ...rest];
    const callback = rest.filter((each) => typeof each === 'function');
    if (typeof first === 'string' && !/^\d+$/.test(first))
      return [this.#checked({ path: first }), ...callback];
    const host = typeof rest[0] === 'string' ? rest[0] : 'localhost';
    return [this.#checked({ port: Number(first), host }), ...callback];
  }

  /** Ends a connection that is not established in time, and counts it otherwise. */
  watch(socket: Socket): void {
    const timer = setTimeout(() => {
      this.refusals.push(`no connection within ${GUARDED_CONNECT_MS_MAX} ms`);
      socket.destroy(failure('ETIMEDOUT'));
    }, GUARDED_CONNECT_MS_MAX);
    const settle = () => {
      clearTimeout(timer);
    };
    let isConnected = false;
    socket.once('connect', () => {
      settle();
      isConnected = true;
      this.connected++;
      this.#onConnected();
    });
    socket.once('error', (error: Error) => {
      // A client that is done ends the connection that it began for a next request.
      const isRefusal = !isConnected && codeOf(error) !== 'UND_ERR_DESTROYED';
      if (isRefusal) this.refusals.push(error.message);
    });
    socket.once('close', settle);
  }

  /** Resolves the name of a server of the definition once, and checks all of its addresses. */
  async resolve(host: string): Promise<LookupAddress[]> {
    const servers = this.#servers.filter((server) => isSameHost(server.host, host));
    if (servers.length === 0) throw this.refuse(`the lookup of ${host}, which the definition does not name`);
    const found = await this.#resolve(host);
    const bad = found.find(({ address }) => !this.#allowed.admits(host, address));
    if (bad !== undefined) throw this.refuse(`${host} (${bad.address})`);
    if (found.length === 0) throw failure('ENOTFOUND');
    for (const { address } of found) this.#resolved.set(canonicalAddress(address) ?? address, servers);
    return [...found];
  }

  /** Whether the name of any host resolves, and only to allowed addresses. */
  async admits(host: string): Promise<boolean> {
    try {
      const found = await this.#resolve(canonicalAddress(host) ?? host);
      return found.length > 0 && found.every(({ address }) => this.#allowed.admits(host, address));
    } catch {
      return false;
    }
  }

  refuse(what: string): Error {
    this.refusals.push(`not allowed: ${what}`);
    return failure('ECONNREFUSED');
  }

  #checked(options: ConnectOptions): ConnectOptions {
    const { path, host = 'localhost', port } = options;
    if (typeof path === 'string') return this.#admitsSocket(path) ? options : this.#refused(options, path);
    const wanted = { host, port: Number(port) };
    if (this.#trusted.some((server) => isSameServer(server, wanted))) {
      return { ...options, lookup: lookupOf((name) => this.#resolve(name)) };
    }
    const address = canonicalAddress(host);
    if (address === undefined) {
      if (!this.#servers.some((server) => isSameServer(server, wanted)))
        return this.#refused(options, `${host}:${port}`);
      return { ...options, lookup: lookupOf((name) => this.resolve(name)) };
    }
    // The address of a server, or one that a checked lookup of its name returned.
    const resolved = this.#resolved.get(address)?.some((server) => hasPort(server, wanted.port)) === true;
    const isNamed = this.#servers.some((server) => isSameServer(server, wanted));
    const isAllowed = resolved || (isNamed && this.#allowed.admits(host, address));
    return isAllowed ? options : this.#refused(options, `${host}:${port}`);
  }

  #admitsSocket(path: string): boolean {
    const isBelow = ({ host }: GuardedServer) =>
      host.startsWith('/') && (path === host || path.startsWith(`${host}/`));
    return this.#trusted.some(isBelow) || (this.#servers.some(isBelow) && this.#allowed.namesSocket(path));
  }

  /** The connection fails in the lookup, as a connection to an unknown host does, so that every driver handles it. */
  #refused(options: ConnectOptions, what: string): ConnectOptions {
    const error = this.refuse(what);
    const lookup = lookupOf(() => Promise.reject(error));
    return { ...options, path: undefined, port: 1, host: 'refused.invalid', lookup };
  }
}

interface ConnectOptions {
  readonly path?: unknown;
  readonly host?: string;
  readonly port?: number | string;
  readonly lookup?: unknown;
}

export function lookupOptionsOf(options: unknown): LookupOptions {
  return typeof options === 'object' && options !== null ? options : {};
}

/** Whether a server of a list is the one that a connection names. */
export function isSameServer(server: GuardedServer, { host, port }: Required<GuardedServer>): boolean {
  return isSameHost(server.host, host) && hasPort(server, port);
}

function hasPort(server: GuardedServer, port: number | undefined): boolean {
  return server.port === undefined || server.port === port;
}

function isSameHost(one: string, other: string): boolean {
  const same = (host: string) => canonicalAddress(host) ?? host.toLowerCase().replace(/\.$/, '');
  return same(one) === same(other);
}

/** A failure that drivers take for one of the network. */
function failure(code: 'ECONNREFUSED' | 'ENOTFOUND' | 'ETIMEDOUT'): Error {
  return Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' });
}

/** A lookup as `Socket.connect` calls it. */
function lookupOf(resolve: Resolve) {
  return (host: string, { all = false }: LookupOptions, callback: LookupCallback): void => {
    resolve(host).then(
      (found) => {
        if (all) callback(null, found);
        else callback(null, found[0]?.address, found[0]?.family);
      },
      (thrown: unknown) => {
        callback(asError(thrown));
      },
    );
  };
}
