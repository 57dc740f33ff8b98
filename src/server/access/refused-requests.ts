import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Refusals } from '../../app/studio/audit/refusals.ts';
import type { AuditActor } from '../../core/access/audit-log.ts';
import { includesRight } from '../../core/secrets/access-key.ts';
import type { Caller } from './access.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the gate once it knows who asks, also if the request is then refused. */
    identified: (Pick<Caller, 'id' | 'kind' | 'name'> & Partial<Pick<Caller, 'right'>>) | undefined;
  }
}

/** Records every request that is answered with 403 on a route that requires a right, whatever refused it. */
export function recordRefusedRequests(app: FastifyInstance, refusals: Refusals): void {
  app.addHook('onSend', async (request, reply) => {
    const { access = 'open' } = request.routeOptions.config;
    if (reply.statusCode !== 403 || access === 'open') return;
    const held = (request.caller ?? request.identified)?.right;
    await refusals.note({
      actor: refusedActor(request),
      action: 'request.refuse',
      object: { kind: 'route', name: `${request.method} ${request.url.split('?', 1).join('')}` },
      details: {
        needs: access,
        // A caller with the right was refused by the use case, or because the form is not from this server.
        ...(held === undefined ? {} : { has: held, route_allows: includesRight(held, access) }),
      },
    });
  });
}

/** Who sent a request, as far as it is known. */
export function refusedActor({ identified, caller, ip, id }: FastifyRequest): AuditActor {
  const known = identified ?? caller;
  return known === undefined
    ? { id: 'anonymous', kind: 'anonymous', name: 'anonymous', address: ip, requestId: id }
    : { id: known.id, kind: known.kind, name: known.name, address: ip, requestId: id };
}
