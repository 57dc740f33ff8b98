import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ManagedSecretFacts } from '../../../app/studio/secrets/managed-secret-service.ts';
import { BridgeError } from '../../../core/errors.ts';
import { actorOf } from '../../access/actor-of.ts';
import { keepFlash, type Flash } from '../../http/flash.ts';
import { HttpError } from '../../http/http-error.ts';
import { viewerOf } from '../elements/viewer.ts';
import { SECRETS_PATH } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';

/** Failures that the person at the form can correct, or that are about the keys that the page shows. */
const AT_THE_FORM = new Set<string>([
  'SECRET_VALUE_INVALID',
  'SECRETS_KEY_MISSING',
  'SECRETS_KEY_WRONG',
  'SECRET_UNREADABLE',
]);

export function isShownAtForm(thrown: unknown): thrown is BridgeError {
  return thrown instanceof BridgeError && AT_THE_FORM.has(thrown.code);
}

/** @throws HttpError NOT_FOUND */
export async function foundSecret(
  name: string,
  secrets: StudioContext['secrets'],
  request: FastifyRequest,
): Promise<ManagedSecretFacts> {
  const secret = (await secrets.list(actorOf(request))).secrets.find((each) => each.name === name);
  if (secret === undefined) throw unknownSecret();
  return secret;
}

export function unknownSecret(): HttpError {
  return new HttpError('NOT_FOUND', 'No stored secret has this name.', {
    hint: 'Open the list of secrets to see the names.',
  });
}

export function viewed({ caller, formToken }: FastifyRequest) {
  return { viewer: viewerOf(caller), formToken: formToken?.value };
}

export function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(html);
}

export function redirectToSecrets(flash: Flash, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  keepFlash(flash, SECRETS_PATH, request, reply);
  return reply.redirect(SECRETS_PATH, 303);
}
