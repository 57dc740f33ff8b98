import type { ProposalRecord } from '../../../../app/studio/proposals/proposal-service.ts';
import type { Flash } from '../../../http/flash.ts';
import { Facts } from '../../../ops/elements/facts.tsx';
import type { Viewer } from '../../elements/viewer.ts';
import { ExactMoment } from '../../../ops/elements/moment.tsx';
import { studioFrame } from '../../elements/frame.tsx';
import { catalogPath, PROPOSALS_PATH } from '../../paths.ts';
import { Diff } from './diff.tsx';
import { isWebAddress, PullLink, stateText } from './proposals-page.tsx';

interface ProposalPage {
  readonly proposal: ProposalRecord;
  /** The files with their texts; undefined if they could not be read. */
  readonly texts: Parameters<typeof Diff>[0]['files'] | undefined;
  readonly now: string;
  readonly flash: Flash | undefined;
  readonly viewer: Viewer;
}

/** One proposal: its state, its files and the text of its pull request. */
export function proposalPage({ proposal, texts, now, flash, viewer }: ProposalPage): string {
  const { title, state, pull, branch, baseBranch, repository, files, body, error } = proposal;
  return studioFrame({
    title,
    trail: [{ label: 'Proposals', href: PROPOSALS_PATH }, { label: title }],
    part: 'proposals',
    viewer,
    flash,
    children: (
      <>
        <h1>{title}</h1>
        {error !== null && (
          <section class="need tone-bad" role="alert" aria-labelledby="error-title">
            <h2 id="error-title">The last attempt failed</h2>
            <p>
              <code>{error.code}</code> {error.message}
            </p>
            <p class="fix">Propose the change again: the next attempt continues where this one ended.</p>
          </section>
        )}
        <NextStep proposal={proposal} />
        <Facts
          rows={[
            ['State', <span class={`state ${state}`}>{stateText(proposal)}</span>],
            ['Pull request', <PullLink pull={pull} />],
            ['Repository', <code>{repository}</code>],
            [
              'Branch',
              <>
                <code>{branch}</code> into <code>{baseBranch}</code>
              </>,
            ],
            ['Proposed by', proposal.proposedBy.name],
            ['Proposed', <ExactMoment at={proposal.createdAt} now={now} />],
            ['State checked', <ExactMoment at={proposal.checkedAt} now={now} />],
          ]}
        />
        <section aria-labelledby="files-title">
          <h2 id="files-title">Files</h2>
          {texts === undefined ? (
            <ul class="notes">
              {files.map(({ path, before, after }) => (
                <li key={path}>
                  <code>{path}</code> {before === null ? 'new' : after === null ? 'deleted' : 'changed'}
                </li>
              ))}
            </ul>
          ) : (
            <Diff files={texts} />
          )}
        </section>
        <section aria-labelledby="body-title">
          <h2 id="body-title">Text of the pull request</h2>
          <pre class="diff" tabindex={0} aria-labelledby="body-title">
            {body}
          </pre>
        </section>
      </>
    ),
  });
}

/** What has to happen next, and the link to where it happens. */
function NextStep({ proposal }: Pick<ProposalPage, 'proposal'>) {
  const { action, connectorId, state, pull } = proposal;
  if (state !== 'open' && state !== 'merged') return null;
  return (
    <div class="next">
      <p>{state === 'open' ? OPEN : MERGED[action === 'delete' ? 'delete' : 'others']}</p>
      <p class="actions">
        {pull !== null && isWebAddress(pull.url) && (
          <a class={state === 'open' ? 'button primary' : 'button'} href={pull.url} rel="noreferrer">
            Open pull request #{pull.number}
          </a>
        )}
        {state === 'merged' && action !== 'delete' && (
          <a class="button" href={catalogPath(connectorId)}>
            Show {connectorId}
          </a>
        )}
      </p>
    </div>
  );
}

const OPEN =
  'A colleague reviews and merges the pull request. Nothing changes before that, and before your deployment has brought the merged files to this server.';
const MERGED = {
  delete:
    'The pull request is merged. The connector leaves the catalog when your deployment has brought the change to this server.',
  others:
    'The pull request is merged. The catalog shows the change when your deployment has brought the files to this server.',
} as const;
