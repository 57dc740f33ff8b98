import type { FileConflict } from '../../../../app/studio/changes/change-proposals.ts';
import type { Draft } from '../../../../app/studio/drafts/draft-service.ts';
import { printableLines } from '../../../../core/text/printable.ts';
import { FormToken } from '../../../http/pages/form-token.tsx';
import { draftPartPath, draftPath } from '../../paths.ts';
import { Diff } from './diff.tsx';

interface ConflictSection {
  readonly conflict: FileConflict;
  readonly draft: Draft | null;
  readonly formToken: string | undefined;
}

/** Both versions of a file that two people changed, and what the author can do. */
export function Conflict({ conflict, draft, formToken }: ConflictSection) {
  const { path, theirs, yours, changedBy } = conflict;
  return (
    <section class="need tone-bad" role="alert" aria-labelledby="conflict-title">
      <h2 id="conflict-title">Another person changed this file</h2>
      <p>
        <code>{path}</code> is not as it was when you began{changedBy === null ? '' : `: ${changedBy}`}.
        Nothing was proposed. Compare both versions, then decide.
      </p>
      <div class="versions">
        <Version id="theirs" title="Their version" text={theirs} />
        <Version id="yours" title="Your version" text={yours} />
      </div>
      <h3>From their version to yours</h3>
      <Diff files={[{ path, before: theirs, after: yours }]} about="from their version to yours" />
      {draft === null && (
        <p class="fix">
          Agree with the other person. Once their pull request is merged or closed, propose this again.
        </p>
      )}
      {draft !== null && draft.path !== path && (
        <p class="fix">
          This file is generated from the connector, so a draft cannot take it over. Agree with the other
          person; or close the pull request and delete its branch, then propose again.
        </p>
      )}
      {draft?.path === path && theirs !== null && (
        <div class="actions">
          <Resolve {...{ draft, theirs, formToken }} keep="theirs" label="Take theirs as the new draft" />
          <Resolve
            {...{ draft, theirs, formToken }}
            keep="mine"
            label="Keep my text, which replaces theirs"
          />
          <a class="button" href={draftPath(draft.id)}>
            Back to the draft
          </a>
        </div>
      )}
      {draft?.path === path && theirs === null && (
        <p class="fix">
          They deleted the file. Discard this draft, or start a new connector with its text.{' '}
          <a href={draftPath(draft.id)}>Open the draft</a>
        </p>
      )}
    </section>
  );
}

function Version({
  id,
  title,
  text,
}: {
  readonly id: string;
  readonly title: string;
  readonly text: string | null;
}) {
  return (
    <div>
      <h3 id={`${id}-title`}>{title}</h3>
      {text === null ? (
        <p class="quiet">The file does not exist.</p>
      ) : (
        <pre class="diff" tabindex={0} aria-labelledby={`${id}-title`}>
          {printableLines(text.replaceAll('\r\n', '\n'))}
        </pre>
      )}
    </div>
  );
}

interface ResolveForm {
  readonly draft: Draft;
  readonly theirs: string;
  readonly keep: 'theirs' | 'mine';
  readonly label: string;
  readonly formToken: string | undefined;
}

function Resolve({ draft, theirs, keep, label, formToken }: ResolveForm) {
  return (
    <form method="post" action={draftPartPath(draft.id, 'resolve')}>
      <FormToken value={formToken} />
      <input type="hidden" name="version" value={draft.version} />
      <input type="hidden" name="keep" value={keep} />
      <input type="hidden" name="theirs" value={Buffer.from(theirs).toString('base64')} />
      <button type="submit">{label}</button>
    </form>
  );
}
