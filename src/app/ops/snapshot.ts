import type { Problem } from '../../definitions/problem.ts';
import type { RunKind, RunStatus } from '../../pipeline/ports/state-port.ts';
import type { Holder } from '../../state/server/ops-connectors.ts';
import type { RunFilter, StatusFilter } from '../../state/server/ops-runs.ts';
import { opsConnector } from './connector/connector-facts.ts';
import type { Schedules } from './connector/schedule.ts';
import { STATES_BY_NEED, type ConnectorState, type OpsConnector } from './model/connector.ts';
import type { BrokenFile, OpsSnapshot } from './model/snapshot.ts';
import { nameFilter } from './name-filter.ts';
import type { NewestRunsCache } from './newest-runs-cache.ts';
import { holderOfRun, opsRun } from './run/run-facts.ts';
import { opsApps } from './others/apps.ts';
import { opsKnowledgeSources } from './others/knowledge-sources.ts';
import type { OpsSurroundings } from './surroundings.ts';

const HOUR_MS = 3_600_000;

/** The filters of the overview. */
export interface OpsQuery {
  readonly status: StatusFilter | null;
  /** The kind of the listed runs. The connectors and the totals are those of connectors, whatever it is. */
  readonly kind: RunKind;
  /** Selects only the connector, knowledge source or app of this name, and its runs. */
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
export async function snapshotOf(query: OpsQuery, surroundings: Remembering): Promise<OpsSnapshot> {
  const { state, otherStates, sources, catalog, clock, schedules, newestRunsCache } = surroundings;
  const { status, connectorId, windowHours } = query;
  const now = clock.now();
  const since = new Date(now.getTime() - windowHours * HOUR_MS).toISOString();
  const filter = { since, connectorId, status };
  const [content, holders, pending, counts] = await Promise.all([
    catalog.current(),
    state.holders(),
    state.pendingPushes(),
    state.countRuns(filter),
  ]);
  const [knowledgeSources, apps] = await Promise.all([
    opsKnowledgeSources({ sources, state: otherStates.knowledge_source, now }),
    opsApps({ apps: content.apps, state: otherStates.app, now, schedules }),
  ]);
  const known = new Set([...content.connectors.keys(), ...holders.keys(), ...pending.keys()]);
  const isAsked = (id: string | null) => connectorId === null || id === connectorId;
  const ids = [...known].filter(isAsked);
  const names = {
    connector: ids,
    knowledge_source: knowledgeSources.flatMap(({ source_id: id, name }) =>
      name === null ? [id] : [id, name],
    ),
    app: apps.map(({ app_key: key }) => key),
  };
  const runs = await listedRuns(
    query,
    filter,
    { names: names[query.kind], ofConnectors: { holders, counts } },
    surroundings,
    now,
  );
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
    knowledge_sources: knowledgeSources.filter(({ source_id: id, name }) => isAsked(id) || isAsked(name)),
    apps: apps.filter(({ app_key: key }) => isAsked(key)),
    broken_files: broken,
    runs,
  };
}

interface Read {
  /** The names of the definitions of the kind, among which the filter by name chooses. */
  readonly names: readonly string[];
  /** What was read of connectors, so that it is not read twice. */
  readonly ofConnectors: {
    readonly holders: ReadonlyMap<string, Holder>;
    readonly counts: Readonly<Record<RunStatus, number>>;
  };
}

async function listedRuns(
  { kind, status, runsOf, limitRuns, offsetRuns }: OpsQuery,
  filter: RunFilter,
  { names, ofConnectors }: Read,
  { state: stateOfConnectors, otherStates }: Remembering,
  now: Date,
): Promise<OpsSnapshot['runs']> {
  const isOfConnectors = kind === 'connector';
  const state = isOfConnectors ? stateOfConnectors : otherStates[kind];
  const listed =
    runsOf === null ? filter : { ...filter, connectorId: names.filter(nameFilter(runsOf).matches) };
  const [holders, counts, stalled, runs] = await Promise.all([
    isOfConnectors ? ofConnectors.holders : state.holders(),
    isOfConnectors && runsOf === null ? ofConnectors.counts : state.countRuns(listed),
    status === 'RUNNING' || status === 'STALLED' ? state.countStalled(listed) : 0,
    state.pageOfRuns(listed, { limit: limitRuns, offset: offsetRuns }),
  ]);
  return {
    items: runs.map((run) =>
      opsRun(run, now, kind === 'connector' ? holders.get(run.connectorId) : holderOfRun(holders, run), kind),
    ),
    // A row with a status that this version does not know is listed but not counted.
    total: Math.max(totalOf(status, counts, stalled), runs.length === 0 ? 0 : offsetRuns + runs.length),
    limit: limitRuns,
    offset: offsetRuns,
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
