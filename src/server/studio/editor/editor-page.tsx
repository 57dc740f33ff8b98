import type { Draft } from '../../../app/studio/drafts/draft-service.ts';
import type { EditorView } from '../../../app/studio/editor/editor.ts';
import { controlText } from '../../../app/studio/editor/control-text.ts';
import type { Flash } from '../../http/flash.ts';
import { FormToken } from '../../http/pages/form-token.tsx';
import type { Viewer } from '../elements/viewer.ts';
import { Moment } from '../../ops/elements/moment.tsx';
import { DraftSteps } from '../elements/draft-steps.tsx';
import { studioFrame } from '../elements/frame.tsx';
import { draftPartPath, draftPath, NEW_CONNECTOR_PATH } from '../paths.ts';
import { draftTitle } from './draft-title.ts';
import { areaText } from './field.tsx';
import { FormPart } from './form-part.tsx';
import { ProblemSummary } from './problem-summary.tsx';

/** What could not be saved, so that the person can copy it. */
export interface Unsaved {
  readonly text: string | undefined;
  readonly fields: readonly { readonly path: string; readonly value: string }[];
}

interface EditorPage {
  readonly view: EditorView;
  readonly viewer: Viewer;
  readonly formToken: string | undefined;
  readonly now: string;
  readonly flash?: Flash | undefined;
  readonly unsaved?: Unsaved | undefined;
}

/** `/studio/drafts/{id}`: the form of a connector with its YAML beside it. Every part works without a script. */
export function editorPage({ view, viewer, formToken, now, flash, unsaved }: EditorPage): string {
  const { draft } = view;
  const title = draftTitle(draft);
  return studioFrame({
    title,
    trail: [{ label: 'Drafts', href: NEW_CONNECTOR_PATH }, { label: title }],
    part: 'connectors',
    viewer,
    flash,
    script: '/public/studio.js',
    children: (
      <>
        <DraftSteps draftId={draft.id} current="edit" />
        {unsaved !== undefined && <NotSaved unsaved={unsaved} />}
        <form
          id="editor"
          class="editor"
          method="post"
          action={draftPath(draft.id)}
          noValidate
          data-check={`/v1/studio/drafts/${encodeURIComponent(draft.id)}/check`}
        >
          <FormToken value={formToken} />
          <input type="hidden" name="version" value={String(draft.version)} />
          <Head view={view} now={now} title={title} />
          <ProblemSummary view={view} />
          <div class="panes">
            <FormPart view={view} />
            <TextPart text={draft.text} />
          </div>
        </form>
        <Discard draft={draft} formToken={formToken} />
      </>
    ),
  });
}

interface HeadOptions extends Pick<EditorPage, 'view' | 'now'> {
  readonly title: string;
}

function Head({ view: { draft }, now, title }: HeadOptions) {
  return (
    <div class="editor-head">
      <div class="head">
        <h1>{title}</h1>
        <p id="facts" data-live="">
          {draft.path === '' ? 'The file gets the name of the connector.' : <code>{draft.path}</code>}
          {draft.base !== null && baseText(draft.base)}
        </p>
      </div>
      <div class="actions">
        <button type="submit" class="primary">
          Save
        </button>
        <a class="button" href={draftPartPath(draft.id, 'preview')}>
          Test and preview
        </a>
      </div>
      <p class="quiet" id="saved" role="status">
        Saved <Moment at={draft.updatedAt} now={now} />
      </p>
    </div>
  );
}

/** The base branch may have moved since the draft began, which its proposal finds out. */
function baseText({ commit }: NonNullable<Draft['base']>): string {
  return commit === null
    ? ', from the merged file'
    : `, from the merged file at ${commit.slice(0, COMMIT_SHOWN)}`;
}

const COMMIT_SHOWN = 7;

function TextPart({ text }: Pick<Draft, 'text'>) {
  return (
    <div class="text-part">
      <label for="text">YAML</label>
      <div class="code-pane">
        <div class="gutter" id="gutter" aria-hidden="true" />
        <textarea
          id="text"
          name="text"
          class="mono"
          rows={28}
          wrap="off"
          spellcheck={false}
          autocomplete="off"
          aria-describedby="summary-title"
        >
          {areaText(controlText(text))}
        </textarea>
      </div>
    </div>
  );
}

function Discard({ draft, formToken }: { readonly draft: Draft } & Pick<EditorPage, 'formToken'>) {
  return (
    <details class="discard">
      <summary>Discard this draft…</summary>
      <form method="post" action={draftPartPath(draft.id, 'discard')}>
        <FormToken value={formToken} />
        <p>The text of the draft is removed. Merged files and open proposals stay as they are.</p>
        <button type="submit" class="danger">
          Discard the draft
        </button>
      </form>
    </details>
  );
}

function NotSaved({ unsaved: { text, fields } }: { readonly unsaved: Unsaved }) {
  return (
    <section class="need tone-bad" role="alert" aria-labelledby="unsaved-title">
      <h2 id="unsaved-title">What you sent is not saved</h2>
      {text !== undefined && (
        <>
          <label for="unsaved-text">The text that you sent</label>
          <textarea id="unsaved-text" class="mono" rows={10} readOnly>
            {areaText(text)}
          </textarea>
        </>
      )}
      {fields.map(({ path, value }) => (
        <div key={path}>
          <code>{path}</code>
          <pre>{value}</pre>
        </div>
      ))}
    </section>
  );
}
