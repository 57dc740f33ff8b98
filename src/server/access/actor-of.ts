import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../core/access/actor.ts';

/** The caller of a route that requires a right, as the audit log records it. */
export function actorOf({ caller, ip, id, url }: FastifyRequest): Actor {
  if (caller === undefined) throw new Error(`Route ${url} requires no right, so it has no actor.`);
  return { ...caller, address: ip, requestId: id };
}
