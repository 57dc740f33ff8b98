import type { FastifyRequest } from 'fastify';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isUnsafeMethod({ method }: Pick<FastifyRequest, 'method'>): boolean {
  return !READS.has(method);
}

/**
 * Whether a browser sent this request from a page of this server. A browser reports this in headers that no page can set:
 * `Sec-Fetch-Site`, or at least `Origin`. `unsaid` means that neither header is present, as for every client that is not a
 * browser.
 *
 * This check is the only protection against forged requests: a token in each form, as in @fastify/csrf-protection, would need
 * a secret that all servers share, and would invalidate the forms of a page that was opened before a restart.
 */
export function isSameOrigin({
  headers,
  host,
}: Pick<FastifyRequest, 'headers' | 'host'>): 'yes' | 'no' | 'unsaid' {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' ? 'yes' : 'no';
  const { origin } = headers;
  if (origin === undefined) return 'unsaid';
  // The scheme is not compared: if an untrusted proxy terminates TLS, this server does not know its own scheme.
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase() ? 'yes' : 'no';
}
