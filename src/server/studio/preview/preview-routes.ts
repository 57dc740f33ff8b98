import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { viewOf } from '../../../app/studio/editor/editor.ts';
import type { Draft } from '../../../app/studio/drafts/draft-service.ts';
import { includesRight } from '../../../core/secrets/access-key.ts';
import { toBridgeError } from '../../../core/errors.ts';
import { actorOf } from '../../access/actor-of.ts';
import { abortSignalOf } from '../../http/abort-signal.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { PREVIEW_BODY_BYTES_MAX, PREVIEW_BODY_CHARACTERS_MAX } from '../../limits.ts';
import { viewerOf } from '../elements/viewer.ts';
import { draftIdParams } from '../drafts/draft-schemas.ts';
import { STUDIO_PATH } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';
import { isShownFailure, statusOf } from './preview-failures.ts';
import { previewPage, type Attempt, type PreviewOutcome } from './preview-page.tsx';

const config = { access: 'author' } as const;
const PATH = `${STUDIO_PATH}/drafts/:id/preview`;

const formSchema = Type.Object(
  {
    _csrf: Type.Optional(Type.String()),
    kind: Type.Enum(['columns', 'documents', 'events', 'counts'] as const),
    events: Type.Optional(Type.String({ maxLength: PREVIEW_BODY_CHARACTERS_MAX })),
  },
  { additionalProperties: false },
);

/** The page that tests a draft. Opening it does nothing; its forms work without JavaScript. */
export function previewPageRoutes({ drafts, draftChecker, previews }: StudioContext): RouteSet {
  async function outcomeOf(
    draft: Draft,
    { kind, events = '' }: { readonly kind: Attempt; readonly events?: string },
    request: FastifyRequest,
  ): Promise<PreviewOutcome> {
    const { text } = draft;
    const [actor, signal] = [actorOf(request), abortSignalOf(request)];
    try {
      if (kind === 'columns') {
        const found = await previews.columns(text, actor, signal);
        const { form } = await viewOf(draft, { draftChecker });
        const fields = form.sections.flatMap((section) => section.fields);
        return { kind, ...found, values: new Map(fields.map(({ path, value }) => [path, value])) };
      }
      if (kind === 'counts') return { kind, counts: await previews.counts(text, actor, signal) };
      if (kind === 'documents') return { kind, preview: await previews.documents(text, actor, signal) };
      return { kind: 'documents', preview: await previews.samples(text, events, actor, signal) };
    } catch (thrown) {
      const error = toBridgeError(thrown);
      if (!isShownFailure(error.code)) throw thrown;
      return { kind: 'failed', attempt: kind, error };
    }
  }
  const send = (
    draft: Draft,
    request: FastifyRequest,
    reply: FastifyReply,
    shown: { readonly outcome?: PreviewOutcome; readonly events?: string } = {},
  ) =>
    reply
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(
        previewPage({
          draft,
          viewer: viewerOf(request.caller),
          formToken: request.formToken?.value,
          mayCount: includesRight(actorOf(request).right, 'operate'),
          ...shown,
        }),
      );
  return (app, _options, done) => {
    void app.register(formbody, { bodyLimit: PREVIEW_BODY_BYTES_MAX });
    app.get(PATH, { config, schema: { hide: true, params: draftIdParams } }, async (request, reply) =>
      send(await drafts.find(request.params.id, actorOf(request)), request, reply),
    );
    app.post(
      PATH,
      {
        config,
        bodyLimit: PREVIEW_BODY_BYTES_MAX,
        schema: { hide: true, params: draftIdParams, body: formSchema },
      },
      async (request, reply) => {
        const draft = await drafts.find(request.params.id, actorOf(request));
        const { kind, events } = request.body;
        const order = { kind, ...(events !== undefined && { events }) };
        const outcome = await outcomeOf(draft, order, request);
        if (outcome.kind === 'failed') reply.status(statusOf(outcome.error.code));
        return send(draft, request, reply, { outcome, ...(events !== undefined && { events }) });
      },
    );
    done();
  };
}
