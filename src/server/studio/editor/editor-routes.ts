import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { saveSubmission, viewOf, type EditorView } from '../../../app/studio/editor/editor.ts';
import { toBridgeError } from '../../../core/errors.ts';
import { actorOf } from '../../access/actor-of.ts';
import { failures } from '../../http/answer-schemas.ts';
import { keepFlash, takeFlash, type Flash } from '../../http/flash.ts';
import { HttpError } from '../../http/http-error.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { DRAFT_FORM_BYTES_MAX, DRAFT_JSON_BYTES_MAX } from '../../limits.ts';
import { viewerOf } from '../../ops/elements/viewer.ts';
import { checkAnswerSchema, checkSchema, draftIdParams, problemsAnswer } from '../drafts/draft-schemas.ts';
import { NEW_CONNECTOR_PATH, STUDIO_PATH, draftPath } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';
import { controlText } from '../../../app/studio/editor/control-text.ts';
import { editorPage, type Unsaved } from './editor-page.tsx';
import { pathOfControl } from './field-ids.ts';
import { submittedForm, type SubmittedForm } from './submitted-form.ts';

const config = { access: 'author' } as const;
const HTML = 'text/html; charset=utf-8';

/** The editor of a draft, for people, and the route that its script calls while a person types. */
export function editorRoutes({ drafts, draftChecker, clock }: StudioContext): RouteSet {
  const parts = { drafts, draftChecker };
  const pageOf = (
    view: EditorView,
    request: FastifyRequest,
    more: { readonly flash?: Flash | undefined; readonly unsaved?: Unsaved | undefined } = {},
  ) =>
    editorPage({
      view,
      viewer: viewerOf(request.caller),
      formToken: request.formToken?.value,
      now: clock.now().toISOString(),
      ...more,
    });

  /** Shows the stored draft, and beside it what was sent and could not be saved. */
  async function notSaved(form: SubmittedForm, thrown: unknown, request: FastifyRequest, id: string) {
    const { code, message, hint } = toBridgeError(thrown);
    if (code !== 'DRAFT_CHANGED' && code !== 'DRAFT_REFUSED') throw thrown;
    const draft = await drafts.find(id, actorOf(request));
    const view = await viewOf(draft, parts);
    const shown = new Map(
      view.form.sections.flatMap(({ fields }) => fields.map((each) => [each.path, each.value])),
    );
    const fields = [...form.fields]
      .map(([path, value]) => ({ path, value: controlText(value) }))
      .filter(({ path, value }) => shown.get(path) !== value);
    const text = form.text === undefined ? undefined : controlText(form.text);
    const unsaved = { text: text === controlText(draft.text) ? undefined : text, fields };
    const flash = { tone: 'bad', text: message, ...(hint === undefined ? {} : { hint }) } as const;
    return { status: code === 'DRAFT_CHANGED' ? 409 : 422, page: pageOf(view, request, { flash, unsaved }) };
  }

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
          const { status, page } = await notSaved(form, thrown, request, id);
          return reply.status(status).type(HTML).send(page);
        }
        // What was entered and is not in the text is shown only here, so there is no redirect then.
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
    app.post(
      '/v1/studio/drafts/:id/check',
      {
        config,
        bodyLimit: DRAFT_JSON_BYTES_MAX,
        schema: {
          tags: ['studio'],
          summary: 'Save what was typed in the editor, and check it',
          description:
            'Takes the content of the text area and the fields that were changed after it. Line endings of unchanged lines stay. The script of the editor calls it with the form token of its page in `X-CSRF-Token`.',
          params: draftIdParams,
          body: checkSchema,
          response: { 200: checkAnswerSchema, ...failures(404, 409, 413, 422) },
        },
      },
      async (request) => {
        const { version, text, fields = {}, remove } = request.body;
        const actor = actorOf(request);
        const changed = new Map(
          Object.entries(fields).flatMap(([name, value]) => {
            const path = pathOfControl(name);
            return path === undefined ? [] : [[path, value] as const];
          }),
        );
        const draft = await drafts.find(request.params.id, actor);
        if (draft.version !== version) {
          throw new HttpError('CONFLICT', 'This draft was changed in another window.', {
            hint: 'Copy what you typed, and load the page again. Nothing was overwritten.',
          });
        }
        const submission = { version, text, fields: changed, remove, changedOnly: true };
        const view = await saveSubmission(draft, submission, actor, parts);
        return {
          version: view.draft.version,
          text: controlText(view.draft.text),
          ...problemsAnswer(view.problems),
          readable: view.isReadable,
          refused: view.refused.map(({ path }) => path),
          page: pageOf(view, request),
        };
      },
    );
    done();
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
