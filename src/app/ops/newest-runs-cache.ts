import type { Clock } from '../../core/time/clock.ts';
import { OPS_SETTLED_SECONDS_MAX } from '../limits.ts';
import type { Holder, Newest } from '../../state/server/ops-connectors.ts';
import type { OpsState } from '../../state/server/ops-state.ts';

interface Settled {
  readonly fence: number;
  readonly readMs: number;
  readonly newest: Newest;
}

/** Caches the newest runs of connectors, and reads them again only if they may have changed. */
export interface NewestRunsCache {
  /** @param holders the lease holders, read immediately before; everything read later is at least as new */
  newestRuns(
    connectorIds: readonly string[],
    holders: ReadonlyMap<string, Holder>,
  ): Promise<ReadonlyMap<string, Newest>>;
}

/**
 * A process that changes a run of a connector holds the connector's lease, and each lease has its own fence. Therefore, if
 * the lease is free and the fence is unchanged, the runs are unchanged too. Of 500 connectors most are unchanged at any time.
 */
export function openNewestRunsCache(state: Pick<OpsState, 'newestRuns'>, clock: Clock): NewestRunsCache {
  const settled = new Map<string, Settled>();

  function settledAt(connectorId: string, holder: Holder | undefined): Settled | undefined {
    const known = settled.get(connectorId);
    if (known === undefined || holder?.runId !== null || holder.fence !== known.fence) return undefined;
    return clock.elapsedMs() - known.readMs < OPS_SETTLED_SECONDS_MAX * 1_000 ? known : undefined;
  }

  return {
    async newestRuns(connectorIds, holders) {
      const answer = new Map<string, Newest>();
      const unsettled: string[] = [];
      for (const id of connectorIds) {
        const known = settledAt(id, holders.get(id));
        if (known === undefined) unsettled.push(id);
        else answer.set(id, known.newest);
      }
      if (unsettled.length === 0) return answer;
      const readMs = clock.elapsedMs();
      for (const [id, newest] of await state.newestRuns(unsettled)) {
        const holder = holders.get(id);
        if (holder?.runId === null) settled.set(id, { fence: holder.fence, readMs, newest });
        answer.set(id, newest);
      }
      return answer;
    },
  };
}
