import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { saveSubmission, viewOf, type EditorView } from '../../../app/studio/editor/editor.ts';
import { toBridgeError } from '../../../core/errors.ts';
import { actorOf } from '../../access/actor-of.ts';
import { keepFlash, takeFlash, type Flash } from '../../http/flash.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { DRAFT_FORM_BYTES_MAX } from '../../limits.ts';
import { draftIdParams } from '../drafts/draft-schemas.ts';
import { NEW_CONNECTOR_PATH, STUDIO_PATH, draftPath } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';
import { controlText } from '../../../app/studio/editor/control-text.ts';
import { pagesOf } from './pages-of.ts';
import { submittedForm, type SubmittedForm } from './submitted-form.ts';

const config = { access: 'author' } as const;
const HTML = 'text/html; charset=utf-8';

/** The editor of a draft, for people. */
export function editorRoutes(context: StudioContext): RouteSet {
  const { drafts, draftChecker, clock } = context;
  const parts = { drafts, draftChecker };
  const pageOf = pagesOf(clock);

  return (app, _options, done) => {
    void app.register(formbody, { bodyLimit: DRAFT_FORM_BYTES_MAX });
    app.get(
      `${STUDIO_PATH}/drafts/:id`,
      { config, schema: { hide: true, params: draftIdParams } },
      async (request, reply) => {
        const view = await viewOf(await drafts.find(request.params.id, actorOf(request)), parts);
        return reply
          .type(HTML)
          .send(pageOf(view, request, { flash: takeFlash(STUDIO_PATH, request, reply) }));
      },
    );
    app.post(
      `${STUDIO_PATH}/drafts/:id`,
      { config, bodyLimit: DRAFT_FORM_BYTES_MAX, schema: { hide: true, params: draftIdParams } },
      async (request, reply) => {
        const { id } = request.params;
        const actor = actorOf(request);
        const form = submittedForm(request.body);
        const draft = await drafts.find(id, actor);
        let view: EditorView;
        try {
          view = await saveSubmission(draft, { ...form, changedOnly: false }, actor, parts);
        } catch (thrown) {
          const { status, page } = await notSaved(form, thrown, request, id, context);
          return reply.status(status).type(HTML).send(page);
        }
        // What was entered and is not in the text is shown only here, so the page is sent and not redirected.
        if (view.refused.length > 0) {
          const flash = {
            tone: 'warn',
            text: 'Saved, except for the fields that are marked below.',
          } as const;
          return reply
            .status(422)
            .type(HTML)
            .send(pageOf(view, request, { flash }));
        }
        return redirectWith({ tone: 'good', text: 'The draft is saved.' }, draftPath(id), request, reply);
      },
    );
    app.post(
      `${STUDIO_PATH}/drafts/:id/discard`,
      { config, schema: { hide: true, params: draftIdParams } },
      async (request, reply) => {
        await drafts.discard(request.params.id, actorOf(request));
        return redirectWith(
          { tone: 'good', text: 'The draft is discarded.' },
          NEW_CONNECTOR_PATH,
          request,
          reply,
        );
      },
    );
    done();
  };
}

/** Shows the stored draft, and beside it what was sent and could not be saved. */
async function notSaved(
  form: SubmittedForm,
  thrown: unknown,
  request: FastifyRequest,
  id: string,
  { drafts, draftChecker, clock }: StudioContext,
) {
  const { code, message, hint } = toBridgeError(thrown);
  if (code !== 'DRAFT_CHANGED' && code !== 'DRAFT_REFUSED') throw thrown;
  const draft = await drafts.find(id, actorOf(request));
  const view = await viewOf(draft, { draftChecker });
  const shown = new Map(
    view.form.sections.flatMap(({ fields }) => fields.map((each) => [each.path, each.value])),
  );
  const fields = [...form.fields]
    .map(([path, value]) => ({ path, value: controlText(value) }))
    .filter(({ path, value }) => shown.get(path) !== value);
  const text = form.text === undefined ? undefined : controlText(form.text);
  const unsaved = { text: text === controlText(draft.text) ? undefined : text, fields };
  const flash = { tone: 'bad', text: message, ...(hint === undefined ? {} : { hint }) } as const;
  return {
    status: code === 'DRAFT_CHANGED' ? 409 : 422,
    page: pagesOf(clock)(view, request, { flash, unsaved }),
  };
}

function redirectWith(
  flash: Flash,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  keepFlash(flash, STUDIO_PATH, request, reply);
  return reply.redirect(path, 303);
}
