/** A server as a connection names it. */
export interface ServerPlace {
  readonly host: string;
  /** Undefined if it is not known before the connection is opened. */
  readonly port: number | undefined;
}

const PORT_OF_PROTOCOL: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** The server that a request to this address connects to; undefined for a text that is not the address of a server. */
export function serverOf(address: string): ServerPlace | undefined {
  if (!URL.canParse(address)) return undefined;
  const { hostname, port, protocol } = new URL(address);
  if (hostname === '') return undefined;
  return { host: hostname, port: port === '' ? PORT_OF_PROTOCOL[protocol] : Number(port) };
}

/** Tells whether a server matches one of several patterns of the policy's schema. */
export function matchesServer(patterns: readonly string[], { host, port }: ServerPlace): boolean {
  const name = canonicalHost(host);
  return patterns.some((pattern) => {
    const { host: wanted, port: wantedPort } = splitPattern(pattern);
    return (wantedPort === undefined || wantedPort === port) && matchesHost(wanted, name);
  });
}

export function serverName({ host, port }: ServerPlace): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
}

function splitPattern(pattern: string): ServerPlace {
  const parts = /^(?<host>\[.*\]|[^:]*)(?::(?<port>\d+))?$/.exec(pattern)?.groups;
  const port = parts?.['port'];
  return { host: parts?.['host'] ?? pattern, port: port === undefined ? undefined : Number(port) };
}

function matchesHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.startsWith('*.')) return canonicalHost(pattern) === host;
  // A host with other characters, such as a comma, may mean several servers to a driver.
  return /^[a-z0-9._-]+$/.test(host) && host.endsWith(pattern.slice(1).toLowerCase());
}

/**
 * A host as the URL standard writes it: lower case, and every spelling of an IP address in one form, because `2130706433` and
 * `0x7f.1` reach the same server as `127.0.0.1`. A text that cannot be the host of a URL, such as the path of a socket, stays as it is.
 */
function canonicalHost(host: string): string {
  const bare = host.replace(/\.$/, '');
  const written = bare.includes(':') && !bare.startsWith('[') ? `[${bare}]` : bare;
  const address = `http://${written}/`;
  if (!URL.canParse(address)) return host.toLowerCase();
  const { hostname, href } = new URL(address);
  return href === `http://${hostname}/` ? hostname : host.toLowerCase();
}
