import type { Draft } from '../../../app/studio/drafts/draft-service.ts';
import type { Preview, PreviewService } from '../../../app/studio/preview/preview-service.ts';
import type { BridgeError } from '../../../core/errors.ts';
import { FormToken } from '../../http/pages/form-token.tsx';
import type { Viewer } from '../elements/viewer.ts';
import { Facts } from '../../ops/elements/facts.tsx';
import { countText } from '../../ops/elements/figures.ts';
import { draftTitle } from '../editor/draft-title.ts';
import { DraftSteps } from '../elements/draft-steps.tsx';
import { studioFrame } from '../elements/frame.tsx';
import { draftPartPath, draftPath, NEW_CONNECTOR_PATH } from '../paths.ts';
import { ColumnChoices } from './column-choices.tsx';
import { DocumentCard } from './document-card.tsx';
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
  | { readonly kind: 'failed'; readonly error: BridgeError };

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
      <p>
        A preview reads the source and writes nothing. It takes at most 30 seconds, a count at most 100; stop
        loading the page to cancel it. Use a login that can only read: SQL Server does not refuse writes by
        itself.
      </p>
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
              class={outcome?.kind === 'columns' ? undefined : 'primary'}
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
        <h2 id="failed-title">The preview failed</h2>
        {message.split('\n').map((line) => (
          <p key={line}>{shownText(line)}</p>
        ))}
        {hint !== undefined && <p class="quiet">{shownText(hint)}</p>}
        <p class="quiet">
          <code>{code}</code>
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
  if (outcome.kind === 'counts') return <Counts counts={outcome.counts} />;
  return <Documents preview={outcome.preview} />;
}

function Counts({ counts }: Pick<Extract<PreviewOutcome, { kind: 'counts' }>, 'counts'>) {
  const { added, changed, deleted, held, unchanged, quarantined, seen, holdReason, countedAt } = counts;
  return (
    <section role="status" aria-labelledby="counts-title">
      <h2 id="counts-title">What a run would change</h2>
      <Facts
        rows={[
          ['Added', countText(added)],
          ['Changed', countText(changed)],
          ['Deleted', countText(deleted)],
          ['Deletes on hold', countText(held)],
          ['Unchanged', countText(unchanged)],
          ['Rows set aside', countText(quarantined)],
          ['Rows read', countText(seen)],
        ]}
      />
      {holdReason !== null && <p>{shownText(holdReason)}</p>}
      <p class="quiet">Counted at {countedAt}. The source may have changed since.</p>
    </section>
  );
}

function Documents({ preview }: { readonly preview: Preview }) {
  const { documents, quarantined, limitedBy, milliseconds } = preview;
  return (
    <section aria-labelledby="documents-title">
      <h2 id="documents-title">
        {documents.length === 0 ? 'No documents' : `The first ${documents.length} documents`}
      </h2>
      <p class="quiet">
        Read in {milliseconds} ms, as a run would write them. {limitOf(limitedBy)} The documents of the source
        were not counted.
      </p>
      {quarantined.length > 0 && (
        <details open>
          <summary>{quarantined.length} rows would be set aside</summary>
          <ul>
            {quarantined.map(({ row, reason }) => (
              <li key={row}>
                Row {row}: {shownText(reason)}
              </li>
            ))}
          </ul>
        </details>
      )}
      {documents.map((document) => (
        <DocumentCard key={document.id} document={document} />
      ))}
    </section>
  );
}

function limitOf(limitedBy: Preview['limitedBy']): string {
  if (limitedBy === 'documents') return 'The preview stopped at its limit of documents.';
  if (limitedBy === 'bytes') return 'The preview stopped at its limit of 1 MiB.';
  return 'What was read has no more rows; of an API, that is its first page.';
}
