import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Caller, Gate } from './access.ts';
import { HttpError } from '../http/http-error.ts';
import { isUnsafeMethod, isSameOrigin } from './same-origin.ts';

const HINT = 'Make a key with: gemini-sync-bridge keys create. Then start the server again.';

/** Headers that identify a proxy. Each is common to some proxies, and none is set by all. */
const PROXY_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

/** The caller for every request from this machine. */
export const LOOPBACK_CALLER: Caller = { id: 'local', name: 'this machine', kind: 'local', right: 'admin' };

/**
 * The gate of a server without keys: callers on this machine may do everything, and all other callers are refused. A web page
 * opened on this machine counts as another caller, and so does a request through a proxy.
 */
export function loopbackGate(): Gate {
  return {
    screen() {
      // There is no trusted proxy, so no header can change the result.
    },
    admit(request) {
      const why = reasonToRefuse(request);
      const { bearerOnly = false } = request.routeOptions.config;
      if (why === undefined && bearerOnly) {
        const message = 'This needs a key, and this server has none.';
        return Promise.reject(new HttpError('UNAUTHENTICATED', message, { hint: HINT }));
      }
      if (why !== undefined) return Promise.reject(new HttpError('FORBIDDEN', why, { hint: HINT }));
      return Promise.resolve(LOOPBACK_CALLER);
    },
  };
}

/** Whether a server without keys may listen on this host. */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isLoopback(host);
}

function reasonToRefuse(request: FastifyRequest): string | undefined {
  const { headers, socket } = request;
  if (!isLoopback(socket.remoteAddress)) return 'This server has no keys, so it answers this machine alone.';
  // With a proxy on this machine, every request seems to come from this machine.
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined))
    return 'This server has no keys, so it answers no proxy.';
  // An attacker's DNS name can resolve to this machine, so that a page of that name could read the responses.
  if (!isLoopbackName(headers.host)) return 'This server has no keys, so it answers to localhost alone.';
  if (isUnsafeMethod(request) && isSameOrigin(request) === 'no') return 'Cross-site request refused.';
  return undefined;
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined || isIP(address) === 0) return false;
  return address === '::1' || address.replace('::ffff:', '').startsWith('127.');
}

/** @param host the value of the header, with or without a port */
function isLoopbackName(host = ''): boolean {
  return /^(localhost|\[::1\]|127\.\d{1,3}\.\d{1,3}\.\d{1,3})(:\d{1,5})?$/i.test(host);
}
