import formbody from '@fastify/formbody';
import type { Batch } from '../../app/knowledge/managed-sources.ts';
import { actorOf } from '../access/actor-of.ts';
import type { RouteSet } from '../http/route-set.ts';
import { BATCH_BODY_BYTES_MAX } from '../limits.ts';
import { viewerOf } from '../ops/elements/viewer.ts';
import { batchError, serverCannot } from './batch-error.ts';
import { deleteRoutes, sourceObject } from './delete-routes.ts';
import { foundSource } from './found-source.ts';
import { ADMIN, emptyForm, idParams } from './page-routes.ts';
import { takeFlash, type Flash } from '../http/flash.ts';
import { redirectWith } from './redirect-with.ts';
import type { KnowledgeContext } from './knowledge-context.ts';
import { SOURCES_PATH } from './paths.ts';
import { pageText } from './pages/page-text.ts';
import { sourcesPage } from './pages/sources-page.tsx';

const HTML = 'text/html; charset=utf-8';

/** `/backoffice/rest-sources`: lists and syncs knowledge sources. Every form works without JavaScript. */
export function sourcePageRoutes(context: KnowledgeContext): RouteSet {
  const { sources, batches, clock, log, studio } = context;
  function failedText(title: string, id: string, batch: (Batch & { ok: false }) | undefined): Flash {
    const { http } = batch === undefined ? serverCannot(undefined) : batchError(batch.error, id, clock);
    const url = batch?.url ?? undefined;
    return {
      tone: 'bad',
      text: `${title}: ${http.message}`,
      ...(http.hint === undefined ? {} : { hint: http.status === 502 ? READ_BELOW : http.hint }),
      ...(url === undefined ? {} : { url, next: batch?.next ?? null }),
    };
  }

  return (app, _options, done) => {
    void app.register(formbody, { bodyLimit: BATCH_BODY_BYTES_MAX });
    void app.register(deleteRoutes(context));
    app.get(SOURCES_PATH, { config: ADMIN, schema: { hide: true } }, async (request, reply) => {
      const page = sourcesPage({
        sources: await sources.list(),
        now: clock.now().toISOString(),
        flash: takeFlash(SOURCES_PATH, request, reply),
        formToken: request.formToken?.value,
        viewer: viewerOf(request.caller),
      });
      return reply.type(HTML).send(page);
    });

    app.post(
      `${SOURCES_PATH}/:id/sync`,
      { config: ADMIN, schema: { hide: true, params: idParams, body: emptyForm } },
      async (request, reply) => {
        const { id } = request.params;
        const { title } = await foundSource(id, { sources, clock });
        await studio.audit.record({
          actor: actorOf(request),
          action: 'knowledge_source.sync',
          object: sourceObject(id),
          outcome: 'started',
        });
        const batch = await batches.sync(id);
        if (batch?.ok === true) return redirectWith(pageText(title, batch), request, reply);
        log.warn('a batch of a knowledge source failed', {
          request_id: request.id,
          source: id,
          code: batch?.error.code,
          reason: batch?.error.message ?? 'It did not end in time.',
        });
        return redirectWith(failedText(title, id, batch), request, reply);
      },
    );
    done();
  };
}

const READ_BELOW = 'The whole error is shown at the source below.';
