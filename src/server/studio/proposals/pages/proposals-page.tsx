import type { ProposalRecord, ProposalState } from '../../../../app/studio/proposals/proposal-service.ts';
import type { Flash } from '../../../http/flash.ts';
import type { Viewer } from '../../elements/viewer.ts';
import { Moment } from '../../../ops/elements/moment.tsx';
import { studioFrame } from '../../elements/frame.tsx';
import { CATALOG_PATH, PROPOSALS_PATH, proposalPath } from '../../paths.ts';

interface ProposalsPage {
  readonly proposals: readonly ProposalRecord[];
  readonly filter: { readonly connector: string; readonly state: string };
  readonly canPropose: boolean;
  readonly tokenWarning: string | undefined;
  readonly now: string;
  readonly flash: Flash | undefined;
  readonly viewer: Viewer;
}

const IN_PROGRESS = 'in progress';

const STATE_WORDS: Readonly<Record<ProposalState, string>> = {
  asked: IN_PROGRESS,
  tree: IN_PROGRESS,
  commit: IN_PROGRESS,
  branch: IN_PROGRESS,
  open: 'open',
  merged: 'merged',
  closed: 'closed',
  unknown: 'unknown',
  failed: 'failed',
};

/** A proposal with an error is not in progress, although its next attempt continues it. */
export function stateText({ state, error }: Pick<ProposalRecord, 'state' | 'error'>): string {
  const words = STATE_WORDS[state];
  return words === IN_PROGRESS && error !== null ? 'interrupted' : words;
}

function Filter({ filter }: Pick<ProposalsPage, 'filter'>) {
  return (
    <form class="filter" method="get" action={PROPOSALS_PATH} role="search" aria-label="Which proposals">
      <label class="wide">
        Connector
        <input type="search" name="connector" value={filter.connector} maxLength={64} />
      </label>
      <label>
        State
        <select name="state">
          <option value="">all</option>
          {(['open', 'merged', 'closed', 'failed', 'unknown'] as const).map((state) => (
            <option key={state} value={state} selected={filter.state === state}>
              {STATE_WORDS[state]}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Show</button>
      {(filter.connector !== '' || filter.state !== '') && <a href={PROPOSALS_PATH}>Clear</a>}
    </form>
  );
}

/** The history of proposals, newest first. */
export function proposalsPage({
  proposals,
  filter,
  canPropose,
  tokenWarning,
  now,
  flash,
  viewer,
}: ProposalsPage): string {
  return studioFrame({
    title: 'Proposals',
    part: 'proposals',
    viewer,
    flash,
    children: (
      <>
        <h1>Proposals</h1>
        {tokenWarning !== undefined && (
          <p class="need tone-warn" role="status">
            {tokenWarning} After that, changes can only be downloaded as patches. Ask the operator for a new
            one.
          </p>
        )}
        <Filter filter={filter} />
        {proposals.length === 0 ? (
          <div class="nothing">
            <p>{emptyText(filter, canPropose)}</p>
            <p>
              <a href={CATALOG_PATH}>Go to the connectors</a>
            </p>
          </div>
        ) : (
          <div class="scroll" role="region" aria-label="Proposals" tabindex={0}>
            <table>
              <caption class="unseen">Proposals, newest first</caption>
              <thead>
                <tr>
                  <th scope="col">Proposal</th>
                  <th scope="col">State</th>
                  <th scope="col">Pull request</th>
                  <th scope="col">By</th>
                  <th scope="col">When</th>
                </tr>
              </thead>
              <tbody>
                {proposals.map((each) => (
                  <tr key={each.id}>
                    <th scope="row" class="name">
                      <a href={proposalPath(each.id)}>{each.title}</a>
                    </th>
                    <td>
                      <span class={`state ${each.state}`}>{stateText(each)}</span>
                    </td>
                    <td>
                      <PullLink pull={each.pull} />
                    </td>
                    <td>{each.proposedBy.name}</td>
                    <td>
                      <Moment at={each.createdAt} now={now} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </>
    ),
  });
}

function emptyText({ connector, state }: ProposalsPage['filter'], canPropose: boolean): string {
  if (connector !== '' || state !== '') return 'No proposal matches. Clear the filter to see all.';
  return canPropose
    ? 'Nothing has been proposed yet. Create or change a connector, then propose the change.'
    : 'This server has no credentials for GitHub, so it opens no pull requests. Each change can be downloaded as a patch. An administrator sets GITHUB_REPO and GITHUB_TOKEN.';
}

/** Another address is shown as text, and cannot be clicked. */
export function isWebAddress(url: string): boolean {
  return /^https?:\/\//.test(url);
}

/** The address is the one that GitHub returned. */
export function PullLink({ pull }: Pick<ProposalRecord, 'pull'>) {
  if (pull === null) return <span class="unknown">–</span>;
  const label = `#${pull.number}`;
  return isWebAddress(pull.url) ? (
    <a href={pull.url} rel="noreferrer">
      {label}
    </a>
  ) : (
    <>{label}</>
  );
}
