import { exactly, nameFilter } from '../../../app/ops/name-filter.ts';
import type { OpsSnapshot } from '../../../app/ops/model/snapshot.ts';
import { overviewPath, type OverviewAddress } from '../elements/addresses.ts';
import { durationText } from '../elements/figures.ts';
import { Pager } from './pager.tsx';
import { RunsFilter } from './runs-filter.tsx';
import { RunsTable } from './runs-table.tsx';

interface Part {
  readonly snapshot: OpsSnapshot;
  readonly address: OverviewAddress;
}

/** The runs of the time window that match the filter. */
export function RunsSection({ snapshot, address }: Part) {
  const { runs, generated_at: now } = snapshot;
  const names = namesOf(snapshot, address.kind);
  return (
    <section aria-labelledby="runs-title">
      <h2 id="runs-title">Runs</h2>
      <RunsFilter address={address} names={names} kinds={kindsOf(snapshot)} />
      <div id="runs" data-live>
        {runs.items.length === 0 ? (
          <NoRuns snapshot={snapshot} address={address} names={names} />
        ) : (
          <RunsTable runs={runs.items} now={now} caption="Runs, newest first" ofOne={false} />
        )}
        <Pager runs={runs} address={address} />
      </div>
    </section>
  );
}

function namesOf(
  { connectors, knowledge_sources: sources, apps }: OpsSnapshot,
  kind: OverviewAddress['kind'],
) {
  const names = {
    connector: connectors.map(({ connector_id: id }) => id),
    knowledge_source: sources.map(({ name, source_id: id }) => name ?? id),
    app: apps.map(({ app_key: key }) => key),
  };
  return names[kind].sort();
}

/** A server without sources and apps does not offer their runs. */
function kindsOf({ knowledge_sources: sources, apps }: OpsSnapshot): OverviewAddress['kind'][] {
  return [
    'connector',
    ...(sources.length > 0 ? (['knowledge_source'] as const) : []),
    ...(apps.length > 0 ? (['app'] as const) : []),
  ];
}

function NoRuns({ snapshot, address, names }: Part & { readonly names: readonly string[] }) {
  const { runsOf, windowHours } = address;
  const filter = runsOf === null ? undefined : nameFilter(runsOf);
  const to = (changes: Partial<OverviewAddress>) =>
    `${overviewPath({ ...address, offsetRuns: 0, ...changes })}#runs-title`;
  if (filter !== undefined && address.kind === 'connector' && !names.some(filter.matches)) {
    const meant = filter.suggestion(names);
    return (
      <p class="nothing">
        No connector has a name that contains {runsOf}.{' '}
        {meant !== undefined && (
          <>
            Did you mean <a href={to({ runsOf: exactly(meant) })}>{meant}</a>?{' '}
          </>
        )}
        <a href={to({ runsOf: null })}>Show the runs of all connectors</a>
      </p>
    );
  }
  return (
    <p class="nothing">
      No runs match in the last {durationText(snapshot.window.hours * 3_600)}.{' '}
      {windowHours < MONTH_HOURS && <a href={to({ windowHours: MONTH_HOURS })}>Search the last 30 days</a>}
    </p>
  );
}

const MONTH_HOURS = 720;
