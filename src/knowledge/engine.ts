import { randomUUID } from 'node:crypto';
import type { AcquireFencedLease, FencedLease } from '../database/fenced-lease.ts';
import { withStateErrors } from '../database/with-state-errors.ts';
import type { KnowledgeSource } from '../definitions/knowledge-source/types.ts';
import { syncPage, type BatchPorts } from './batch/sync-page.ts';
import type { Knowledge, SyncPageOptions } from './knowledge.ts';
import { sourceOf, type Source } from './source/source.ts';
import { openColumns } from './store/columns.ts';
import { applyDefinition, deleteSource, findSource } from './store/sources.ts';
import { summaryOf } from './store/summaries.ts';

/** What the engine of knowledge sources needs from its environment. */
export interface KnowledgePorts extends Omit<BatchPorts, 'columns'> {
  /** Takes the lease on a source by its id. */
  readonly acquireLease: AcquireFencedLease;
  readonly search: Knowledge['search'];
  /** Closes what the ports hold. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the engine of knowledge sources.
 * @throws BridgeError STATE_*
 */
export async function openKnowledgeEngine(ports: KnowledgePorts): Promise<Knowledge> {
  const { database, acquireLease, redactor, search, close } = ports;
  const guarded = withStateErrors(database);
  // Asked again for each batch, because the column may be converted while a server is running.
  const columnsOf = guarded(openColumns);
  await columnsOf();
  const find = async (idOrName: string): Promise<Source> =>
    sourceOf(await findSource(database.knex, idOrName));
  /** Works on a source that no other batch has, and reads its row again under the lease. */
  const withLease = async <T>(
    idOrName: string,
    work: (source: Source, lease: FencedLease) => Promise<T>,
  ): Promise<T> => {
    const { id } = await find(idOrName);
    const lease = await acquireLease(id, randomUUID());
    try {
      return await work(await find(id), lease);
    } finally {
      await lease.release();
    }
  };
  return {
    sources: guarded(async ({ knex }) => {
      const rows = await knex('kb_sources').where({ type: 'rest' }).orderBy(['title', 'id']);
      const summaries = [];
      for (const row of rows) summaries.push(await summaryOf(knex, row, redactor));
      return summaries;
    }),
    source: guarded(async ({ knex }, idOrName: string) =>
      summaryOf(knex, await findSource(knex, idOrName), redactor),
    ),
    apply: guarded(async ({ knex }, definition: KnowledgeSource) =>
      applyDefinition(knex, await columnsOf(), definition),
    ),
    syncPage: guarded((_, idOrName: string, options: SyncPageOptions, signal: AbortSignal) =>
      withLease(idOrName, async (source, lease) =>
        syncPage(source, options, lease, { ...ports, columns: await columnsOf() }, signal),
      ),
    ),
    remove: guarded(({ knex }, idOrName: string) =>
      withLease(idOrName, ({ id }, lease) =>
        knex.transaction(async (transaction) => {
          await lease.requireFence(transaction);
          return deleteSource(transaction, id);
        }),
      ),
    ),
    search,
    close,
  };
}
