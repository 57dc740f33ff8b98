import type { Problem } from '../../definitions/problem.ts';
import type { RunStatus } from '../../pipeline/ports/state-port.ts';
import type { StatusFilter } from '../../state/server/ops-runs.ts';
import { opsConnector } from './connector/connector-facts.ts';
import type { Schedules } from './connector/schedule.ts';
import { STATES_BY_NEED, type ConnectorState, type OpsConnector } from './model/connector.ts';
import type { BrokenFile, OpsSnapshot } from './model/snapshot.ts';
import { nameFilter } from './name-filter.ts';
import type { NewestRunsCache } from './newest-runs-cache.ts';
import { opsRun } from './run/run-facts.ts';
import type { OpsSurroundings } from './surroundings.ts';

const HOUR_MS = 3_600_000;

/** The filters of the overview. */
export interface OpsQuery {
  readonly status: StatusFilter | null;
  /** Selects only this connector and its runs. */
  readonly connectorId: string | null;
  /** Selects the runs of connectors that match this `nameFilter` text; the connectors and the totals are not filtered. */
  readonly runsOf: string | null;
  readonly windowHours: number;
  readonly limitRuns: number;
  readonly offsetRuns: number;
}

/** The environment of Ops, and the caches that it keeps between refreshes. */
interface Remembering extends OpsSurroundings {
  readonly schedules: Schedules;
  readonly newestRunsCache: NewestRunsCache;
}

/** Reads everything at once with a fixed number of queries, however many connectors and runs there are. */
export async function snapshotOf(
  query: OpsQuery,
  { state, catalog, clock, schedules, newestRunsCache }: Remembering,
): Promise<OpsSnapshot> {
  const { status, connectorId, runsOf, windowHours, limitRuns, offsetRuns } = query;
  const now = clock.now();
  const since = new Date(now.getTime() - windowHours * HOUR_MS).toISOString();
  const filter = { since, connectorId, status };
  const [content, holders, pending, counts] = await Promise.all([
    catalog.current(),
    state.holders(),
    state.pendingPushes(),
    state.countRuns(filter),
  ]);
  const known = new Set([...content.connectors.keys(), ...holders.keys(), ...pending.keys()]);
  const ids = [...known].filter((id) => connectorId === null || id === connectorId);
  const listed =
    runsOf === null ? filter : { ...filter, connectorId: ids.filter(nameFilter(runsOf).matches) };
  const [listedCounts, stalled, runs] = await Promise.all([
    runsOf === null ? counts : state.countRuns(listed),
    status === 'RUNNING' || status === 'STALLED' ? state.countStalled(listed) : 0,
    state.pageOfRuns(listed, { limit: limitRuns, offset: offsetRuns }),
  ]);
  const newest = await newestRunsCache.newestRuns(ids, holders);
  const connectors = ids
    .map((id) => {
      const found = {
        entry: content.connectors.get(id),
        newest: newest.get(id),
        holder: holders.get(id),
        pending: pending.get(id),
      };
      return opsConnector({ connectorId: id, ...found }, now, schedules);
    })
    .sort(byNeed);
  const broken = content.problems.flatMap(brokenFile);
  const totals = totalsOf(counts, connectors, new Set(broken.map(({ file }) => file)).size);
  return {
    generated_at: now.toISOString(),
    window: { hours: windowHours, since },
    totals,
    connectors,
    broken_files: broken,
    runs: {
      items: runs.map((run) => opsRun(run, now, holders.get(run.connectorId))),
      // A row with a status that this version does not know is listed but not counted.
      total: Math.max(
        totalOf(status, listedCounts, stalled),
        runs.length === 0 ? 0 : offsetRuns + runs.length,
      ),
      limit: limitRuns,
      offset: offsetRuns,
    },
  };
}

/** The number of runs that a filter selects. @param stalled how many of those with the status RUNNING are stalled */
function totalOf(status: StatusFilter | null, counts: Readonly<Record<RunStatus, number>>, stalled: number) {
  if (status === null) return sum(Object.values(counts));
  if (status === 'STALLED') return stalled;
  return counts[status] - (status === 'RUNNING' ? stalled : 0);
}

function byNeed(left: OpsConnector, right: OpsConnector): number {
  const need = STATES_BY_NEED.indexOf(left.state) - STATES_BY_NEED.indexOf(right.state);
  if (need !== 0) return need;
  return left.connector_id < right.connector_id ? -1 : 1;
}

function totalsOf(
  counts: Readonly<Record<RunStatus, number>>,
  connectors: readonly OpsConnector[],
  brokenFiles: number,
): OpsSnapshot['totals'] {
  const ended = counts.SUCCESS + counts.HELD + counts.PARTIAL + counts.FAILED;
  const byState: Record<ConnectorState, number> = {
    failing: 0,
    stalled: 0,
    held: 0,
    partial: 0,
    late: 0,
    running: 0,
    never_run: 0,
    ok: 0,
  };
  for (const { state } of connectors) byState[state] += 1;
  return {
    runs: sum(Object.values(counts)),
    by_status: counts,
    success_rate: ended === 0 ? null : counts.SUCCESS / ended,
    connectors: connectors.length,
    by_state: byState,
    broken_files: brokenFiles,
    held_deletes: sum(connectors.map(({ held_deletes }) => held_deletes ?? 0)),
    pending: {
      batches: sum(connectors.map(({ pending }) => pending?.batches ?? 0)),
      events: sum(connectors.map(({ pending }) => pending?.events ?? 0)),
    },
  };
}

/** A folder without connectors is not a broken file; the page shows separate advice for it. */
function brokenFile({ code, place, subject, message, fix }: Problem): BrokenFile[] {
  return code === 'no_files'
    ? []
    : [{ file: place.file, line: place.line ?? 1, path: subject, message, fix }];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
