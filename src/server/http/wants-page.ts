import type { FastifyRequest } from 'fastify';

/** Whether the answer is for a person: routes below `/v1` and `/api` are for programs whatever they say they accept. */
export function wantsPage({ url, headers }: Pick<FastifyRequest, 'url' | 'headers'>): boolean {
  if (/^\/(v1|api)\//.test(url)) return false;
  return headers.accept?.includes('text/html') ?? false;
}
