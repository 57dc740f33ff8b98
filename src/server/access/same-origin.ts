import type { FastifyRequest } from 'fastify';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function changesSomething({ method }: Pick<FastifyRequest, 'method'>): boolean {
  return !READS.has(method);
}

/**
 * Whether a browser sent this request from a page of this server. A browser says so itself, in headers that no page can
 * set: `Sec-Fetch-Site`, or at least `Origin`. `unsaid`: neither is there, as with every program that is no browser.
 *
 * This is the whole protection against forged requests: a token in each form, as of @fastify/csrf-protection, would need a secret
 * that all servers share, and would end the forms of a page that was opened before a restart.
 */
export function fromOwnPage({
  headers,
  host,
}: Pick<FastifyRequest, 'headers' | 'host'>): 'yes' | 'no' | 'unsaid' {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' ? 'yes' : 'no';
  const { origin } = headers;
  if (origin === undefined) return 'unsaid';
  // Not the scheme: behind a proxy that ends TLS and is not trusted, this server does not know its own.
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase() ? 'yes' : 'no';
}
