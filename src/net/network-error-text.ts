import type { NetworkError } from './network-error.ts';
import { tlsHint, type TlsFault, type TlsHints } from './tls-faults.ts';

/** What to check, worded for one kind of server. */
export interface NetworkHints extends TlsHints {
  /** The setting that contains the host name; the text follows "Check". */
  readonly name: string;
  /** The setting that contains host and port; the text follows "Check". */
  readonly server: string;
  /** Whether requests go through the proxies of the environment. */
  readonly proxied: boolean;
  /** What to do when the connection was lost, as a complete sentence. */
  readonly lost: string;
  /** What to do when the server did not respond in time, as a complete sentence. */
  readonly slow: string;
}

/**
 * Describes what failed and where, as a clause such as `127.0.0.1:1 refused the connection (ECONNREFUSED)`. It never contains a
 * URL.
 */
export function networkWords(error: NetworkError): string {
  const { at, code } = error;
  const named = code === '' ? '' : ` (${code})`;
  const server = at ?? 'the server';
  switch (error.meaning) {
    case 'name_not_found':
      return `the host name ${at === undefined ? '' : `${at} `}was not found${named}`;
    case 'name_server_failed':
      return `the name server did not answer${at === undefined ? '' : ` for ${at}`}${named}`;
    case 'refused':
      return `${server} refused the connection${named}`;
    case 'unreachable':
      return `${server} cannot be reached from this machine${named}`;
    case 'socket_missing':
      return `no server listens at ${at ?? 'the Unix socket'}${named}`;
    case 'socket_forbidden':
      return `the permissions of ${at ?? 'the Unix socket'} forbid the connection${named}`;
    case 'lost':
      return `the connection${at === undefined ? '' : ` to ${at}`} was lost${named}`;
    case 'timed_out':
      return error.phase === 'connect'
        ? `no connection to ${server} was made in time${named}`
        : `${server} did not answer in time${named}`;
    case 'certificate':
      return `${tlsWords(error.fault, server)}${error.detail === undefined ? '' : `: ${error.detail}`}${named}`;
    case 'proxy_login':
      return 'the proxy asks for a user and a password (407)';
    case 'proxy_refused':
      return `the proxy refused the connection (${error.status ?? code})`;
  }
}

function tlsWords(fault: TlsFault, server: string): string {
  const certificate = `the certificate of ${server}`;
  switch (fault) {
    case 'expired':
      return `${certificate} has expired`;
    case 'not yet valid':
      return `${certificate} is not valid yet`;
    case 'revoked':
      return `${certificate} was revoked`;
    case 'other name':
      return `${certificate} is for another host name`;
    case 'untrusted':
      return `${certificate} is not trusted`;
    case 'unusable':
      return `${certificate} cannot be used`;
    case 'client certificate required':
      return `${server} wants a client certificate`;
    case 'client certificate refused':
      return `${server} refused the client certificate`;
    case 'unusable file':
      return 'a file with a certificate or a key cannot be used';
    case 'handshake':
      return `there is no agreement on TLS with ${server}`;
  }
}

/** A few words for a log line, such as `ECONNREFUSED`. */
export function networkReason(error: NetworkError): string {
  if (error.meaning === 'proxy_login') return '407 from the proxy';
  return error.code === '' ? 'no answer in time' : error.code;
}

/** Says what to check, as a complete sentence. */
export function networkHint(error: NetworkError, hints: NetworkHints): string {
  switch (error.meaning) {
    case 'name_not_found':
      return `Check ${hints.name}, and DNS on this machine.`;
    case 'name_server_failed':
      return 'The name server did not answer; try again later.';
    case 'refused':
      return `Check ${hints.server}.`;
    case 'socket_missing':
      return `There is no server at this Unix socket: check ${hints.server}, or the proxy that makes the socket on this machine.`;
    case 'socket_forbidden':
      return 'Let the user of this process read and write the Unix socket, and enter its folder.';
    case 'unreachable':
      return networkPath(hints);
    case 'timed_out':
      return error.phase === 'connect' ? networkPath(hints) : hints.slow;
    case 'lost':
      return hints.lost;
    case 'certificate':
      return tlsHint(error.fault, hints);
    case 'proxy_login':
      return PROXY_LOGIN_HINT;
    case 'proxy_refused':
      return 'Check HTTPS_PROXY with its user and password, NO_PROXY, and that the proxy may reach the server.';
  }
}

/** What to do when a proxy answers 407. */
export const PROXY_LOGIN_HINT =
  'Put the user and the password of the proxy into HTTPS_PROXY, and into HTTP_PROXY for http addresses: `http://user:password@proxy.example.com:3128`.';

function networkPath({ proxied }: NetworkHints): string {
  return proxied
    ? 'Check the network, the firewalls on the way, and HTTPS_PROXY.'
    : 'Check the network and the firewalls on the way.';
}
