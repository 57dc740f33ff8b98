import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../core/access/actor.ts';
import type { Right } from '../../core/secrets/access-key.ts';
import { HttpError } from '../http/http-error.ts';
import { refuseKeyInUrl } from './keys/key-in-url.ts';
import { isUnsafeMethod } from './same-origin.ts';
import { countRequests } from './request-limits.ts';
import { requireSingleHeaders } from '../http/protocol/single-headers.ts';
import { wantsPage } from '../http/wants-page.ts';

/**
 * What a caller may do. `open` requires no credential. `push` allows pushes to the connector in the path. `read` allows what
 * Ops shows. `author` allows drafts, previews and proposals. `operate` allows starting runs. `admin` allows everything, including
 * key management.
 */
type Access = 'open' | Right;
export type GuardedAccess = Exclude<Access, 'open'>;

/** The sender of a request. */
export interface Caller {
  /** The id of the key, never the key itself. */
  readonly id: string;
  /** The name to show to people and to write in logs. */
  readonly name: string;
  readonly kind: Exclude<Actor['kind'], 'command_line'>;
  readonly right: Right;
}

/** Decides which requests are admitted. */
export interface Gate {
  /** Runs first, on every route: removes the headers that only a trusted proxy may set. */
  screen(request: FastifyRequest): void;
  /** @throws HttpError UNAUTHENTICATED, FORBIDDEN or TOO_MANY_REQUESTS; BridgeError STATE_* */
  admit(request: FastifyRequest, reply: FastifyReply, access: GuardedAccess): Promise<Caller>;
}

/** Proves that a form was created by this server for the session that sends it. */
interface FormToken {
  /** The value for the hidden field `_csrf` or the header `X-CSRF-Token`. */
  readonly value: string;
  accepts(token: unknown): boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route must set this: a route without it is not served. */
    access?: Access;
    /** Only a key in the header `Authorization` counts: no session, no proxy, and not the machine of a server without keys. */
    bearerOnly?: boolean;
  }
  interface FastifyRequest {
    /** Undefined on open routes. */
    caller: Caller | undefined;
    /** Set for a browser session, whose changes require the token. A request with its own key has no token. */
    formToken: FormToken | undefined;
  }
}

/** Calls the gate before the body of a request is read, and rejects routes that do not declare their access. */
export async function guardRoutes(app: FastifyInstance, gate: Gate): Promise<void> {
  app.decorateRequest('caller', undefined);
  app.decorateRequest('identified', undefined);
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
    // A path without a route has no config. Its 404 response is the same for every caller.
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
    if (request.formToken === undefined || !isUnsafeMethod(request) || takeFormToken(request)) done();
    else done(foreignForm());
  });
}

/** True for a person who opened a page. A program gets an error about its key instead. */
function canLogIn(thrown: unknown, request: FastifyRequest): boolean {
  const { method, headers } = request;
  const missing = thrown instanceof HttpError && thrown.code === 'UNAUTHENTICATED';
  return missing && method === 'GET' && headers.authorization === undefined && wantsPage(request);
}

/** Whether the token is present and correct. The token is removed from the form, so the rest matches the route's schema. */
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
