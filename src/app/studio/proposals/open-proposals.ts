import { requireRight, type Actor } from '../../../core/access/actor.ts';
import type { AuditLog } from '../../../core/access/audit-log.ts';
import { BridgeError, toBridgeError } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import { sleep } from '../../../core/retry.ts';
import type { Redactor } from '../../../core/secrets/redact.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { isConnectorName } from '../../../definitions/connector/connector-name.ts';
import { GithubApi } from '../../../studio/github/api.ts';
import { readBranch } from '../../../studio/github/git-database.ts';
import { openPull } from '../../../studio/github/pull-requests.ts';
import { tokenExpiryWarning } from '../../../studio/github/token-expiry.ts';
import type { GithubSettings } from '../../../studio/github/settings.ts';
import type { RepositoryBase } from '../../../studio/repository.ts';
import type { ProposalLease } from '../../../state/studio/proposal-lease.ts';
import type { ProposalStore } from '../../../state/studio/proposals.ts';
import type { StoredProposal } from '../../../state/studio/stored-proposal.ts';
import {
  PROPOSAL_BETWEEN_WRITES_MS,
  PROPOSAL_BUSY_MS,
  PROPOSAL_BUSY_POLL_MS,
  PROPOSAL_LEASE_MS,
  PROPOSAL_RETRY_MS,
} from '../../limits.ts';
import { PacedWrites } from './write/paced-writes.ts';
import type { ProposalOrder, ProposalRecord, ProposalService } from './proposal-service.ts';
import { refreshProposals } from './refresh-proposals.ts';
import { RepositoryAccess } from './write/repository-access.ts';
import { isVersionOf } from './write/wanted-files.ts';
import { writeProposal } from './write/write-proposal.ts';

interface ProposalContext {
  /** undefined: no credentials are configured, so nothing can be proposed. */
  readonly github: GithubSettings | undefined;
  /** The repository if no credentials are configured. */
  readonly served: RepositoryBase;
  readonly store: ProposalStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
  readonly redactor: Pick<Redactor, 'addToken' | 'redact'>;
  /** Only tests set these waits. */
  readonly timing?: Partial<ProposalTiming>;
}

/** The waits of proposals, in milliseconds. */
export interface ProposalTiming {
  /** Between two requests that write. */
  readonly betweenWritesMs: number;
  /** Before a request that reads is repeated. */
  readonly retryMs: number;
  /** How long a proposal waits for another one of the same repository. */
  readonly busyMs: number;
  readonly leaseMs: number;
}

const TIMING: ProposalTiming = {
  betweenWritesMs: PROPOSAL_BETWEEN_WRITES_MS,
  retryMs: PROPOSAL_RETRY_MS,
  busyMs: PROPOSAL_BUSY_MS,
  leaseMs: PROPOSAL_LEASE_MS,
};

/** @throws BridgeError ENVIRONMENT_INVALID for a proxy that is not an address */
export function openProposals(context: ProposalContext): ProposalService & { close(): Promise<void> } {
  const { github: settings, store, clock, log } = context;
  const timing = { ...TIMING, ...context.timing };
  const api =
    settings === undefined ? undefined : new GithubApi({ ...context, settings, retryMs: timing.retryMs });
  const access = api === undefined ? undefined : new RepositoryAccess(api, settings?.baseBranch, clock);
  return {
    canPropose: access !== undefined,
    async base(signal) {
      return access === undefined ? context.served : (await access.recentBase(signal)).files;
    },
    async propose(order, actor, signal) {
      requireRight(actor, 'author');
      if (access === undefined) throw notConfigured();
      requireConnector(order.connectorId);
      return audited(context.audit, order, actor, async () => {
        const lease = await waitForLease(store, access.api.repository, timing, signal);
        try {
          const writes = new PacedWrites(lease, timing.betweenWritesMs, signal);
          const id = await writeProposal({
            order,
            actor,
            access,
            store,
            writes,
            retryMs: timing.retryMs,
            signal,
          });
          return await requireProposal(store, id);
        } finally {
          // A lease that cannot be released expires.
          await lease.release().catch(() => undefined);
        }
      });
    },
    async isBegunWith(connectorId, file, signal) {
      if (access === undefined || !isConnectorName(connectorId)) return false;
      const base = await access.recentBase(signal);
      const branch = `studio/${connectorId}`;
      const head = await readBranch(access.api, branch, signal);
      if (head === undefined || !(await isVersionOf(head, file, base, access, signal))) return false;
      return (await openPull(access.api, { branch, base: base.branch }, signal)) !== undefined;
    },
    tokenWarning: () => tokenExpiryWarning(access?.tokenExpires, clock.now()),
    textOf: async (path, blob, signal) => access?.blobs.text(path, blob, signal),
    list: async (filter) => (await store.list(filter)).map(record),
    async find(id) {
      const found = await store.find(id);
      return found === undefined ? undefined : record(found);
    },
    async refresh(signal) {
      if (access !== undefined) await refreshProposals({ api: access.api, store, clock, log }, signal);
    },
    async close() {
      await api?.close();
    },
  };
}

async function requireProposal(store: ProposalStore, id: string): Promise<ProposalRecord> {
  const found = await store.find(id);
  if (found === undefined) throw new BridgeError('INTERNAL', `The proposal ${id} was not recorded.`);
  return record(found);
}

/** Without what only the journal needs. */
function record(stored: StoredProposal): ProposalRecord {
  const { id, connectorId, action, repository, branch, baseBranch, baseCommit, state, headCommit } = stored;
  const { pull, title, body, files, proposedBy, draftId, createdAt, updatedAt, checkedAt, error } = stored;
  const place = { id, connectorId, action, repository, branch, baseBranch, baseCommit, state, headCommit };
  return { ...place, pull, title, body, files, proposedBy, draftId, createdAt, updatedAt, checkedAt, error };
}

/** Records the attempt before and after it, so that a server that is killed leaves the first entry. */
async function audited(
  audit: AuditLog,
  { connectorId, action: change }: ProposalOrder,
  actor: Actor,
  work: () => Promise<ProposalRecord>,
): Promise<ProposalRecord> {
  const event = {
    actor,
    action: 'connector.propose',
    object: { kind: 'connector', name: connectorId },
  } as const;
  await audit.record({ ...event, outcome: 'started', details: { change } });
  try {
    const done = await work();
    const details = { change, proposal: done.id, pull: done.pull?.number ?? null, commit: done.headCommit };
    await audit.record({ ...event, outcome: 'ok', details });
    return done;
  } catch (thrown) {
    const { code } = toBridgeError(thrown);
    const isRefused = [
      'PROPOSAL_EMPTY',
      'PROPOSAL_CONFLICT',
      'PROPOSAL_REFUSED',
      'REPOSITORY_FILE_REFUSED',
    ].includes(code);
    await audit.record({ ...event, outcome: isRefused ? 'refused' : 'failed', details: { change, code } });
    throw thrown;
  }
}

async function waitForLease(
  store: ProposalStore,
  repository: string,
  { busyMs, leaseMs }: ProposalTiming,
  signal: AbortSignal,
): Promise<ProposalLease> {
  for (let waitedMs = 0; ; waitedMs += PROPOSAL_BUSY_POLL_MS) {
    const lease = await store.takeLease(repository, leaseMs);
    if (lease !== undefined) return lease;
    if (waitedMs >= busyMs) {
      throw new BridgeError('PROPOSAL_BUSY', `Another proposal for ${repository} is in progress.`, {
        hint: 'Try again in a moment. If its server was killed, it blocks others for at most a minute.',
      });
    }
    await sleep(PROPOSAL_BUSY_POLL_MS, signal);
  }
}

function requireConnector(id: string): void {
  // Every such name is safe in the name of a branch.
  if (isConnectorName(id)) return;
  throw new BridgeError('PROPOSAL_REFUSED', `${JSON.stringify(id)} is not the name of a connector.`, {
    hint: 'Use lower-case letters, digits and hyphens, with a letter or digit at both ends; at most 64 characters.',
  });
}

function notConfigured(): BridgeError {
  return new BridgeError('GITHUB_NOT_CONFIGURED', 'No credentials for GitHub are configured.', {
    hint: 'Set GITHUB_REPO and GITHUB_TOKEN, or download the patch and apply it with git apply.',
  });
}
