import { BridgeError } from './errors.ts';

/** A service's address in place of its usual one. */
export interface Endpoint {
  /** `https://host[:port][/path]`, without a `/` at the end. */
  readonly url: string;
  /** On this machine: it is a stand-in, and needs no credentials. */
  readonly loopback: boolean;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads the value of an endpoint variable such as `GCS_ENDPOINT`. Credentials go where it points, so anything that is not
 * on this machine must be https.
 * @throws BridgeError ENVIRONMENT_INVALID, naming the variable.
 */
export function parseEndpoint(variable: string, value: string): Endpoint {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const refuse = (problem: string) =>
    new BridgeError('ENVIRONMENT_INVALID', `${variable} is ${JSON.stringify(value)}; ${problem}.`, {
      hint: 'Write a URL such as `https://private.example.com`, or `http://127.0.0.1:8080` for a stand-in.',
    });
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) throw refuse('it must be a URL');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw refuse('it may have a host, a port and a path, and nothing else');
  }
  const loopback = LOOPBACK.test(url.hostname);
  if (url.protocol === 'http:' && !loopback) {
    throw refuse('http is for this machine only, because credentials travel with each request');
  }
  return { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, loopback };
}
