import { BridgeError } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import type { Clock } from '../../../core/time/clock.ts';
import type { GithubApi } from '../../../studio/github/api.ts';
import { readPull } from '../../../studio/github/pull-requests.ts';
import type { ProposalStore } from '../../../state/studio/proposals.ts';
import type { ProposalChange, StoredProposal } from '../../../state/studio/stored-proposal.ts';
import { PROPOSAL_CHECK_MS, PROPOSALS_CHECKED_MAX } from '../../limits.ts';

interface Refreshing {
  readonly api: GithubApi;
  readonly store: ProposalStore;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

/** Requests the state of open pull requests. If GitHub does not answer, the states stay as they are, and that is logged. */
export async function refreshProposals(
  { api, store, clock, log }: Refreshing,
  signal: AbortSignal,
): Promise<void> {
  const now = clock.now();
  const due = await store.toCheck(new Date(now.getTime() - PROPOSAL_CHECK_MS), PROPOSALS_CHECKED_MAX);
  for (const proposal of due) {
    const checkedAt = now.toISOString();
    try {
      await store.change(proposal.id, { checkedAt, ...(await stateOf(api, store, proposal, signal)) });
    } catch (thrown) {
      if (!(thrown instanceof BridgeError) || !thrown.code.startsWith('GITHUB_')) throw thrown;
      log.warn('the state of a pull request could not be requested', {
        proposal: proposal.id,
        code: thrown.code,
      });
      await store.change(proposal.id, { checkedAt });
      return;
    }
  }
}

async function stateOf(
  api: GithubApi,
  store: ProposalStore,
  { pull, etag, state, repository, connectorId }: StoredProposal,
  signal: AbortSignal,
): Promise<ProposalChange> {
  if (pull === null) return {};
  const found = await readPull(api, pull.number, etag, signal);
  if (found === 'unchanged') return {};
  // GitHub answers the same when the credentials lost access, so the pull request may still be open.
  if (found === 'missing') return { state: 'unknown', etag: null };
  const known = { etag: found.etag };
  if (found.pull.state !== 'open') return { ...known, state: found.pull.state };
  if (state !== 'unknown') return known;
  // A connector has at most one proposal that can be extended.
  const live = await store.live(repository, connectorId);
  return live === undefined ? { ...known, state: 'open' } : known;
}
