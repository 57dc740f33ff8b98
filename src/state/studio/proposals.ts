import type { Clock } from '../../core/time/clock.ts';
import type { ServerDatabase } from '../../database/open-server-database.ts';
import { isUniqueViolation } from '../../database/state-errors.ts';
import { forgetLease, renewLease, takeLease, type ProposalLease } from './proposal-lease.ts';
import {
  attemptRow,
  changedColumns,
  storedProposal,
  type ProposalAttempt,
  type ProposalChange,
  type StoredProposal,
} from './stored-proposal.ts';
import type { StoredProposalState } from './table.ts';

/** The states of a proposal that can be extended; a connector has at most one such proposal. */
const LIVE = ['asked', 'tree', 'commit', 'branch', 'open'] as const satisfies StoredProposalState[];

/** The journal of proposals. Every method: @throws BridgeError STATE_* */
export interface ProposalStore {
  /**
   * Stores the first step of an attempt. The proposal of the connector that can be extended is written over, except its files: they
   * are those of its branch.
   */
  begin(attempt: ProposalAttempt): Promise<void>;
  change(id: string, change: ProposalChange): Promise<void>;
  find(id: string): Promise<StoredProposal | undefined>;
  /** The proposal of a connector that can be extended. */
  live(repository: string, connectorId: string): Promise<StoredProposal | undefined>;
  /** Every commit that this program wrote for a branch, with the newest proposal of it. */
  commitsOf(repository: string, branch: string): Promise<ReadonlyMap<string, StoredProposal>>;
  /** Newest first. */
  list(filter: { readonly connectorId?: string; readonly limit: number }): Promise<StoredProposal[]>;
  /** Proposals with a pull request that is open as far as is known, last checked before a time; those first that waited longest. */
  toCheck(before: Date, limit: number): Promise<StoredProposal[]>;
  /** @returns undefined while another holder has the lease */
  takeLease(repository: string, leaseMs: number): Promise<ProposalLease | undefined>;
}

export function openProposalStore(database: Pick<ServerDatabase, 'guarded'>, clock: Clock): ProposalStore {
  const now = () => clock.now().toISOString();
  return {
    begin: (attempt) =>
      database.guarded(({ knex }) =>
        knex.transaction(async (transaction) => {
          const { files, ...others } = attemptRow(attempt);
          const row = {
            ...others,
            state: 'asked',
            error_code: null,
            error_message: null,
          } as const;
          const changed = await transaction('studio_proposals')
            .where({ id: attempt.id })
            .update({ ...row, updated_at: now() });
          if (changed > 0) return;
          await transaction('studio_proposals').insert({
            ...row,
            files,
            created_at: now(),
            updated_at: now(),
          });
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
        const rows = await knex('studio_proposals').where({ repository, branch }).orderBy('created_at');
        return new Map(
          rows.map(storedProposal).flatMap((each) => {
            const commits = [each.headCommit, each.nextCommit].filter((sha) => sha !== null);
            return commits.map((sha) => [sha, each] as const);
          }),
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
    toCheck: (before, limit) =>
      database.guarded(async ({ knex }) => {
        const rows = await knex('studio_proposals')
          .whereIn('state', [...LIVE, 'unknown'])
          .whereNotNull('pull_number')
          .where((query) => {
            void query.whereNull('checked_at').orWhere('checked_at', '<=', before.toISOString());
          })
          .orderBy([{ column: 'checked_at', nulls: 'first' }, 'created_at'])
          .limit(limit);
        return rows.map(storedProposal);
      }),
  };
}
