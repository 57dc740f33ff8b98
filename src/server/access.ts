import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * What a caller may do. `open`: no credential is asked for. `push`: to the connector in the path. `read`: what Ops shows.
 * `operate`: start runs and propose changes. `admin`: everything, keys included.
 */
type Access = 'open' | 'push' | 'read' | 'operate' | 'admin';

/** Who sent a request. */
interface Caller {
  /** Id of the key; never the key. */
  readonly id: string;
  /** For people and logs. */
  readonly name: string;
}

/** Decides who may pass. */
export interface Gate {
  /** @throws HttpError UNAUTHENTICATED, FORBIDDEN or TOO_MANY_REQUESTS */
  admit(request: FastifyRequest, access: Exclude<Access, 'open'>): Promise<Caller>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Required of every route: a route that nobody thought about is not served. */
    access?: Access;
  }
  interface FastifyRequest {
    /** Undefined on open routes. */
    caller: Caller | undefined;
  }
}

/** Asks the gate before anything of a request's body is read, and refuses routes that do not say whom they are for. */
export function guardRoutes(app: FastifyInstance, gate: Gate): void {
  app.decorateRequest('caller', undefined);
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.access === undefined) throw new Error(`Route ${url} does not say who may use it.`);
  });
  app.addHook('onRequest', async (request) => {
    const { access = 'open' } = request.routeOptions.config;
    // A path without a route has no config; its answer, that there is nothing, is for everybody.
    if (access !== 'open') request.caller = await gate.admit(request, access);
  });
}
