import type { Database } from '../../database/database.ts';
import type { LeaseTable } from '../tables.ts';

interface LiveRows {
  /** Writes the current row counts, unless they are unchanged or a write is in progress. Never fails. */
  write(): void;
  /** Resolves once no write is in progress. */
  settled(): Promise<void>;
}

/**
 * Writes how many rows a run has read to its row in `run_state`, only while the run holds the lease under which it began. The
 * numbers are for display: a failed write is left to the next heartbeat, and no write delays a renewal.
 * @param seen returns undefined before the first row
 */
export function liveRows(
  { knex, dialect }: Database,
  lease: Pick<LeaseTable, 'kind' | 'connector_id' | 'fence'> & { readonly run_id: string },
  seen: () => number | undefined,
): LiveRows {
  let written: number | undefined;
  let writing: Promise<void> | undefined;

  const update = async (rows: number): Promise<void> => {
    await knex('run_state')
      .where({ run_id: lease.run_id, fence: lease.fence, finished_at: null })
      .whereExists(knex('connector_leases').where(lease).select('fence'))
      .update({ rows_seen: rows, rows_at: knex.raw(dialect.clockText(0)) });
    written = rows;
  };
  return {
    write() {
      const rows = seen();
      if (rows === undefined || rows === written || writing !== undefined) return;
      writing = update(rows)
        .catch(() => undefined)
        .finally(() => {
          writing = undefined;
        });
    },
    async settled() {
      await writing;
    },
  };
}
