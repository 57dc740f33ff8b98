import { BridgeError } from './errors.ts';

/** The address of a service that replaces its default one. */
export interface Endpoint {
  /** `https://host[:port][/path]`, without a `/` at the end. */
  readonly url: string;
  /** Whether it is on this machine: then it is a mock server, and needs no credentials. */
  readonly loopback: boolean;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads the value of an endpoint variable such as `GCS_ENDPOINT`. Credentials are sent to it, so any address that is not on this
 * machine must be https.
 * @throws BridgeError ENVIRONMENT_INVALID, naming the variable.
 */
export function parseEndpoint(variable: string, value: string): Endpoint {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const refuse = (problem: string) =>
    new BridgeError(
      'ENVIRONMENT_INVALID',
      `${variable} is ${JSON.stringify(withoutSecrets(value))}; ${problem}.`,
      {
        hint: 'Set a URL such as `https://private.example.com`, or `http://127.0.0.1:8080` for a stand-in.',
      },
    );
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) throw refuse('it must be a URL');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw refuse('it may have a host, a port and a path, and nothing else');
  }
  const loopback = isLoopback(url);
  if (url.protocol === 'http:' && !loopback) {
    throw refuse('http is for this machine only, because credentials travel with each request');
  }
  return { url: `${url.origin}${withoutSlashesAtEnd(url.pathname)}`, loopback };
}

/** Takes one pass: the equivalent regular expression takes quadratic time for slashes in the middle. */
export function withoutSlashesAtEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

/** Whether a host is this machine. */
export function isLoopback({ hostname }: Pick<URL, 'hostname'>): boolean {
  return LOOPBACK.test(hostname);
}

/** Removes passwords and keys, which may be before the `@` or after the path, although they are not allowed there. */
function withoutSecrets(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1…@').replace(/[?#].*$/s, '?…');
}
