import formbody from '@fastify/formbody';
import { Type } from 'typebox';
import type { Batch, ManagedSource } from '../../app/knowledge/managed-sources.ts';
import { toBridgeError } from '../../core/errors.ts';
import type { RouteSet } from '../http/route-set.ts';
import { BATCH_BODY_BYTES_MAX } from '../limits.ts';
import { viewerOf } from '../ops/elements/viewer.ts';
import { batchError, serverCannot } from './batch-error.ts';
import { sourceIdSchema } from './batch-schemas.ts';
import { deletePage } from './pages/delete-page.tsx';
import { redirectWith, takeFlash, type Flash } from './flash.ts';
import type { KnowledgeContext } from './knowledge-context.ts';
import { SOURCES_PATH } from './paths.ts';
import { pageText } from './pages/page-text.ts';
import { sourcesPage } from './pages/sources-page.tsx';

const HTML = 'text/html; charset=utf-8';
const access = { access: 'admin' } as const;
const params = Type.Object({ id: sourceIdSchema });
/** The form token is taken out before the body is validated. */
const nothing = Type.Object({}, { additionalProperties: false });

/** `/backoffice/rest-sources`: lists, syncs and deletes knowledge sources. Every form works without JavaScript. */
export function sourcePageRoutes({ sources, batches, clock, log }: KnowledgeContext): RouteSet {
  /** @throws HttpError NOT_FOUND */
  async function found(id: string): Promise<ManagedSource> {
    try {
      return await sources.find(id);
    } catch (thrown) {
      const error = toBridgeError(thrown);
      throw error.code === 'KNOWLEDGE_SOURCE_UNKNOWN' ? batchError(error, id, clock).http : error;
    }
  }

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
    app.get(SOURCES_PATH, { config: access, schema: { hide: true } }, async (request, reply) => {
      const page = sourcesPage({
        sources: await sources.list(),
        now: clock.now().toISOString(),
        flash: takeFlash(request, reply),
        formToken: request.formToken?.value,
        viewer: viewerOf(request.caller),
      });
      return reply.type(HTML).send(page);
    });

    app.post(
      `${SOURCES_PATH}/:id/sync`,
      { config: access, schema: { hide: true, params, body: Type.Optional(nothing) } },
      async (request, reply) => {
        const { id } = request.params;
        const { title } = await found(id);
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

    app.get(
      `${SOURCES_PATH}/:id/delete`,
      { config: access, schema: { hide: true, params } },
      async (request, reply) => {
        const source = await found(request.params.id);
        const formToken = request.formToken?.value;
        return reply.type(HTML).send(deletePage({ source, formToken, viewer: viewerOf(request.caller) }));
      },
    );

    app.post(
      `${SOURCES_PATH}/:id/delete`,
      { config: access, schema: { hide: true, params, body: Type.Optional(nothing) } },
      async (request, reply) => {
        const { id } = request.params;
        const { title } = await found(id);
        try {
          const { chunks, documents } = await sources.remove(id);
          log.info('a knowledge source was deleted', {
            source: id,
            by: request.caller?.id,
            chunks,
            documents,
          });
          const text = `${title} was deleted, with ${count(chunks, 'chunk')} and ${count(documents, 'document')}.`;
          return redirectWith({ tone: 'good', text }, request, reply);
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

const READ_BELOW = 'The whole error is shown at the source below.';

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}
