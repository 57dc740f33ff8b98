import { DeadlineError } from '../core/time/deadline.ts';
import { asError, codeOf, propertyOf } from '../core/thrown.ts';
import { tlsFaultOfCode, tlsFaultOfWords, type TlsFault } from './tls-faults.ts';

/** Why a connection to a server failed. */
type NetworkMeaning =
  /** The host name has no address. */
  | { readonly meaning: 'name_not_found' }
  /** The name server did not respond. */
  | { readonly meaning: 'name_server_failed' }
  /** The host responds, but no server listens on the port. */
  | { readonly meaning: 'refused' }
  /** There is no route to the host, or a firewall forbids the connection. */
  | { readonly meaning: 'unreachable' }
  /** There is no server at the path of a Unix socket. */
  | { readonly meaning: 'socket_missing' }
  /** This process may not use the Unix socket. */
  | { readonly meaning: 'socket_forbidden' }
  /** The connection ended before the response was complete, or its bytes were corrupted. */
  | { readonly meaning: 'lost' }
  /** `connect`: no connection was made in time; `answer`: the server did not respond in time, or the phase is unknown. */
  | { readonly meaning: 'timed_out'; readonly phase: 'connect' | 'answer' }
  /** The two sides did not agree on TLS, or one of them did not accept a certificate. */
  | {
      readonly meaning: 'certificate';
      readonly fault: TlsFault;
      /** The names that the certificate is valid for, if the host name does not match. */
      readonly detail?: string | undefined;
    }
  /** The proxy requires a user and a password, or does not accept those that it received (407). */
  | { readonly meaning: 'proxy_login' }
  /** The proxy did not open a connection to the server. `status` is that of its response. */
  | { readonly meaning: 'proxy_refused'; readonly status: number | undefined };

/** The network failure that an error of Node, of an HTTP client or of a database driver describes. */
export type NetworkError = NetworkMeaning & {
  /** The name that the system or the library gives the error, such as `ECONNREFUSED`; empty if it gives none. */
  readonly code: string;
  /** `host:port`, `host` or a path, if the error names it; never with a user, a password or a query. */
  readonly at: string | undefined;
  /** Whether it is certain that no part of a request was sent. */
  readonly unsent: boolean;
  /** Whether the same request can succeed later without human intervention. */
  readonly retryable: boolean;
};

type Meaning = NetworkMeaning['meaning'];

/** The meanings of unambiguous codes of Node, undici, node-fetch and node-postgres. */
const BY_CODE: Readonly<Record<string, NetworkMeaning | undefined>> = {
  ENOTFOUND: { meaning: 'name_not_found' },
  EAI_AGAIN: { meaning: 'name_server_failed' },
  EAI_FAIL: { meaning: 'name_server_failed' },
  ECONNREFUSED: { meaning: 'refused' },
  EHOSTUNREACH: { meaning: 'unreachable' },
  EHOSTDOWN: { meaning: 'unreachable' },
  ENETUNREACH: { meaning: 'unreachable' },
  ENETDOWN: { meaning: 'unreachable' },
  EADDRNOTAVAIL: { meaning: 'unreachable' },
  ECONNRESET: { meaning: 'lost' },
  ECONNABORTED: { meaning: 'lost' },
  ENOTCONN: { meaning: 'lost' },
  EPIPE: { meaning: 'lost' },
  ERR_STREAM_PREMATURE_CLOSE: { meaning: 'lost' },
  UND_ERR_SOCKET: { meaning: 'lost' },
  UND_ERR_CLOSED: { meaning: 'lost' },
  UND_ERR_DESTROYED: { meaning: 'lost' },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { meaning: 'lost' },
  ETIMEDOUT: { meaning: 'timed_out', phase: 'answer' },
  ESOCKETTIMEDOUT: { meaning: 'timed_out', phase: 'answer' },
  UND_ERR_CONNECT_TIMEOUT: { meaning: 'timed_out', phase: 'connect' },
  UND_ERR_HEADERS_TIMEOUT: { meaning: 'timed_out', phase: 'answer' },
  UND_ERR_BODY_TIMEOUT: { meaning: 'timed_out', phase: 'answer' },
  'request-timeout': { meaning: 'timed_out', phase: 'answer' },
  'body-timeout': { meaning: 'timed_out', phase: 'answer' },
};

/** If a host has several addresses, the attempt that got furthest is the most informative: a response outranks a timeout. */
const FURTHEST_FIRST: readonly Meaning[] = [
  'certificate',
  'lost',
  'refused',
  'proxy_login',
  'proxy_refused',
  'timed_out',
  'unreachable',
];

const RETRYABLE: ReadonlySet<Meaning> = new Set<Meaning>([
  'name_not_found',
  'name_server_failed',
  'refused',
  'unreachable',
  'socket_missing',
  'lost',
  'timed_out',
  'proxy_refused',
]);

/** How many nested causes are followed; the limit ends cycles. */
const CAUSES_MAX = 8;

/**
 * Finds the network failure in an error, including errors that a library or a driver wraps: as `cause`, or one for each address
 * of a host.
 * @returns undefined for an error that is not a network error
 */
export function networkErrorOf(thrown: unknown, depth = 0): NetworkError | undefined {
  if (typeof thrown !== 'object' || thrown === null || depth > CAUSES_MAX) return undefined;
  const errors = propertyOf(thrown, 'errors');
  const tried = Array.isArray(errors)
    ? errors.flatMap((each: unknown) => networkErrorOf(each, depth + 1) ?? [])
    : [];
  const furthest = FURTHEST_FIRST.flatMap((wanted) => tried.filter(({ meaning }) => meaning === wanted))[0];
  if (furthest !== undefined) return furthest;
  const meaning = meaningOf(asError(thrown));
  if (meaning === undefined) return networkErrorOf(propertyOf(thrown, 'cause'), depth + 1);
  const connecting = isConnecting(thrown);
  const unsent = isUnsent(meaning, asError(thrown), connecting);
  const timedOutAt =
    meaning.meaning === 'timed_out' && connecting ? ({ phase: 'connect' } as const) : undefined;
  return {
    ...meaning,
    ...timedOutAt,
    code: codeOf(thrown),
    at: placeOf(thrown),
    unsent,
    retryable: RETRYABLE.has(meaning.meaning),
  };
}

function meaningOf(error: Error): NetworkMeaning | undefined {
  if (error instanceof DeadlineError || error.name === 'TimeoutError')
    return { meaning: 'timed_out', phase: 'answer' };
  // node-fetch reports its own timeouts in another field.
  const type = propertyOf(error, 'type');
  const code = codeOf(error) === '' && typeof type === 'string' ? type : codeOf(error);
  if (code === 'UND_ERR_ABORTED' || code.startsWith('UND_ERR_SOCKS')) return proxyMeaning(error.message);
  const local = socketMeaning(error, code);
  if (local !== undefined) return local;
  const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  if (known !== undefined) return known;
  const fault = tlsFaultOfCode(code);
  if (fault === undefined) return undefined;
  if (fault === 'other name') return { meaning: 'certificate', fault, detail: namesOf(error) };
  if (fault !== 'handshake') return { meaning: 'certificate', fault };
  if (DAMAGED.test(`${code} ${error.message}`)) return { meaning: 'lost' };
  // Older codes of Node identify the alert only by the message.
  return { meaning: 'certificate', fault: tlsFaultOfWords(error.message) ?? fault };
}

/** Parses the names in `Host: localhost. is not in the cert's altnames: DNS:other`. */
function namesOf(error: Error): string | undefined {
  const reason = propertyOf(error, 'reason');
  return typeof reason === 'string' ? reason.replace(/\.$/, '') : undefined;
}

/** The connection worked, but its bytes were corrupted in transit. */
const DAMAGED = /bad[_ ]record[_ ]mac|decryption[_ ]failed|unexpected[_ ]eof/i;

/** undici reports the response of a proxy only in the message. */
function proxyMeaning(message: string): NetworkMeaning {
  const status = /\((\d{3})\)/.exec(message)?.[1];
  if (status === '407') return { meaning: 'proxy_login' };
  return { meaning: 'proxy_refused', status: status === undefined ? undefined : Number(status) };
}

/** A firewall of this machine forbids the connection, or a Unix socket fails. A missing file has the same codes. */
function socketMeaning(error: Error, code: string): NetworkMeaning | undefined {
  if (propertyOf(error, 'syscall') !== 'connect') return undefined;
  const address = propertyOf(error, 'address');
  const forbidden = code === 'EACCES' || code === 'EPERM';
  if (typeof address === 'string' && address.startsWith('/')) {
    return { meaning: forbidden ? 'socket_forbidden' : 'socket_missing' };
  }
  return forbidden ? { meaning: 'unreachable' } : undefined;
}

/** Libraries that wrap an error keep its message, but not always its system call. */
function isConnecting(thrown: object): boolean {
  const doing = propertyOf(thrown, 'syscall') ?? propertyOf(thrown, 'erroredSysCall');
  return doing === 'connect' || /\bconnect E[A-Z]+/.test(asError(thrown).message);
}

function isUnsent(error: NetworkMeaning, { message }: Error, connecting: boolean): boolean {
  switch (error.meaning) {
    case 'lost':
      return false;
    case 'unreachable':
      return connecting;
    case 'timed_out':
      return connecting || error.phase === 'connect';
    case 'certificate':
      // The message shows that it failed before anything else was sent. Other TLS codes also occur later.
      return error.fault !== 'handshake' || tlsFaultOfWords(message) !== undefined;
    case 'name_not_found':
    case 'name_server_failed':
    case 'refused':
    case 'socket_missing':
    case 'socket_forbidden':
    case 'proxy_login':
    case 'proxy_refused':
      return true;
  }
}

function placeOf(thrown: object): string | undefined {
  const host = ['address', 'hostname', 'host']
    .map((key) => propertyOf(thrown, key))
    .find((value) => typeof value === 'string' && value !== '');
  if (typeof host === 'string') return withPort(host, propertyOf(thrown, 'port'));
  // undici stores what it knows of the connection in this field.
  const socket = propertyOf(thrown, 'socket');
  const remote = propertyOf(socket, 'remoteAddress');
  if (typeof remote === 'string') return withPort(remote, propertyOf(socket, 'remotePort'));
  const words = WORDS_OF_PLACE.exec(asError(thrown).message)?.groups;
  return words?.['tried'] ?? words?.['attempted'];
}

function withPort(host: string, port: unknown): string {
  return typeof port === 'number' ? `${host.includes(':') ? `[${host}]` : host}:${port}` : host;
}

/**
 * The address in messages of Node and undici: `connect ECONNREFUSED 127.0.0.1:1`, `(attempted address: 127.0.0.1:1, timeout:
 * 10000ms)`.
 */
const WORDS_OF_PLACE =
  /\b(?:connect|getaddrinfo) E[A-Z_]+ (?<tried>[^\s,]+)|attempted address(?:es)?: (?<attempted>[^\s,]+(?:, [^\s,]+)*), timeout/;
