import type { Clock } from '../../core/time/clock.ts';
import type { ServerDatabase } from '../../database/open-server-database.ts';
import { isUniqueViolation } from '../../database/state-errors.ts';
import { forgetLease, renewLease, takeLease, type ProposalLease } from './proposal-lease.ts';
import type { ProposalTable, StoredProposalState } from './table.ts';

/** The states of a proposal that can be extended; a connector has at most one such proposal. */
const LIVE = ['asked', 'tree', 'commit', 'branch', 'open'] as const satisfies StoredProposalState[];

/** A file of a proposal by its blobs; null where the file does not exist. */
interface StoredFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface StoredProposal {
  readonly id: string;
  readonly connectorId: string;
  readonly action: ProposalTable['action'];
  readonly repository: string;
  readonly branch: string;
  readonly baseBranch: string;
  readonly baseCommit: string;
  readonly state: StoredProposalState;
  /** The commit of this program that the branch got last. */
  readonly headCommit: string | null;
  /** The commit that the branch is about to get; null once it is there. */
  readonly nextCommit: string | null;
  /** Whether the branch has commits of other people, whose files every later commit keeps. */
  readonly isShared: boolean;
  readonly pull: { readonly number: number; readonly url: string } | null;
  readonly title: string;
  readonly body: string;
  readonly files: readonly StoredFile[];
  readonly proposedBy: { readonly id: string; readonly name: string };
  readonly draftId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly checkedAt: string | null;
  /** The ETag of the last response about the pull request. */
  readonly etag: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What an attempt writes over the proposal of the connector, or stores as a new one. */
export type ProposalAttempt = Pick<
  StoredProposal,
  | 'id'
  | 'connectorId'
  | 'action'
  | 'repository'
  | 'branch'
  | 'baseBranch'
  | 'baseCommit'
  | 'title'
  | 'body'
  | 'files'
  | 'proposedBy'
  | 'draftId'
>;

export type ProposalChange = Partial<
  Pick<
    StoredProposal,
    'state' | 'headCommit' | 'nextCommit' | 'isShared' | 'pull' | 'checkedAt' | 'etag' | 'error'
  >
>;

/** The journal of proposals. Every method: @throws BridgeError STATE_* */
export interface ProposalStore {
  /** Stores the first step of an attempt; the proposal of the connector that can be extended is written over. */
  begin(attempt: ProposalAttempt): Promise<void>;
  change(id: string, change: ProposalChange): Promise<void>;
  find(id: string): Promise<StoredProposal | undefined>;
  /** The proposal of a connector that can be extended. */
  live(repository: string, connectorId: string): Promise<StoredProposal | undefined>;
  /** Every commit that this program wrote for a branch. */
  commitsOf(repository: string, branch: string): Promise<ReadonlySet<string>>;
  /** Newest first. */
  list(filter: { readonly connectorId?: string; readonly limit: number }): Promise<StoredProposal[]>;
  /** Proposals with a pull request that is open as far as is known, and that were last checked before a time. */
  toCheck(before: Date): Promise<StoredProposal[]>;
  /** @returns undefined while another holder has the lease */
  takeLease(repository: string, leaseMs: number): Promise<ProposalLease | undefined>;
}

export function openProposalStore(database: Pick<ServerDatabase, 'guarded'>, clock: Clock): ProposalStore {
  const now = () => clock.now().toISOString();
  return {
    begin: (attempt) =>
      database.guarded(({ knex }) =>
        knex.transaction(async (transaction) => {
          const row = {
            ...attemptRow(attempt),
            state: 'asked',
            error_code: null,
            error_message: null,
          } as const;
          const changed = await transaction('studio_proposals')
            .where({ id: attempt.id })
            .update({ ...row, updated_at: now() });
          if (changed > 0) return;
          await transaction('studio_proposals').insert({ ...row, created_at: now(), updated_at: now() });
        }),
      ),
    change: (id, change) =>
      database.guarded(async ({ knex }) => {
        await knex('studio_proposals')
          .where({ id })
          .update({ ...changedColumns(change), updated_at: now() });
      }),
    ...reading(database),
    takeLease: (repository, leaseMs) =>
      database.guarded(async (on) => {
        const holder = await takeLease(on, repository, leaseMs).catch((thrown: unknown) => {
          // Another server inserted the row at the same moment.
          if (isUniqueViolation(thrown)) return undefined;
          throw thrown;
        });
        if (holder === undefined) return undefined;
        return {
          renew: () => database.guarded((each) => renewLease(each, repository, holder, leaseMs)),
          release: () => database.guarded((each) => forgetLease(each, repository, holder)),
        };
      }),
  };
}

type Reading = Pick<ProposalStore, 'find' | 'live' | 'commitsOf' | 'list' | 'toCheck'>;

function reading(database: Pick<ServerDatabase, 'guarded'>): Reading {
  return {
    find: (id) =>
      database.guarded(async ({ knex }) => {
        const row = await knex('studio_proposals').where({ id }).first();
        return row === undefined ? undefined : storedProposal(row);
      }),
    live: (repository, connectorId) =>
      database.guarded(async ({ knex }) => {
        const row = await knex('studio_proposals')
          .where({ repository, connector_id: connectorId })
          .whereIn('state', LIVE)
          .first();
        return row === undefined ? undefined : storedProposal(row);
      }),
    commitsOf: (repository, branch) =>
      database.guarded(async ({ knex }) => {
        const rows = await knex('studio_proposals')
          .where({ repository, branch })
          .select('head_commit', 'next_commit');
        return new Set(
          rows.flatMap((row) => [row.head_commit, row.next_commit]).filter((sha) => sha !== null),
        );
      }),
    list: ({ connectorId, limit }) =>
      database.guarded(async ({ knex }) => {
        const rows = await knex('studio_proposals')
          .where(connectorId === undefined ? {} : { connector_id: connectorId })
          .orderBy([
            { column: 'created_at', order: 'desc' },
            { column: 'id', order: 'desc' },
          ])
          .limit(limit);
        return rows.map(storedProposal);
      }),
    toCheck: (before) =>
      database.guarded(async ({ knex }) => {
        const rows = await knex('studio_proposals')
          .whereIn('state', [...LIVE, 'unknown'])
          .whereNotNull('pull_number')
          .where((query) => {
            void query.whereNull('checked_at').orWhere('checked_at', '<=', before.toISOString());
          })
          .orderBy('created_at');
        return rows.map(storedProposal);
      }),
  };
}

function attemptRow(attempt: ProposalAttempt) {
  return {
    id: attempt.id,
    connector_id: attempt.connectorId,
    action: attempt.action,
    repository: attempt.repository,
    branch: attempt.branch,
    base_branch: attempt.baseBranch,
    base_commit: attempt.baseCommit,
    title: attempt.title,
    body: attempt.body,
    files: JSON.stringify(attempt.files),
    proposed_by: attempt.proposedBy.id,
    proposed_by_name: attempt.proposedBy.name,
    draft_id: attempt.draftId,
  };
}

function changedColumns({
  state,
  headCommit,
  nextCommit,
  isShared,
  pull,
  checkedAt,
  etag,
  error,
}: ProposalChange) {
  return {
    ...(state !== undefined && { state }),
    ...(headCommit !== undefined && { head_commit: headCommit }),
    ...(nextCommit !== undefined && { next_commit: nextCommit }),
    ...(isShared !== undefined && { is_shared: isShared ? 1 : 0 }),
    ...(pull !== undefined && { pull_number: pull?.number ?? null, pull_url: pull?.url ?? null }),
    ...(checkedAt !== undefined && { checked_at: checkedAt }),
    ...(etag !== undefined && { etag }),
    ...(error !== undefined && { error_code: error?.code ?? null, error_message: error?.message ?? null }),
  };
}

function storedProposal(row: ProposalTable): StoredProposal {
  return {
    id: row.id,
    connectorId: row.connector_id,
    action: row.action,
    repository: row.repository,
    branch: row.branch,
    baseBranch: row.base_branch,
    baseCommit: row.base_commit,
    state: row.state,
    headCommit: row.head_commit,
    nextCommit: row.next_commit,
    isShared: row.is_shared === 1,
    pull:
      row.pull_number === null || row.pull_url === null
        ? null
        : { number: row.pull_number, url: row.pull_url },
    title: row.title,
    body: row.body,
    files: JSON.parse(row.files) as StoredFile[],
    proposedBy: { id: row.proposed_by, name: row.proposed_by_name },
    draftId: row.draft_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    checkedAt: row.checked_at,
    etag: row.etag,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
  };
}
