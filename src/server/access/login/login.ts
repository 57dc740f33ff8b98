import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { LOGIN_BODY_BYTES_MAX } from '../../limits.ts';
import { foreignForm } from '../access.ts';
import type { ServerContext } from '../../context.ts';
import { HttpError } from '../../http/http-error.ts';
import type { Credential } from '../keys/credentials.ts';
import { localPath } from './local-path.ts';
import type { Login } from '../open-access.ts';
import { refusedActor } from '../refused-requests.ts';
import { isSameOrigin } from '../same-origin.ts';
import { loginPage, sessionPage } from './login-page.tsx';
import type { RouteSet } from '../../http/route-set.ts';

const HOME = '/ops';

const askedSchema = Type.Object({ next: Type.Optional(Type.String()) }, { additionalProperties: false });
const formSchema = Type.Object(
  { _csrf: Type.String(), key: Type.String(), next: Type.Optional(Type.String()) },
  { additionalProperties: false },
);
const logoutSchema = Type.Object({ _csrf: Type.String() }, { additionalProperties: false });

type LoginContext = Pick<ServerContext, 'login' | 'studio'>;

/** Routes that exchange a key for a session and end the session. They are open: their forms have their own tokens. */
export function loginRoutes({ login, studio }: LoginContext): RouteSet {
  return (app, _options, done) => {
    void app.register(formbody, { bodyLimit: LOGIN_BODY_BYTES_MAX });
    const config = { access: 'open' } as const;

    app.get(
      '/login',
      { config, schema: { hide: true, querystring: askedSchema } },
      async (request, reply) => {
        const next = localPath(request.query.next);
        if (login === undefined) return reply.redirect(next ?? HOME, 303);
        const current = await currentSession(login, request);
        if (current === undefined) return sendForm(login, request, reply, { next });
        if (next !== undefined) return reply.redirect(next, 303);
        const formToken = login.sessions.formToken(current.session.id);
        return sendPage(reply, sessionPage({ formToken, name: current.credential.caller.name, home: HOME }));
      },
    );

    app.post('/login', { config, schema: { hide: true, body: formSchema } }, async (request, reply) => {
      if (login === undefined) return reply.redirect(HOME, 303);
      const next = localPath(request.body.next);
      const refused = await logIn({ ...login, ...studio }, request.body, request, reply);
      if (refused === undefined) return reply.redirect(next ?? HOME, 303);
      reply.status(refused.status);
      return sendForm(login, request, reply, { next, problem: refused.problem });
    });

    app.post('/logout', { config, schema: { hide: true, body: logoutSchema } }, async (request, reply) => {
      const session = await login?.sessions.of(request);
      if (login !== undefined && session !== undefined) {
        const own = isSameOrigin(request) === 'yes';
        if (!own || !login.sessions.isFormToken(request.body._csrf, session.id)) {
          throw foreignForm();
        }
        await login.sessions.end(session, request, reply);
      }
      return reply.redirect('/login', 303);
    });
    done();
  };
}

async function currentSession({ credentials, sessions }: Login, request: FastifyRequest) {
  const session = await sessions.of(request);
  const credential = session && (await credentials.ofId(session.credentialId));
  return session === undefined || credential === undefined ? undefined : { session, credential };
}

interface LoginRefusal {
  readonly status: number;
  readonly problem: string;
}

/**
 * Begins a session, or says why not. Both are in the audit log; without its entry no session begins.
 * @returns the reason for a refusal; undefined when the session has begun
 * @throws HttpError TOO_MANY_REQUESTS; BridgeError STATE_*
 */
async function logIn(
  parts: Login & LoginContext['studio'],
  form: Static<typeof formSchema>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<LoginRefusal | undefined> {
  const { audit, refusals, sessions } = parts;
  const object = { kind: 'login', name: '/login' };
  const refuse = (status: number) =>
    refusals.note({ actor: refusedActor(request), action: 'login.refuse', object, details: { status } });
  try {
    const found = await credentialOfForm(parts, form, request);
    if ('problem' in found) {
      await refuse(found.status);
      return found;
    }
    const { id, caller } = found;
    const actor = { ...caller, address: request.ip, requestId: request.id };
    await audit.record({
      actor,
      action: 'login.accept',
      object,
      outcome: 'ok',
      details: { right: caller.right },
    });
    sessions.start(id, request, reply);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof HttpError) await refuse(thrown.status);
    throw thrown;
  }
}

/** @throws HttpError TOO_MANY_REQUESTS; BridgeError STATE_* */
async function credentialOfForm(
  { keyCheck, sessions }: Login,
  { _csrf, key }: Static<typeof formSchema>,
  request: FastifyRequest,
): Promise<Credential | LoginRefusal> {
  const visitor = sessions.visitor(request);
  const own = isSameOrigin(request) === 'yes' && visitor !== undefined;
  if (!own || !sessions.isFormToken(_csrf, subjectOf(visitor))) {
    return { status: 403, problem: 'The form was open for too long, or cookies are off. Please try again.' };
  }
  const credential = await keyCheck.credentialOf(key.trim(), request);
  if (credential === undefined) {
    return { status: 401, problem: 'This key is not known here, or it was revoked or has expired.' };
  }
  request.identified = credential.caller;
  if (credential.right === 'push')
    return { status: 403, problem: 'This key is for pushes. It opens no page.' };
  return credential;
}

function sendForm(
  { sessions }: Login,
  request: FastifyRequest,
  reply: FastifyReply,
  { next, problem }: { readonly next: string | undefined; readonly problem?: string },
): FastifyReply {
  const formToken = sessions.formToken(subjectOf(sessions.receiveVisitor(request, reply)));
  return sendPage(reply, loginPage({ formToken, next, problem }));
}

/** The prefix distinguishes the visitor from the id of a session. */
function subjectOf(visitor: string): string {
  return `visitor ${visitor}`;
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(html);
}
