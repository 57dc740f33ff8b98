import type { FastifyReply, FastifyRequest } from 'fastify';
import { includesRight } from '../../core/secrets/access-key.ts';
import { KEY_CHARACTERS_MAX } from '../limits.ts';
import type { Gate, GuardedAccess } from './access.ts';
import type { Credential, Credentials } from './keys/credentials.ts';
import { HttpError } from '../http/http-error.ts';
import { isUnsafeMethod, isSameOrigin } from './same-origin.ts';
import type { KeyCheck } from './keys/key-check.ts';
import type { Sessions } from './login/sessions.ts';
import type { SignOn } from './sign-on.ts';

interface KeyGateOptions {
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  readonly keyCheck: KeyCheck;
  readonly signOn: SignOn | undefined;
}

/** The gate of a server with keys: a request must send a key or belong to a login session. */
export function keyGate({ credentials, sessions, keyCheck, signOn }: KeyGateOptions): Gate {
  /** A browser adds these to every request that any page makes it send, so a change requires proof that the page is ours. */
  function fromBrowser(request: FastifyRequest, subject: string, { caller }: Credential): void {
    request.identified = caller;
    if (isUnsafeMethod(request) && isSameOrigin(request) !== 'yes') throw foreignPage();
    request.countedAs = subject;
    request.formToken = {
      value: sessions.formToken(subject),
      accepts: (token) => sessions.isFormToken(token, subject),
    };
  }

  async function withKey(key: string, request: FastifyRequest, access: GuardedAccess): Promise<Credential> {
    const connectorId = access === 'push' ? connectorOf(request) : undefined;
    const credential = await keyCheck.credentialOf(key, request, connectorId);
    if (credential !== undefined) return credential;
    throw unauthenticated('This key is not known here, or it was revoked or has expired.');
  }

  async function withSession(request: FastifyRequest, reply: FastifyReply): Promise<Credential | undefined> {
    const session = await sessions.of(request);
    const credential = session && (await credentials.ofId(session.credentialId));
    if (session === undefined || credential === undefined) return undefined;
    fromBrowser(request, session.id, credential);
    sessions.goOn(session, request, reply);
    return credential;
  }

  function withSignOn(request: FastifyRequest): Credential | undefined {
    const credential = signOn?.credentialOf(request);
    if (credential !== undefined) fromBrowser(request, credential.id, credential);
    return credential;
  }

  async function identify(request: FastifyRequest, reply: FastifyReply, access: GuardedAccess) {
    const key = sentKey(request);
    if (key !== undefined) return withKey(key, request, access);
    if (request.routeOptions.config.bearerOnly === true) throw unauthenticated('This needs a key.');
    const credential = (await withSession(request, reply)) ?? withSignOn(request);
    if (credential === undefined) throw unauthenticated('This needs a key.');
    return credential;
  }

  return {
    screen(request) {
      signOn?.screen(request);
    },
    async admit(request, reply, access) {
      const credential = await identify(request, reply, access);
      request.countedAs ??= credential.id;
      await request.server.limits.countRequest(request);
      request.identified = credential.caller;
      if (!mayUse(credential, request, access)) throw forbidden(credential, access);
      return credential.caller;
    },
  };
}

/** @throws HttpError UNAUTHENTICATED if the header is not a bearer key */
function sentKey({ headers: { authorization } }: FastifyRequest): string | undefined {
  if (authorization === undefined) return undefined;
  const key = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
  if (key !== undefined && key.length <= KEY_CHARACTERS_MAX) return key;
  throw unauthenticated('The header Authorization must be Bearer and a key.');
}

function mayUse({ right, connectorId }: Credential, request: FastifyRequest, access: GuardedAccess): boolean {
  return includesRight(right, access) && (connectorId === null || connectorId === connectorOf(request));
}

function connectorOf({ params }: FastifyRequest): string | undefined {
  if (typeof params !== 'object' || params === null || !('connector_id' in params)) return undefined;
  return typeof params.connector_id === 'string' ? params.connector_id : undefined;
}

function unauthenticated(message: string): HttpError {
  return new HttpError('UNAUTHENTICATED', message, {
    hint: 'Send it as "Authorization: Bearer …". The operator of the server creates one with: gemini-sync-bridge keys create',
  });
}

function foreignPage(): HttpError {
  return new HttpError('FORBIDDEN', 'Cross-site request refused.', {
    hint: 'A program sends a key, as "Authorization: Bearer …", and no cookie.',
  });
}

/** The message names no connector, because only callers with read access may learn which connectors exist. */
function forbidden({ right, connectorId }: Credential, access: GuardedAccess): HttpError {
  if (connectorId !== null && includesRight(right, access)) {
    return new HttpError('FORBIDDEN', 'This key may not push to this connector.', {
      hint: 'Push to the connector that the key is for, or use another key.',
    });
  }
  return new HttpError('FORBIDDEN', `This needs the right "${access}"; the caller has "${right}".`, {
    hint: `Ask an administrator for this right. A key with it is created with: gemini-sync-bridge keys create --right ${access}`,
  });
}
