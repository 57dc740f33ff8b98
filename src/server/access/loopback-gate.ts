import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Caller, Gate } from './access.ts';
import { HttpError } from '../http/http-error.ts';
import { changesSomething, fromOwnPage } from './same-origin.ts';

const HINT = 'Make a key with: gemini-sync-bridge keys create. Then start the server again.';

/** By which a proxy says that it is one; each is usual for some, and none for all. */
const PROXY_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

/** Whoever is on this machine. */
export const LOOPBACK_CALLER: Caller = { id: 'local', name: 'this machine' };

/**
 * For a server without keys: whoever is on this machine may do everything, and nobody else anything. A page that such a
 * person looks at is somebody else, and so is whoever comes by way of a proxy.
 */
export function loopbackGate(): Gate {
  return {
    screen() {
      // There is no proxy to trust, and nothing that a header could change.
    },
    admit(request) {
      const why = reasonToRefuse(request);
      if (why !== undefined) return Promise.reject(new HttpError('FORBIDDEN', why, { hint: HINT }));
      return Promise.resolve(LOOPBACK_CALLER);
    },
  };
}

/** Only a host on which a server without keys may listen. */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isLoopback(host);
}

function reasonToRefuse(request: FastifyRequest): string | undefined {
  const { headers, socket } = request;
  if (!isLoopback(socket.remoteAddress)) return 'This server has no keys, so it answers this machine alone.';
  // Of a proxy on this machine every request seems to come from here.
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined))
    return 'This server has no keys, so it answers no proxy.';
  // A foreign name that was made to point here, so that a page of that name can read what this server says.
  if (!isLoopbackName(headers.host)) return 'This server has no keys, so it answers to localhost alone.';
  if (changesSomething(request) && fromOwnPage(request) === 'no') return 'Cross-site request refused.';
  return undefined;
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined || isIP(address) === 0) return false;
  return address === '::1' || address.replace('::ffff:', '').startsWith('127.');
}

/** @param host as in the header, with a port or without */
function isLoopbackName(host = ''): boolean {
  return /^(localhost|\[::1\]|127\.\d{1,3}\.\d{1,3}\.\d{1,3})(:\d{1,5})?$/i.test(host);
}
