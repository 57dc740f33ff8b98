import type { PlannedChange } from '../../../../app/studio/changes/change-proposals.ts';
import {
  changeFateSentences,
  documentsSentence,
  retireCommand,
} from '../../../../app/studio/changes/documents.ts';
import type { Flash } from '../../../http/flash.ts';
import { Command } from '../../../ops/elements/command.tsx';
import type { Viewer } from '../../elements/viewer.ts';
import { draftTitle } from '../../editor/draft-title.ts';
import { DraftSteps } from '../../elements/draft-steps.tsx';
import { studioFrame } from '../../elements/frame.tsx';
import { CATALOG_PATH, catalogPath, draftPath, NEW_CONNECTOR_PATH } from '../../paths.ts';
import { Conflict } from './conflict.tsx';
import { Diff } from './diff.tsx';
import { ProposeForm, type ProposeFormProps } from './propose-form.tsx';

interface ChangePage extends ProposeFormProps {
  readonly flash?: Flash | undefined;
  readonly viewer: Viewer;
}

/** Shows a change before it is proposed: its files, what hinders it, what becomes of the documents. */
export function changePage({ plan, flash, viewer, ...more }: ChangePage): string {
  const { draft, title, files, notes, conflict, advice } = plan;
  return studioFrame({
    title,
    trail:
      draft === null
        ? [
            { label: 'Connectors', href: CATALOG_PATH },
            { label: plan.connectorId, href: catalogPath(plan.connectorId) },
            { label: ACTION_TRAILS[plan.action] },
          ]
        : [
            { label: 'Drafts', href: NEW_CONNECTOR_PATH },
            { label: draftTitle(draft), href: draftPath(draft.id) },
            { label: 'Propose' },
          ],
    part: 'connectors',
    viewer,
    flash,
    children: (
      <>
        {draft !== null && <DraftSteps draftId={draft.id} current="propose" />}
        <div class="head">
          <h1>{title}</h1>
          <p class="quiet">
            Base: <code>{plan.base.repository}</code>
            {plan.base.branch !== null && (
              <>
                {' '}
                at <code>{plan.base.branch}</code> {plan.base.commit?.slice(0, 7)}
              </>
            )}
          </p>
        </div>
        {conflict !== null && <Conflict {...{ conflict, draft, formToken: more.formToken }} />}
        <Hindrances plan={plan} />
        <Documents plan={plan} />
        <section aria-labelledby="files-title">
          <h2 id="files-title">Files</h2>
          {files.length === 0 ? (
            <p class="nothing">Nothing would change: the base has these files already.</p>
          ) : (
            <Diff files={files} />
          )}
          {notes.length > 0 && (
            <ul class="notes">
              {notes.map(({ tone, text }) => (
                <li key={text}>
                  {tone === 'warn' && <strong>By hand: </strong>}
                  {text}
                </li>
              ))}
            </ul>
          )}
          {advice.length > 0 && (
            <>
              <h3>Advice</h3>
              <ul class="notes">
                {advice.map((text) => (
                  <li key={text}>{text}</li>
                ))}
              </ul>
            </>
          )}
        </section>
        {isProposable(plan) && <ProposeForm {...{ plan, ...more }} />}
      </>
    ),
  });
}

const ACTION_TRAILS: Readonly<Record<PlannedChange['action'], string>> = {
  create: 'Create',
  edit: 'Edit',
  clone: 'Clone',
  delete: 'Delete',
  pause: 'Pause',
  resume: 'Resume',
};

function isProposable({ refusals, problems, conflict, files }: PlannedChange): boolean {
  const hasErrors = refusals.length > 0 || problems.some(({ status }) => status === 'fail');
  return !hasErrors && conflict === null && files.length > 0;
}

function Hindrances({ plan: { refusals, problems, draft } }: { readonly plan: PlannedChange }) {
  if (refusals.length === 0 && problems.length === 0) return null;
  const isRefused = refusals.length > 0 || problems.some(({ status }) => status === 'fail');
  return (
    <section
      class={`need ${isRefused ? 'tone-bad' : 'tone-warn'}`}
      role={isRefused ? 'alert' : 'status'}
      aria-labelledby="problems-title"
    >
      <h2 id="problems-title">{isRefused ? 'This cannot be proposed yet' : 'Warnings'}</h2>
      <ul class="problems">
        {refusals.map((text) => (
          <li key={text}>{text}</li>
        ))}
        {problems.map(({ place, subject, message, fix, status }) => (
          <li key={`${place.line ?? 0} ${subject} ${message}`}>
            {status === 'warn' && 'Warning: '}
            {place.line !== undefined && `line ${place.line}: `}
            {subject !== '' && (
              <>
                <code>{subject}</code>{' '}
              </>
            )}
            {message} <span class="fix">Write: {fix}</span>
          </li>
        ))}
      </ul>
      {draft !== null && (
        <p>
          <a href={draftPath(draft.id)}>Correct it in the editor</a>
        </p>
      )}
    </section>
  );
}

function Documents({ plan: { action, documents, path } }: { readonly plan: PlannedChange }) {
  if (action !== 'delete' && action !== 'pause' && action !== 'resume') return null;
  return (
    <section aria-labelledby="documents-title">
      <h2 id="documents-title">Documents</h2>
      <p>
        <strong>{documentsSentence(documents)}</strong>
      </p>
      {action === 'delete' && documents?.count !== 0 && (
        <>
          <p>
            Deleting the connector does not delete its documents. To remove them, run this command while the
            file of the connector exists, before the proposal is merged:
          </p>
          <Command
            text={retireCommand(path, documents?.count ?? null)}
            label="the command that removes them"
          />
        </>
      )}
      {action !== 'delete' && (
        <ul class="notes">
          {changeFateSentences(action, documents).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
