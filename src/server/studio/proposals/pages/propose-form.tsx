import type { PlannedChange } from '../../../../app/studio/changes/change-proposals.ts';
import { FormToken } from '../../../http/pages/form-token.tsx';
import { REASON_CHARACTERS_MAX } from '../../../limits.ts';
import { catalogPath, draftPath, proposalPath } from '../../paths.ts';

export interface ProposeFormProps {
  readonly plan: PlannedChange;
  readonly canPropose: boolean;
  /** Where the form is sent, and the patch is downloaded. */
  readonly action: string;
  readonly patchPath: string;
  readonly formToken: string | undefined;
}

/** Opens or extends a pull request; without credentials for GitHub, it offers the patch and the text. */
export function ProposeForm({ plan, canPropose, action, patchPath, formToken }: ProposeFormProps) {
  const { open, title, body } = plan;
  const patch = (
    <a class={canPropose ? 'button' : 'button primary'} href={patchPath} download>
      Download the patch
    </a>
  );
  return (
    <section aria-labelledby="propose-title">
      <h2 id="propose-title">{canPropose ? 'Propose' : 'Propose by hand'}</h2>
      {!canPropose && (
        <>
          <p>
            This server has no credentials for GitHub. Download the patch, apply it in the repository with{' '}
            <code>git apply</code>, and copy this text into the pull request.
          </p>
          <p class="actions">{patch}</p>
          <p>
            Title: <code>{title}</code>
          </p>
          <label for="body">Text of the pull request</label>
          <textarea id="body" class="mono" rows={16} readOnly>
            {body}
          </textarea>
        </>
      )}
      {canPropose && (
        <form class="propose" method="post" action={action}>
          <FormToken value={formToken} />
          {plan.action === 'delete' && plan.documents?.count !== 0 && <DocumentsChoice />}
          <label for="reason">Why (optional, part of the pull request)</label>
          <textarea id="reason" name="reason" rows={3} maxLength={REASON_CHARACTERS_MAX / 2} />
          {open !== null && (
            <p>
              This extends the open proposal <a href={proposalPath(open.id)}>{open.title}</a>.
            </p>
          )}
          <div class="actions">
            <button type="submit" class={plan.action === 'delete' ? 'danger' : 'primary'}>
              {open === null ? 'Open a pull request' : 'Add to the pull request'}
            </button>
            {patch}
            <a
              class="button"
              href={plan.draft === null ? catalogPath(plan.connectorId) : draftPath(plan.draft.id)}
            >
              {plan.draft === null ? 'Cancel' : 'Back to the draft'}
            </a>
          </div>
        </form>
      )}
    </section>
  );
}

function DocumentsChoice() {
  return (
    <fieldset>
      <legend>What becomes of the documents?</legend>
      <label class="check">
        <input type="radio" name="documents" value="keep" checked />
        <span>Keep them in the index</span>
      </label>
      <label class="check">
        <input type="radio" name="documents" value="remove_first" />
        <span>Remove them before the merge: the pull request asks for it</span>
      </label>
    </fieldset>
  );
}
