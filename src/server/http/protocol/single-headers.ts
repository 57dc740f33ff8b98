import type { FastifyRequest } from 'fastify';
import { HttpError } from '../http-error.ts';

/** Node keeps the first of several equal headers and drops the others; a proxy in front may have checked another one. */
const SINGLE = new Set(['host', 'authorization', 'content-type']);

/** @throws HttpError BAD_REQUEST if a request has a duplicate of one of these headers */
export function requireSingleHeaders({ raw: { rawHeaders } }: FastifyRequest): void {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) {
      throw new HttpError('BAD_REQUEST', `The request has more than one header ${name}.`, {
        hint: `Send ${name} once.`,
      });
    }
    seen.add(name);
  }
}
