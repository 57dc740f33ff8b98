import { toBridgeError, type BridgeError } from '../../core/errors.ts';
import type { FailedPage, Knowledge, PageResult, SourceSummary } from '../../knowledge/knowledge.ts';
import { releasedBy } from '../../pipeline/guard.ts';
import { sourceState, type SourceState } from './source-state.ts';

export type { PageResult } from '../../knowledge/knowledge.ts';

/** A knowledge source as the server lists it. */
export interface ManagedSource extends SourceSummary {
  readonly state: SourceState;
  /** Whether `--allow-deletes` releases the held deletes; a listing that was not complete releases none. */
  readonly canRelease: boolean;
}

/** The outcome of one page, or why there is none, with the request that failed. */
export type Batch =
  ({ readonly ok: true } & PageResult) | ({ readonly ok: false; readonly error: BridgeError } & FailedPage);

/** The knowledge sources that the server lists, syncs and deletes. */
export interface ManagedSources {
  /** All sources by title. @throws BridgeError STATE_* */
  list(): Promise<readonly ManagedSource[]>;
  /** @throws BridgeError KNOWLEDGE_SOURCE_UNKNOWN, STATE_* */
  find(id: string): Promise<ManagedSource>;
  /** Reads one page. A failure is a result, because its answer has the fields of a page. */
  syncPage(id: string, signal: AbortSignal): Promise<Batch>;
  /** @throws BridgeError KNOWLEDGE_SOURCE_UNKNOWN, LEASE_HELD, STATE_* */
  remove(id: string): Promise<{ readonly chunks: number; readonly documents: number }>;
}

export function manageSources(
  knowledge: Pick<Knowledge, 'sources' | 'source' | 'syncPage' | 'remove'>,
): ManagedSources {
  /** The request that failed. Where none was made, the place of the source is the one that it had. */
  async function failedPage(id: string, error: BridgeError): Promise<FailedPage> {
    if (isFailedPage(error.cause)) return error.cause;
    const unknown = { url: null, status: null, next: null };
    if (error.code === 'KNOWLEDGE_SOURCE_UNKNOWN' || error.code.startsWith('STATE_')) return unknown;
    const source = await knowledge.source(id).catch(() => undefined);
    return { ...unknown, next: source?.cursor?.nextCursor ?? null };
  }

  return {
    list: async () => (await knowledge.sources()).map(managed),
    find: async (id) => managed(await knowledge.source(id)),
    async syncPage(id, signal) {
      try {
        return { ok: true, ...(await knowledge.syncPage(id, {}, signal)) };
      } catch (thrown) {
        const error = toBridgeError(thrown);
        const { url, status, next } = await failedPage(id, error);
        return { ok: false, error, url, status, next };
      }
    },
    remove: (id) => knowledge.remove(id),
  };
}

function managed(summary: SourceSummary): ManagedSource {
  const holdReason = summary.cursor?.holdReason ?? null;
  const canRelease = holdReason === null || releasedBy(holdReason) === 'allow_deletes';
  return { ...summary, state: sourceState(summary), canRelease };
}

function isFailedPage(cause: unknown): cause is FailedPage {
  return (
    typeof cause === 'object' && cause !== null && 'url' in cause && 'status' in cause && 'next' in cause
  );
}
