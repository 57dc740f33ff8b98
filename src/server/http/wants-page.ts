import type { FastifyRequest } from 'fastify';

/** Whether the client expects a page: routes below `/v1` and `/api` serve programs, whatever their `Accept` header says. */
export function wantsPage({ url, headers }: Pick<FastifyRequest, 'url' | 'headers'>): boolean {
  if (/^\/(v1|api)\//.test(url)) return false;
  return headers.accept?.includes('text/html') ?? false;
}
