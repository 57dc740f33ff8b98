import { BlockList, isIP } from 'node:net';
import { BridgeError } from '../core/errors.ts';

/** The usual proxy variables of the environment. */
export interface ProxySettings {
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** The hosts that are reached directly, separated by commas: names, addresses, and networks such as `10.0.0.0/8`. */
  readonly except: string | undefined;
}

export interface ProxyServer {
  /** The origin without user and password. */
  readonly origin: string;
  /** The value of `Proxy-Authorization`; undefined without a user. */
  readonly authorization: string | undefined;
}

const NOT_A_URL = 'HTTPS_PROXY or HTTP_PROXY is not the address of a proxy.';

/** @throws BridgeError ENVIRONMENT_INVALID, whose message omits the value, because the value may contain a password */
export function readProxy(address: string | undefined): ProxyServer | undefined {
  if (address === undefined || address.trim() === '') return undefined;
  const text = address.trim();
  // An address without a scheme is an HTTP proxy, as in curl.
  const whole = /^[^\s/]+:\d+\/?$/.test(text) ? `http://${text}` : text;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || !/^(?:https?|socks5?):$/.test(url.protocol) || url.hostname === '') {
    throw new BridgeError('ENVIRONMENT_INVALID', NOT_A_URL, {
      hint: 'Write a URL such as http://proxy.example.com:3128.',
    });
  }
  const { protocol, host, username, password } = url;
  const pair = `${decoded(username)}:${decoded(password)}`;
  return {
    origin: `${protocol}//${host}`,
    authorization: pair === ':' ? undefined : `Basic ${Buffer.from(pair).toString('base64')}`,
  };
}

/** Percent-decodes a string. If it is not percent-encoded, it stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a host is reached without a proxy. Networks match addresses only, because no name is resolved for them. */
export function isExcepted(url: URL, except: string | undefined): boolean {
  const host = bare(url.hostname);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return (except ?? '')
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const slash = entry.lastIndexOf('/');
  if (slash > 0) return isInNetwork(host, bare(entry.slice(0, slash)), Number(entry.slice(slash + 1)));
  const { name, wanted } = isIP(entry) === 0 ? nameAndPort(entry) : { name: entry, wanted: undefined };
  if (wanted !== undefined && wanted !== port) return false;
  if (isIP(name) !== 0) return isInNetwork(host, name, isIP(name) === 4 ? 32 : 128);
  return host === name || host.endsWith(`.${name}`);
}

function nameAndPort(entry: string): { name: string; wanted: string | undefined } {
  const parts = /^(?<name>.+?)(?::(?<port>\d+))?$/.exec(entry)?.groups;
  return { name: bare((parts?.['name'] ?? entry).replace(/^\*?\./, '')), wanted: parts?.['port'] };
}

function isInNetwork(host: string, network: string, bits: number): boolean {
  const version = isIP(network);
  const most = version === 4 ? 32 : 128;
  if (version === 0 || isIP(host) === 0 || !Number.isInteger(bits) || bits < 0 || bits > most) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, version === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6');
}

/** Removes the brackets of an IPv6 address and the trailing dot of a name. */
function bare(host: string): string {
  return host.replace(/^\[|\]$|\.$/g, '').toLowerCase();
}
