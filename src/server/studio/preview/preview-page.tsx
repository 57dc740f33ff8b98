import type { Draft } from '../../../app/studio/drafts/draft-service.ts';
import type { Preview, PreviewService } from '../../../app/studio/preview/preview-service.ts';
import type { BridgeError } from '../../../core/errors.ts';
import { FormToken } from '../../http/pages/form-token.tsx';
import type { Viewer } from '../elements/viewer.ts';
import { draftTitle } from '../editor/draft-title.ts';
import { DraftSteps } from '../elements/draft-steps.tsx';
import { studioFrame } from '../elements/frame.tsx';
import { draftPartPath, draftPath, NEW_CONNECTOR_PATH } from '../paths.ts';
import { ColumnChoices } from './column-choices.tsx';
import { Counts, Documents } from './preview-results.tsx';
import { shownText } from './shown-text.ts';

export type PreviewOutcome =
  | {
      readonly kind: 'columns';
      readonly columns: Preview['columns'];
      readonly milliseconds: number;
      /** The values of the fields of the draft, by their paths. */
      readonly values: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'documents'; readonly preview: Preview }
  | { readonly kind: 'counts'; readonly counts: Awaited<ReturnType<PreviewService['counts']>> }
  | { readonly kind: 'failed'; readonly attempt: Attempt; readonly error: BridgeError };

/** What a person asked for with a button of the page. */
export type Attempt = 'columns' | 'documents' | 'events' | 'counts';

const FAILED: Readonly<Record<Attempt, string>> = {
  columns: 'The connection test failed',
  documents: 'The preview failed',
  events: 'The preview failed',
  counts: 'The count failed',
};

interface PreviewPage {
  readonly draft: Draft;
  readonly outcome?: PreviewOutcome | undefined;
  readonly events?: string;
  readonly viewer: Viewer;
  readonly formToken: string | undefined;
  /** Whether the viewer may count what a run would change. */
  readonly mayCount: boolean;
}

/** Tests the connection of a draft, and shows the first documents that it would make. */
export function previewPage({
  draft,
  outcome,
  events = '',
  viewer,
  formToken,
  mayCount,
}: PreviewPage): string {
  const title = draftTitle(draft);
  return studioFrame({
    title: `Test of ${title}`,
    part: 'connectors',
    trail: [
      { label: 'Drafts', href: NEW_CONNECTOR_PATH },
      { label: title, href: draftPath(draft.id) },
      { label: 'Test' },
    ],
    viewer,
    children: (
      <>
        <DraftSteps draftId={draft.id} current="test" />
        <h1>{title}</h1>
        {outcome !== undefined && <Outcome outcome={outcome} draft={draft} formToken={formToken} />}
        <TestForm {...{ draft, outcome, events, formToken, mayCount }} />
      </>
    ),
  });
}

function TestForm({ draft, outcome, events, formToken, mayCount }: Omit<PreviewPage, 'viewer'>) {
  const isPush = /^[ \t]*mode:[ \t]*["']?rest_push\b/m.test(draft.text);
  const action = draftPartPath(draft.id, 'preview');
  return (
    <section aria-labelledby="run-title">
      <h2 id="run-title">{outcome === undefined ? 'Test the draft' : 'Test it again'}</h2>
      {isPush ? (
        <p>
          Sample events become documents in the same way as pushed events. They are not stored, and nothing is
          delivered.
        </p>
      ) : (
        <p>
          A preview reads the source and writes nothing. It takes at most 30 seconds, a count at most 100. To
          cancel it, stop loading the page. Use a database user that can only read: SQL Server does not refuse
          writes by itself.
        </p>
      )}
      <form method="post" action={action} class="preview-form">
        <FormToken value={formToken} />
        {isPush ? (
          <>
            <label for="events">Sample events, as JSON or one object in each line</label>
            <textarea id="events" name="events" rows={8} required spellcheck={false}>
              {events}
            </textarea>
            <div class="actions">
              <button type="submit" name="kind" value="events" class="primary">
                Show the documents
              </button>
            </div>
          </>
        ) : (
          <div class="actions">
            <button
              type="submit"
              name="kind"
              value="documents"
              class={outcome === undefined ? 'primary' : undefined}
            >
              Preview the first documents
            </button>
            <button type="submit" name="kind" value="columns">
              Test the connection
            </button>
            {mayCount && (
              <button type="submit" name="kind" value="counts">
                Count the changes
              </button>
            )}
          </div>
        )}
      </form>
    </section>
  );
}

function Outcome({
  outcome,
  draft,
  formToken,
}: Pick<PreviewPage, 'draft' | 'formToken'> & { readonly outcome: PreviewOutcome }) {
  if (outcome.kind === 'failed') {
    const { message, hint, code } = outcome.error;
    return (
      <section class="need tone-bad" role="alert" aria-labelledby="failed-title">
        <h2 id="failed-title">{FAILED[outcome.attempt]}</h2>
        {message.split('\n').map((line) => (
          <p key={line}>{shownText(line)}</p>
        ))}
        {hint !== undefined && <p class="fix">{shownText(hint)}</p>}
        <p class="quiet">
          <code>{code}</code>
        </p>
        <p class="actions">
          <a class="button" href={draftPath(draft.id)}>
            Change the draft
          </a>
        </p>
      </section>
    );
  }
  if (outcome.kind === 'columns') {
    return (
      <section role="status" aria-labelledby="columns-title">
        <h2 id="columns-title">Connected in {outcome.milliseconds} ms</h2>
        <p class="quiet">Choose what the columns are used for, and continue in the editor.</p>
        <ColumnChoices {...{ columns: outcome.columns, values: outcome.values, draft, formToken }} />
      </section>
    );
  }
  return (
    <>
      {outcome.kind === 'counts' ? (
        <Counts counts={outcome.counts} />
      ) : (
        <Documents preview={outcome.preview} />
      )}
      <p class="actions next">
        <a class="button primary" href={draftPartPath(draft.id, 'propose')}>
          Continue: propose the change
        </a>
        <a class="button" href={draftPath(draft.id)}>
          Change the draft
        </a>
      </p>
    </>
  );
}
