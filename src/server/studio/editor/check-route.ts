import { controlText } from '../../../app/studio/editor/control-text.ts';
import { saveSubmission } from '../../../app/studio/editor/editor.ts';
import { actorOf } from '../../access/actor-of.ts';
import { failures } from '../../http/answer-schemas.ts';
import { HttpError } from '../../http/http-error.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { DRAFT_JSON_BYTES_MAX } from '../../limits.ts';
import { checkAnswerSchema, checkSchema, draftIdParams, problemsAnswer } from '../drafts/draft-schemas.ts';
import type { StudioContext } from '../studio-context.ts';
import { pathOfControl } from './field-ids.ts';
import { pagesOf } from './pages-of.ts';

const config = { access: 'author' } as const;

/** The route that the script of the editor calls while a person types. */
export function checkRoute({ drafts, draftChecker, clock }: StudioContext): RouteSet {
  const parts = { drafts, draftChecker };
  const pageOf = pagesOf(clock);
  return (app, _options, done) => {
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
          response: { 200: checkAnswerSchema, ...failures(404, 409, 413, 415, 422) },
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
