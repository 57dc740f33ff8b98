import { hkdfSync, randomBytes } from 'node:crypto';
import { Signer } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerState } from '../../../app/serve/server-state.ts';
import type { Clock } from '../../../core/time/clock.ts';
import {
  LOGIN_FORM_SECONDS_MAX,
  SESSION_AHEAD_SECONDS_MAX,
  SESSION_IDLE_SECONDS_MAX,
  SESSION_RENEW_SECONDS,
  SESSION_SECONDS_MAX,
} from '../../limits.ts';
import { openFormTokens } from '../form-tokens.ts';
import { createTtlCache } from '../../memory/ttl-cache.ts';

/** A login session. It is stored in a signed cookie; only its end is stored in the database. */
interface Session {
  readonly id: string;
  readonly credentialId: string;
  /** Times are in milliseconds since 1970. */
  readonly startedMs: number;
  readonly seenMs: number;
}

/** Methods that query the database: @throws BridgeError STATE_* */
export interface Sessions {
  /** The session of a request, unless it is forged, expired or ended. */
  of(request: FastifyRequest): Promise<Session | undefined>;
  start(credentialId: string, request: FastifyRequest, reply: FastifyReply): void;
  /** Records activity, so that the session does not count as idle. */
  goOn(session: Session, request: FastifyRequest, reply: FastifyReply): void;
  /** Ends the session on all servers, also for a copy of the cookie. */
  end(session: Session, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** The token that a form must send to change something for a session or a user. It expires after `FORM_TOKEN_HOURS_MAX`. */
  formToken(subject: string): string;
  isFormToken(token: unknown, subject: string): boolean;
  /** The name of the visitor of a login form. A cookie holds it, so that an attacker cannot log another visitor in. */
  visitor(request: FastifyRequest): string | undefined;
  receiveVisitor(request: FastifyRequest, reply: FastifyReply): string;
}

const SESSION = 'bridge-session';
const VISITOR = 'bridge-login';
const ID_BYTES = 16;

export function openSessions(secret: string, store: ServerState['sessions'], clock: Clock): Sessions {
  const signer = new Signer(derivedKey(secret, 'cookie'));
  const formTokens = openFormTokens(derivedKey(secret, 'form'), clock);
  const ended = createTtlCache((id: string) => store.hasEnded(id), clock);

  const signed = (request: FastifyRequest, name: string): string | undefined => {
    const cookie = request.cookies[nameOf(name, request)];
    // The name is signed with the value, so a cookie of one kind is not valid as another kind.
    const opened = cookie === undefined ? undefined : signer.unsign(`${name}.${cookie}`);
    return opened?.valid === true ? opened.value.slice(name.length + 1) : undefined;
  };
  const send = (
    reply: FastifyReply,
    request: FastifyRequest,
    name: string,
    value: string,
    maxAge: number,
  ) => {
    const cookie = signer.sign(`${name}.${value}`).slice(name.length + 1);
    reply.setCookie(nameOf(name, request), cookie, { ...attributesOf(request), maxAge });
  };
  const sendSession = (session: Session, request: FastifyRequest, reply: FastifyReply) => {
    const { id, credentialId, startedMs, seenMs } = session;
    const left = SESSION_SECONDS_MAX - (seenMs - startedMs) / 1_000;
    const value = [id, credentialId, startedMs, seenMs].join('~');
    send(reply, request, SESSION, value, Math.min(left, SESSION_IDLE_SECONDS_MAX));
  };

  return {
    async of(request) {
      const session = parsed(signed(request, SESSION));
      if (session === undefined || isOver(session, clock.now().getTime())) return undefined;
      return (await ended(session.id)) ? undefined : session;
    },
    start(credentialId, request, reply) {
      const now = clock.now().getTime();
      sendSession({ id: randomId(), credentialId, startedMs: now, seenMs: now }, request, reply);
      reply.clearCookie(nameOf(VISITOR, request), attributesOf(request));
    },
    goOn(session, request, reply) {
      const seenMs = clock.now().getTime();
      if (seenMs - session.seenMs < SESSION_RENEW_SECONDS * 1_000) return;
      sendSession({ ...session, seenMs }, request, reply);
    },
    async end(session, request, reply) {
      // The end counts from now, because the start was read from the clock of one server.
      await store.end(session.id, SESSION_SECONDS_MAX);
      ended.forget(session.id);
      reply.clearCookie(nameOf(SESSION, request), attributesOf(request));
    },
    formToken: (subject) => formTokens.make(subject),
    isFormToken: (token, subject) => formTokens.accepts(token, subject),
    visitor: (request) => signed(request, VISITOR),
    receiveVisitor(request, reply) {
      const visitor = signed(request, VISITOR) ?? randomId();
      send(reply, request, VISITOR, visitor, LOGIN_FORM_SECONDS_MAX);
      return visitor;
    },
  };
}

/** Derives a separate key for each use from one secret, so that a signature for one use is not valid for another. */
function derivedKey(secret: string, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `gemini-sync-bridge ${use}`, 32));
}

/** With the prefix, a browser accepts the cookie only over TLS and from this exact host: no other host can set it. */
function nameOf(name: string, { protocol }: FastifyRequest): string {
  return protocol === 'https' ? `__Host-${name}` : name;
}

/**
 * The cookie is `Lax` and not `Strict`: the links in alerts come from other sites, and with `Strict` a user who follows one
 * would have to log in again. Changes also require a form token.
 */
function attributesOf({ protocol }: FastifyRequest) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: protocol === 'https' } as const;
}

function randomId(): string {
  return randomBytes(ID_BYTES).toString('hex');
}

function parsed(value: string | undefined): Session | undefined {
  const [id = '', credentialId = '', started, seen] = value?.split('~') ?? [];
  const [startedMs, seenMs] = [Number(started), Number(seen)];
  if (id === '' || !Number.isSafeInteger(startedMs) || !Number.isSafeInteger(seenMs)) return undefined;
  return { id, credentialId, startedMs, seenMs };
}

/**
 * The times come from the clock of the server that wrote them. Without an upper limit, a fast clock would make a session
 * endless.
 */
function isOver({ startedMs, seenMs }: Session, nowMs: number): boolean {
  return (
    nowMs - startedMs >= SESSION_SECONDS_MAX * 1_000 ||
    nowMs - seenMs >= SESSION_IDLE_SECONDS_MAX * 1_000 ||
    seenMs - nowMs > SESSION_AHEAD_SECONDS_MAX * 1_000
  );
}
