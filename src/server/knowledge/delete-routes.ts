import { toBridgeError } from '../../core/errors.ts';
import { audited } from '../../core/access/audited.ts';
import { actorOf } from '../access/actor-of.ts';
import type { RouteSet } from '../http/route-set.ts';
import { viewerOf } from '../ops/elements/viewer.ts';
import { redirectWith } from './redirect-with.ts';
import { foundSource } from './found-source.ts';
import type { KnowledgeContext } from './knowledge-context.ts';
import { ADMIN, emptyForm, idParams } from './page-routes.ts';
import { deletePage } from './pages/delete-page.tsx';
import { SOURCES_PATH } from './paths.ts';

/** Deletes a knowledge source after a confirmation, which works without JavaScript. */
export function deleteRoutes(context: KnowledgeContext): RouteSet {
  const { sources, log, studio } = context;
  return (app, _options, done) => {
    app.get(
      `${SOURCES_PATH}/:id/delete`,
      { config: ADMIN, schema: { hide: true, params: idParams } },
      async (request, reply) => {
        const source = await foundSource(request.params.id, context);
        const formToken = request.formToken?.value;
        return reply
          .type('text/html; charset=utf-8')
          .send(deletePage({ source, formToken, viewer: viewerOf(request.caller) }));
      },
    );

    app.post(
      `${SOURCES_PATH}/:id/delete`,
      { config: ADMIN, schema: { hide: true, params: idParams, body: emptyForm } },
      async (request, reply) => {
        const { id } = request.params;
        const { title } = await foundSource(id, context);
        try {
          const { chunks, documents } = await audited(
            studio.audit,
            { actor: actorOf(request), action: 'knowledge_source.delete', object: sourceObject(id) },
            () => sources.remove(id),
          );
          log.info('a knowledge source was deleted', {
            source: id,
            by: request.caller?.id,
            chunks,
            documents,
          });
          const text = `${title} was deleted, with ${count(chunks, 'chunk')} and ${count(documents, 'document')}.`;
          return await redirectWith({ tone: 'good', text }, request, reply);
        } catch (thrown) {
          const error = toBridgeError(thrown);
          if (error.code !== 'LEASE_HELD') throw error;
          const text = `${title} was not deleted, because a batch of it is in progress.`;
          return redirectWith({ tone: 'bad', text, hint: 'Try again in some seconds.' }, request, reply);
        }
      },
    );
    done();
  };
}

/** A source as the audit log names it. */
export function sourceObject(id: string) {
  return { kind: 'knowledge_source', name: id };
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}
