import type { FastifyRequest } from 'fastify';
import { actorOf } from '../../access/actor-of.ts';
import type { Flash } from '../../http/flash.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { emptyForm } from '../../knowledge/page-routes.ts';
import { SECRETS_PATH } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';
import { secretDeletePage } from './secret-delete-page.tsx';
import { foundSecret, isShownAtForm, redirectToSecrets, sendPage, viewed } from './secret-replies.ts';
import { secretParams } from './secret-schemas.ts';

const config = { access: 'admin' } as const;

/** Deletes a secret after a confirmation, and encrypts all of them again. */
export function secretRemovalRoutes({ secrets }: Pick<StudioContext, 'secrets'>): RouteSet {
  return (app, _options, done) => {
    const remove = `${SECRETS_PATH}/:name/delete`;
    app.get(remove, { config, schema: { hide: true, params: secretParams } }, async (request, reply) => {
      const secret = await foundSecret(request.params.name, secrets, request);
      const users = await secrets.usersOf(secret.name, actorOf(request));
      return sendPage(reply, secretDeletePage({ secret, users, ...viewed(request) }));
    });
    app.post(
      remove,
      { config, schema: { hide: true, params: secretParams, body: emptyForm } },
      async (request, reply) => {
        const { name } = request.params;
        // The page of the form has named the definitions that use it.
        await secrets.delete(name, true, actorOf(request));
        return redirectToSecrets({ tone: 'good', text: `The secret ${name} was deleted.` }, request, reply);
      },
    );

    app.post(
      `${SECRETS_PATH}/rotate`,
      { config, schema: { hide: true, body: emptyForm } },
      async (request, reply) => redirectToSecrets(await rotated(secrets, request), request, reply),
    );
    done();
  };
}

async function rotated(secrets: StudioContext['secrets'], request: FastifyRequest): Promise<Flash> {
  try {
    const count = await secrets.rotate(actorOf(request));
    return {
      tone: 'good',
      text: `${count} ${count === 1 ? 'secret was' : 'secrets were'} encrypted again.`,
    };
  } catch (thrown) {
    if (!isShownAtForm(thrown)) throw thrown;
    const { message, hint } = thrown;
    return { tone: 'bad', text: message, ...(hint === undefined ? {} : { hint }) };
  }
}
