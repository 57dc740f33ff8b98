import { NO_NUL } from '../../ops/query-schemas.ts';
import formbody from '@fastify/formbody';
import { Type } from 'typebox';
import { INIT_SOURCES } from '../../../app/init/choices.ts';
import { newText } from '../../../app/studio/editor/new-text.ts';
import { includesRight } from '../../../core/secrets/access-key.ts';
import { actorOf } from '../../access/actor-of.ts';
import { abortSignalOf } from '../../http/abort-signal.ts';
import { takeFlash } from '../../http/flash.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { SERVER_PATH_PART_CHARACTERS_MAX } from '../../limits.ts';
import { viewerOf } from '../elements/viewer.ts';
import { connectorNameParams } from '../drafts/draft-schemas.ts';
import { CATALOG_PATH, draftPath, DRAFTS_PATH, NEW_CONNECTOR_PATH, STUDIO_PATH } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';
import { newPage } from './new-page.tsx';
import { originalPage } from './original-page.tsx';

const HTML = 'text/html; charset=utf-8';
const author = { access: 'author' } as const;
const name = Type.String({ maxLength: SERVER_PATH_PART_CHARACTERS_MAX, pattern: NO_NUL });

/** The body of a form that starts a draft. */
const startSchema = Type.Object(
  {
    intent: Type.Enum(['create', 'edit', 'clone'] as const),
    connector: Type.Optional(name),
    source: Type.Optional(Type.Enum(INIT_SOURCES)),
    start: Type.Optional(Type.Enum(['form', 'example'] as const)),
    name: Type.Optional(name),
  },
  { additionalProperties: false },
);

/** The pages that start a draft. Opening them creates nothing. */
export function startRoutes({ drafts, clock }: StudioContext): RouteSet {
  return (app, _options, done) => {
    void app.register(formbody);
    app.get(NEW_CONNECTOR_PATH, { config: author, schema: { hide: true } }, async (request, reply) => {
      const page = newPage({
        viewer: viewerOf(request.caller),
        formToken: request.formToken?.value,
        flash: takeFlash(STUDIO_PATH, request, reply),
        drafts: await drafts.list(actorOf(request)),
        now: clock.now().toISOString(),
      });
      return reply.type(HTML).send(page);
    });
    app.post(
      DRAFTS_PATH,
      { config: author, schema: { hide: true, body: startSchema } },
      async (request, reply) => {
        const {
          intent,
          connector: connectorId = '',
          source = 'postgres',
          start = 'form',
          name = '',
        } = request.body;
        const text = intent === 'create' ? await newText({ source, start, name: name.trim() }) : undefined;
        const order = { intent, connectorId, ...(text === undefined ? {} : { text }) };
        const draft = await drafts.create(order, actorOf(request), abortSignalOf(request));
        return reply.redirect(draftPath(draft.id), 303);
      },
    );
    for (const intent of ['edit', 'clone'] as const) {
      app.get(
        `${CATALOG_PATH}/:id/${intent}`,
        { config: { access: 'read' }, schema: { hide: true, params: connectorNameParams } },
        async (request, reply) => {
          const actor = actorOf(request);
          const connectorId = request.params.id;
          const mayEdit = includesRight(actor.right, 'author');
          const known =
            mayEdit && intent === 'edit' ? await drafts.findEdited(connectorId, actor) : undefined;
          if (known !== undefined) return reply.redirect(draftPath(known.id), 303);
          const original = await drafts.original(connectorId, actor, abortSignalOf(request));
          const viewer = viewerOf(request.caller);
          const formToken = request.formToken?.value;
          const page = originalPage({ ...original, connectorId, intent, mayEdit, viewer, formToken });
          return reply.type(HTML).send(page);
        },
      );
    }
    done();
  };
}
