import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP, Socket } from 'node:net';
import {
  ConnectionChecks,
  lookupOptionsOf,
  type GuardRules,
  type LookupCallback,
  type Resolve,
} from './connection-checks.ts';

export interface Guard {
  /** Why connections were refused or did not come about, for the operator's log. */
  readonly refusals: readonly string[];
  /** How many connections were established. */
  readonly connected: number;
  /** Whether the addresses of a host may be reached in general, although the definition may not name it. */
  admits(host: string): Promise<boolean>;
  remove(): void;
}

/**
 * Checks every connection of this process from now on, whichever library opens it: a socket connects only to an address that was
 * checked, because the lookup that the socket uses is the one that checks. A second lookup with another answer cannot happen in
 * between. Datagrams are refused.
 * @param resolve the name service; only tests replace it
 * @param onConnected called for each connection that is established
 */
export function guardConnections(
  rules: GuardRules,
  resolve: Resolve = resolver(),
  onConnected: () => void = () => undefined,
): Guard {
  const checks = new ConnectionChecks(rules, resolve, onConnected);
  const connect: unknown = Reflect.get(Socket.prototype, 'connect');
  const lookups = [dns, dns.promises].map((owner) => {
    const lookup: unknown = Reflect.get(owner, 'lookup');
    return { owner, lookup };
  });
  const send: unknown = Reflect.get(dgram.Socket.prototype, 'send');
  Reflect.set(Socket.prototype, 'connect', function (this: Socket, ...args: unknown[]): unknown {
    checks.watch(this);
    const result: unknown = Reflect.apply(connect as Socket['connect'], this, checks.arguments(args));
    return result;
  });
  Reflect.set(dns, 'lookup', (host: string, ...rest: unknown[]) => {
    const callback = rest.at(-1) as LookupCallback;
    checks.lookup(host, lookupOptionsOf(rest[0]), callback);
  });
  Reflect.set(dns.promises, 'lookup', async (host: string, options: unknown) => {
    const found = await checks.resolve(host);
    return lookupOptionsOf(options).all === true ? found : found[0];
  });
  Reflect.set(dgram.Socket.prototype, 'send', () => {
    throw checks.refuse('a datagram');
  });
  syncBuiltinESMExports();
  return {
    refusals: checks.refusals,
    get connected() {
      return checks.connected;
    },
    admits: (host) => checks.admits(host),
    remove() {
      Reflect.set(Socket.prototype, 'connect', connect);
      for (const { owner, lookup } of lookups) Reflect.set(owner, 'lookup', lookup);
      Reflect.set(dgram.Socket.prototype, 'send', send);
      syncBuiltinESMExports();
    },
  };
}

/** The system's own lookup, as it was before the guard. */
function resolver(): Resolve {
  const { lookup } = dns;
  return (host) => {
    const family = isIP(host);
    if (family !== 0) return Promise.resolve([{ address: host, family }]);
    return new Promise((done, reject) => {
      lookup(host, { all: true, verbatim: true }, (error, found) => {
        if (error === null) done(found);
        else reject(error);
      });
    });
  };
}
