import { randomUUID } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import './table.ts';

/** The permission to write proposals of one repository. It expires by itself, so that a killed server blocks the others briefly. */
export interface ProposalLease {
  /** @returns false if the lease was lost, because it expired and another holder took it */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/** @returns the new holder; undefined while another one has the lease */
export async function takeLease(
  { knex, dialect }: Database,
  repository: string,
  leaseMs: number,
): Promise<string | undefined> {
  const holder = randomUUID();
  await knex('studio_proposal_leases')
    .insert({ repository, holder: '', expires_at: 0 })
    .onConflict('repository')
    .ignore();
  const taken = await knex('studio_proposal_leases')
    .where({ repository })
    .whereRaw(`expires_at <= ${dialect.clockMs}`)
    .update({ holder, expires_at: knex.raw(`${dialect.clockMs} + ?`, [leaseMs]) });
  return taken > 0 ? holder : undefined;
}

export async function renewLease(
  { knex, dialect }: Database,
  repository: string,
  holder: string,
  leaseMs: number,
): Promise<boolean> {
  const renewed = await knex('studio_proposal_leases')
    .where({ repository, holder })
    .update({ expires_at: knex.raw(`${dialect.clockMs} + ?`, [leaseMs]) });
  return renewed > 0;
}

export async function forgetLease({ knex }: Database, repository: string, holder: string): Promise<void> {
  await knex('studio_proposal_leases').where({ repository, holder }).update({ holder: '', expires_at: 0 });
}
