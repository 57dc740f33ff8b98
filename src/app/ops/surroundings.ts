import type { Clock } from '../../core/time/clock.ts';
import type { RunLink } from '../../core/run-link.ts';
import type { OpsState, RunQueries } from '../../state/server/ops-state.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ManagedSources } from '../knowledge/managed-sources.ts';
import type { OpsLink } from './model/values.ts';
import type { OtherKind } from './other-kind.ts';
import type { OpenStore } from './run/artifact-lines.ts';

/** Links to a run in other systems, by the name of the system. */
export type RunLinks = Readonly<Record<string, RunLink>>;

/** The environment that Ops reads. */
export interface OpsSurroundings {
  readonly state: OpsState;
  readonly otherStates: Readonly<Record<OtherKind, RunQueries>>;
  readonly sources: Pick<ManagedSources, 'list'>;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly runLinks: RunLinks;
  /** Opens the artifacts that list held deletes and quarantined rows. */
  readonly openStore: OpenStore;
}

export function linksTo(runId: string, connectorId: string, runLinks: RunLinks): OpsLink[] {
  return Object.entries(runLinks).map(([label, link]) => ({ label, url: link({ runId, connectorId }) }));
}
