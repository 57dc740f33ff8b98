import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ManagedSecretFacts, SecretOrder } from '../../../app/studio/secrets/managed-secret-service.ts';
import { actorOf } from '../../access/actor-of.ts';
import { takeFlash } from '../../http/flash.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { SECRET_FORM_BYTES_MAX } from '../../limits.ts';
import { SECRETS_PATH } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';
import { secretFormPage, type SecretForm } from './secret-form-page.tsx';
import {
  foundSecret,
  isShownAtForm,
  redirectToSecrets,
  sendPage,
  unknownSecret,
  viewed,
} from './secret-replies.ts';
import { secretRemovalRoutes } from './secret-removal.ts';
import { editFormSchema, newFormSchema, secretParams } from './secret-schemas.ts';
import { secretsPage } from './secrets-page.tsx';

const config = { access: 'admin' } as const;

/** `/studio/secrets`: lists, stores, deletes and re-encrypts secrets. Every form works without JavaScript. */
export function secretPageRoutes(context: StudioContext): RouteSet {
  const { secrets, clock } = context;

  return (app, _options, done) => {
    void app.register(formbody, { bodyLimit: SECRET_FORM_BYTES_MAX });
    app.get(SECRETS_PATH, { config, schema: { hide: true } }, async (request, reply) => {
      const list = await secrets.list(actorOf(request));
      const { isConfigured } = secrets;
      const flash = takeFlash(SECRETS_PATH, request, reply);
      const now = clock.now().toISOString();
      return sendPage(reply, secretsPage({ ...list, isConfigured, flash, now, ...viewed(request) }));
    });

    app.get(`${SECRETS_PATH}/new`, { config, schema: { hide: true } }, (request, reply) =>
      sendPage(reply, secretFormPage({ form: EMPTY, isNew: true, ...viewed(request) })),
    );
    app.post(
      `${SECRETS_PATH}/new`,
      { config, schema: { hide: true, body: newFormSchema } },
      (request, reply) =>
        storeSecret(
          { ...request.body, name: request.body.name.trim() },
          { secrets, isNew: true },
          request,
          reply,
        ),
    );

    const edit = `${SECRETS_PATH}/:name/edit`;
    app.get(edit, { config, schema: { hide: true, params: secretParams } }, async (request, reply) => {
      const secret = await foundSecret(request.params.name, secrets, request);
      return sendPage(reply, secretFormPage({ form: formOf(secret), isNew: false, ...viewed(request) }));
    });
    app.post(
      edit,
      { config, schema: { hide: true, params: secretParams, body: editFormSchema } },
      (request, reply) =>
        storeSecret(
          { ...request.body, name: request.params.name },
          { secrets, isNew: false },
          request,
          reply,
        ),
    );

    void app.register(secretRemovalRoutes(context));
    done();
  };
}

const EMPTY: SecretForm = { name: '', hosts: '', connectors: '', note: '' };

function formOf({ name, allowedHosts, allowedConnectors, note }: ManagedSecretFacts): SecretForm {
  return { name, hosts: allowedHosts.join('\n'), connectors: allowedConnectors.join('\n'), note };
}

/** An empty value keeps the stored one; a new secret without a value is refused by the use case. */
function orderOf({ name, value, hosts, connectors, note }: SecretForm & { value: string }): SecretOrder {
  return {
    name,
    value: value === '' ? undefined : value,
    allowedHosts: linesOf(hosts),
    allowedConnectors: linesOf(connectors),
    note: note.trim(),
  };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

interface Storing {
  readonly secrets: StudioContext['secrets'];
  readonly isNew: boolean;
}

/** Stores what a form says. If that is not possible, the form is shown again, and never contains the value. */
async function storeSecret(
  form: SecretForm & { readonly value: string },
  { secrets, isNew }: Storing,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { name, hosts, connectors, note } = form;
  const again = (problem: { message: string; hint?: string | undefined }, status: number) => {
    const page = { form: { name, hosts, connectors, note }, isNew, problem, ...viewed(request) };
    return sendPage(reply.status(status), secretFormPage(page));
  };
  const stored = (await secrets.list(actorOf(request))).secrets.some((each) => each.name === name);
  if (isNew && stored) return again({ message: `The secret ${name} exists already.`, hint: EXISTS }, 409);
  if (!isNew && !stored) throw unknownSecret();
  try {
    await secrets.set(orderOf(form), actorOf(request));
  } catch (thrown) {
    if (isShownAtForm(thrown)) return again(thrown, 422);
    throw thrown;
  }
  return redirectToSecrets({ tone: 'good', text: `The secret ${name} was stored.` }, request, reply);
}

const EXISTS = 'Open it in the list to change it, or use another name.';
