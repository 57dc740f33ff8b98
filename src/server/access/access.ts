import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '../http/http-error.ts';
import { refuseKeyInUrl } from './keys/key-in-url.ts';
import { changesSomething } from './same-origin.ts';
import { countRequests } from './request-limits.ts';
import { requireSingleHeaders } from '../http/single-headers.ts';
import { wantsPage } from '../http/wants-page.ts';

/**
 * What a caller may do. `open`: no credential is asked for. `push`: to the connector in the path. `read`: what Ops shows.
 * `operate`: start runs and propose changes. `admin`: everything, keys included.
 */
type Access = 'open' | 'push' | 'read' | 'operate' | 'admin';
export type GuardedAccess = Exclude<Access, 'open'>;

/** Who sent a request. */
export interface Caller {
  /** Id of the key; never the key. */
  readonly id: string;
  /** For people and logs. */
  readonly name: string;
}

/** Decides who may pass. */
export interface Gate {
  /** Before anything else, on every route: takes away what nobody but a trusted proxy may say. */
  screen(request: FastifyRequest): void;
  /** @throws HttpError UNAUTHENTICATED, FORBIDDEN or TOO_MANY_REQUESTS; BridgeError STATE_* */
  admit(request: FastifyRequest, reply: FastifyReply, access: GuardedAccess): Promise<Caller>;
}

/** Proves that a form was made by this server, for whoever sends it. */
interface FormToken {
  /** For a hidden field `_csrf`, or the header `X-CSRF-Token`. */
  readonly value: string;
  accepts(token: unknown): boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Required of every route: a route that nobody thought about is not served. */
    access?: Access;
  }
  interface FastifyRequest {
    /** Undefined on open routes. */
    caller: Caller | undefined;
    /** Of a browser that is logged in. Whatever it changes needs the token; a request with a key of its own has none. */
    formToken: FormToken | undefined;
  }
}

/** Asks the gate before anything of a request's body is read, and refuses routes that do not say whom they are for. */
export async function guardRoutes(app: FastifyInstance, gate: Gate): Promise<void> {
  app.decorateRequest('caller', undefined);
  app.decorateRequest('formToken', undefined);
  await app.register(cookie);
  await countRequests(app);
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.access === undefined) throw new Error(`Route ${url} does not say who may use it.`);
    if (config.access === 'push' && !url.includes('/:connector_id'))
      throw new Error(`Route ${url} does not say in :connector_id what is pushed to.`);
  });
  app.addHook('onRequest', async (request, reply) => {
    requireSingleHeaders(request);
    gate.screen(request);
    refuseKeyInUrl(request);
    const { access = 'open' } = request.routeOptions.config;
    // A path without a route has no config; its answer, that there is nothing, is for everybody.
    if (access === 'open') return undefined;
    try {
      request.caller = await gate.admit(request, reply, access);
      return undefined;
    } catch (thrown) {
      if (!canLogIn(thrown, request)) throw thrown;
      return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
    }
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.formToken === undefined || !changesSomething(request) || takeFormToken(request)) done();
    else done(foreignForm());
  });
}

/** A person who opened a page; a program is told what is wrong with its key. */
function canLogIn(thrown: unknown, request: FastifyRequest): boolean {
  const { method, headers } = request;
  const missing = thrown instanceof HttpError && thrown.code === 'UNAUTHENTICATED';
  return missing && method === 'GET' && headers.authorization === undefined && wantsPage(request);
}

/** Whether the token is there and right. It is taken out of the form, which is then as its route declares it. */
function takeFormToken({ headers, body, formToken }: FastifyRequest): boolean {
  const form: unknown = body;
  const field = typeof form === 'object' && form !== null && '_csrf' in form ? form._csrf : undefined;
  if (typeof form === 'object' && form !== null) Reflect.deleteProperty(form, '_csrf');
  return formToken?.accepts(headers['x-csrf-token'] ?? field) === true;
}

export function foreignForm(): HttpError {
  return new HttpError('FORBIDDEN', 'The form is not from this session.', {
    hint: 'Reload the page and repeat the action.',
  });
}
