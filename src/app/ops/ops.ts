import { connectorDetail } from './connector/connector-detail.ts';
import { openSchedules } from './connector/schedule.ts';
import type { OpsConnectorDetail } from './model/connector-detail.ts';
import type { OpsRunDetail } from './model/run-detail.ts';
import type { OpsSnapshot } from './model/snapshot.ts';
import { openNewestRunsCache } from './newest-runs-cache.ts';
import { openArtifactLines } from './run/artifact-lines.ts';
import { detailOfRun } from './run/run-detail.ts';
import { snapshotOf, type OpsQuery } from './snapshot.ts';
import type { OpsSurroundings } from './surroundings.ts';

/** The read-only data of Ops. Every method fails with BridgeError STATE_*. */
export interface Ops {
  snapshot(query: OpsQuery): Promise<OpsSnapshot>;
  /**
   * Undefined if this name has no file, no run and no push.
   * @param baseUrl the origin under which producers reach the server; undefined if it is not known
   */
  connector(connectorId: string, baseUrl?: string): Promise<OpsConnectorDetail | undefined>;
  run(runId: string): Promise<OpsRunDetail | undefined>;
}

export function openOps(surroundings: OpsSurroundings): Ops {
  const schedules = openSchedules();
  const newestRunsCache = openNewestRunsCache(surroundings.state, surroundings.clock);
  const artifacts = openArtifactLines(surroundings.openStore, surroundings.clock);
  return {
    snapshot: (query) => snapshotOf(query, { ...surroundings, schedules, newestRunsCache }),
    connector: (connectorId, baseUrl) => connectorDetail({ connectorId, baseUrl }, surroundings, schedules),
    run: (runId) => detailOfRun(runId, surroundings, artifacts),
  };
}
