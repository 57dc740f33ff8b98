/** The server that a connection names. */
export interface ServerPlace {
  readonly host: string;
  /** Undefined if it is unknown before the connection is opened. */
  readonly port: number | undefined;
}

/** The same pattern as that of `hosts` in the schema of policies. */
const HOST_PATTERN =
  /^(\*|(\*\.)?[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$/;
const HOST_PATTERN_CHARACTERS_MAX = 261;

/** Whether a text is a pattern of hosts: a name or an address with an optional port, `*.` for all hosts below a domain, or `*`. */
export function isHostPattern(text: string): boolean {
  return text.length <= HOST_PATTERN_CHARACTERS_MAX && HOST_PATTERN.test(text);
}

const PORT_OF_PROTOCOL: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** The server that a request to this address connects to; undefined for a text that is not the address of a server. */
export function serverOf(address: string): ServerPlace | undefined {
  if (!URL.canParse(address)) return undefined;
  const { hostname, port, protocol } = new URL(address);
  if (hostname === '') return undefined;
  return { host: hostname, port: port === '' ? PORT_OF_PROTOCOL[protocol] : Number(port) };
}

/** Whether a server matches one of several patterns of the policy's schema. */
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
  // A driver may read a host with other characters, such as a comma, as several servers.
  return /^[a-z0-9._-]+$/.test(host) && host.endsWith(pattern.slice(1).toLowerCase());
}

/**
 * The canonical form of a host in the URL standard: lower case, and one form for every spelling of an IP address, because
 * `2130706433` and `0x7f.1` reach the same server as `127.0.0.1`. A text that cannot be the host of a URL, such as the path of a
 * socket, is only converted to lower case.
 */
function canonicalHost(host: string): string {
  const bare = host.replace(/\.$/, '');
  const written = bare.includes(':') && !bare.startsWith('[') ? `[${bare}]` : bare;
  const address = `http://${written}/`;
  if (!URL.canParse(address)) return host.toLowerCase();
  const { hostname, href } = new URL(address);
  return href === `http://${hostname}/` ? hostname : host.toLowerCase();
}
