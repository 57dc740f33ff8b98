import { holderOf, holders, newestRuns } from './ops-connectors.ts';
import { countRuns, countStalled, historyOf, pageOfRuns, runDetail } from './ops-runs.ts';
import { queueDepths } from '../push/depth.ts';
import { newestPushes } from '../push/newest.ts';
import { refusedPushes } from '../push/refused.ts';
import type { RunDatabase, ServerRunDatabase } from './run-database.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';

type Bound<Work> = Work extends (database: RunDatabase, ...args: infer Args) => infer Answer
  ? (...args: Args) => Answer
  : never;

/** The queries of Ops on the state store. None of them writes. Every method fails with BridgeError STATE_*. */
export interface OpsState {
  readonly holders: Bound<typeof holders>;
  readonly holderOf: Bound<typeof holderOf>;
  readonly newestRuns: Bound<typeof newestRuns>;
  readonly countRuns: Bound<typeof countRuns>;
  readonly countStalled: Bound<typeof countStalled>;
  readonly pageOfRuns: Bound<typeof pageOfRuns>;
  readonly historyOf: Bound<typeof historyOf>;
  readonly runDetail: Bound<typeof runDetail>;
  readonly newestPushes: Bound<typeof newestPushes>;
  readonly refusedPushes: Bound<typeof refusedPushes>;
  /** The depth of the push queue, by connector. */
  pendingPushes(): ReturnType<typeof queueDepths>;
}

/** The queries about definitions that take no pushes. */
export type RunQueries = Omit<OpsState, 'newestPushes' | 'refusedPushes' | 'pendingPushes'>;

/** @param kind the kind whose leases and runs are queried; only connectors have pushes */
export function opsState(
  { guarded }: Pick<ServerRunDatabase, 'guarded'>,
  kind: RunKind = 'connector',
): OpsState {
  const reading =
    <Args extends unknown[], Answer>(work: (database: RunDatabase, ...args: Args) => Promise<Answer>) =>
    (...args: Args): Promise<Answer> =>
      guarded((database) => work(database, ...args), kind);
  return {
    holders: reading(holders),
    holderOf: reading(holderOf),
    newestRuns: reading(newestRuns),
    countRuns: reading(countRuns),
    countStalled: reading(countStalled),
    pageOfRuns: reading(pageOfRuns),
    historyOf: reading(historyOf),
    runDetail: reading(runDetail),
    newestPushes: reading(newestPushes),
    refusedPushes: reading(refusedPushes),
    pendingPushes: () => guarded(queueDepths),
  };
}
